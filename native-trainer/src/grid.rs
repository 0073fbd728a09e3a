//! Pictures: single faces and grids with one row per emotion, as 8-bit grey PNG.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use crate::eval::FacePair;
use anyhow::Context;
use burn::tensor::{Device, Tensor, TensorData};
use image::{GrayImage, ImageFormat};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_grey, to_signed};

use crate::disk;

/// Faces per emotion in the grids of a run: latents of the seeds 0 to 15.
pub const COLUMNS: usize = 16;

/// Reads faces `[B, 1, 48, 48]` back as grey bytes, one list per face. Waits for the device.
pub fn grey_faces(faces: Tensor<4>) -> Vec<Vec<u8>> {
    let values: Vec<f32> = faces.into_data().convert::<f32>().iter::<f32>().collect(); // sync
    values
        .chunks_exact(IMAGE_PIXELS)
        .map(|face| face.iter().map(|&value| to_grey(value)).collect())
        .collect()
}

/// Grey images of 48x48 bytes each in the networks' range, `[B, 1, 48, 48]`.
pub fn signed_images(images: &[&[u8]], device: &Device) -> Tensor<4> {
    let pixels: Vec<f32> = images
        .iter()
        .copied()
        .flatten()
        .map(|&grey| to_signed(grey))
        .collect();
    let shape = [images.len(), 1, IMAGE_SIDE, IMAGE_SIDE];
    Tensor::from_data(TensorData::new(pixels, shape), device)
}

/// The faces of a grid: one row per emotion with the same people in every row, seeds 0 to `columns - 1`.
pub fn fakes(generator: &Generator, columns: usize) -> Vec<Vec<u8>> {
    let seeds: Vec<u64> = (0..columns as u64).collect();
    Emotion::ALL
        .iter()
        .flat_map(|emotion| grey_faces(generator.faces(&seeds, &vec![emotion.weights(); columns])))
        .collect()
}

/// Writes a grid of generated faces.
pub fn write_fakes(faces: &[Vec<u8>], columns: usize, path: &Path) -> anyhow::Result<()> {
    let cells: Vec<Option<&[u8]>> = faces.iter().map(|face| Some(face.as_slice())).collect();
    write(&cells, columns, path)
}

/// Pairs in a row of [`write_pairs`], and rows.
const PAIRS: (usize, usize) = (8, 8);

/// Writes the first 64 pairs of a generated face and a training image beside each other.
pub fn write_pairs(pairs: &[FacePair], path: &Path) -> anyhow::Result<()> {
    let (columns, rows) = PAIRS;
    let shown = pairs.iter().take(columns * rows);
    let cells: Vec<Option<&[u8]>> = shown
        .flat_map(|(face, image)| [Some(face.as_slice()), Some(image.as_slice())])
        .collect();
    write(&cells, 2 * columns, path)
}

/// Writes cells row by row; an empty cell stays black.
pub fn write(cells: &[Option<&[u8]>], columns: usize, path: &Path) -> anyhow::Result<()> {
    disk::write(path, &encode(cells, columns)?)
}

/// Writes one 48x48 face. Not flushed to the disk, unlike everything of a run: faces come in thousands, and can be
/// made again.
pub fn write_face(face: &[u8], path: &Path) -> anyhow::Result<()> {
    fs::write(path, encode(&[Some(face)], 1)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// A PNG file of cells row by row.
fn encode(cells: &[Option<&[u8]>], columns: usize) -> anyhow::Result<Vec<u8>> {
    let rows = cells.len().div_ceil(columns);
    let mut picture = GrayImage::new((columns * IMAGE_SIDE) as u32, (rows * IMAGE_SIDE) as u32);
    for (index, cell) in cells.iter().enumerate() {
        let (left, top) = (index % columns * IMAGE_SIDE, index / columns * IMAGE_SIDE);
        for (offset, &grey) in cell.unwrap_or_default().iter().enumerate() {
            let x = (left + offset % IMAGE_SIDE) as u32;
            let y = (top + offset / IMAGE_SIDE) as u32;
            picture.put_pixel(x, y, image::Luma([grey]));
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .context("cannot encode a picture")?;
    Ok(bytes.into_inner())
}
