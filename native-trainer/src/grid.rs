//! Pictures: single faces and grids with one row per emotion, as 8-bit grey PNG.

use std::path::Path;

use crate::eval::FacePair;
use anyhow::Context;
use burn::tensor::Tensor;
use image::GrayImage;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_grey};

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

/// Writes one row per emotion with the same people in every row: seeds 0 to `columns - 1`.
pub fn write_fakes(generator: &Generator, columns: usize, path: &Path) -> anyhow::Result<()> {
    let seeds: Vec<u64> = (0..columns as u64).collect();
    let faces: Vec<Vec<u8>> = Emotion::ALL
        .iter()
        .flat_map(|emotion| grey_faces(generator.faces(&seeds, &vec![emotion.weights(); columns])))
        .collect();
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
    picture
        .save(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Writes one 48x48 face.
pub fn write_face(face: &[u8], path: &Path) -> anyhow::Result<()> {
    write(&[Some(face)], 1, path)
}
