//! Pictures: single faces and grids with one row per emotion, as 8-bit grey PNG.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use anyhow::Context;
use image::{GrayImage, ImageFormat};
use model_core::pixels::IMAGE_SIDE;
use training::evaluation::FacePair;

use crate::disk;

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
