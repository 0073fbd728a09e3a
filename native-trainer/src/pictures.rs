//! Pictures: single faces and grids, as 8-bit grey PNG.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use anyhow::Context;
use image::{GrayImage, ImageFormat};
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_SIDE;
use plotters::prelude::*;
use training::evaluation::FacePair;

use crate::disk;
use crate::font;

/// Width of the margin in which the emotions are named, in pixels.
pub const MARGIN: usize = 64;
/// Height of its letters, in pixels.
const LETTERS: u32 = 14;

/// Faces in rows, put in one by one; a cell without a face stays black.
pub struct Grid {
    faces: GrayImage,
    columns: usize,
    filled: usize,
}

impl Grid {
    /// Room for so many cells, row by row.
    pub fn new(cells: usize, columns: usize) -> Self {
        let rows = cells.div_ceil(columns);
        let (width, height) = (columns * IMAGE_SIDE, rows * IMAGE_SIDE);
        Self {
            faces: GrayImage::new(width as u32, height as u32),
            columns,
            filled: 0,
        }
    }

    /// Fills the next cell.
    pub fn put(&mut self, cell: Option<&[u8]>) {
        let (column, row) = (self.filled % self.columns, self.filled / self.columns);
        let (left, top) = (column * IMAGE_SIDE, row * IMAGE_SIDE);
        for (offset, &grey) in cell.unwrap_or_default().iter().enumerate() {
            let x = (left + offset % IMAGE_SIDE) as u32;
            let y = (top + offset / IMAGE_SIDE) as u32;
            self.faces.put_pixel(x, y, image::Luma([grey]));
        }
        self.filled += 1;
    }

    /// Writes the grid.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        disk::write(path, &png(&self.faces)?)
    }

    /// Writes a grid of a row for each emotion, with its name in the margin.
    pub fn write_by_emotion(&self, path: &Path) -> anyhow::Result<()> {
        let height = self.faces.height();
        let mut picture = GrayImage::new(MARGIN as u32 + self.faces.width(), height);
        image::imageops::replace(&mut picture, &names(height)?, 0, 0);
        image::imageops::replace(&mut picture, &self.faces, MARGIN as i64, 0);
        disk::write(path, &png(&picture)?)
    }
}

/// Writes a grid with a row for each emotion, whose name is in the margin.
pub fn write_by_emotion(
    cells: &[Option<&[u8]>],
    columns: usize,
    path: &Path,
) -> anyhow::Result<()> {
    of(cells, columns).write_by_emotion(path)
}

/// The grid of these cells.
fn of(cells: &[Option<&[u8]>], columns: usize) -> Grid {
    let mut grid = Grid::new(cells.len(), columns);
    cells.iter().for_each(|cell| grid.put(*cell));
    grid
}

/// The margin: the seven emotions, one beside each row.
fn names(height: u32) -> anyhow::Result<GrayImage> {
    let font = font::name()?;
    let size = (MARGIN as u32, height);
    let mut pixels = vec![0; (3 * size.0 * size.1) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        let style = TextStyle::from((font, LETTERS)).color(&WHITE);
        for emotion in Emotion::ALL {
            let middle = emotion.index() * IMAGE_SIDE + (IMAGE_SIDE - LETTERS as usize) / 2;
            area.draw_text(emotion.name(), &style, (4, middle as i32))?;
        }
        area.present()?;
    }
    let grey = pixels.chunks_exact(3).map(|colour| colour[0]).collect();
    GrayImage::from_raw(size.0, size.1, grey).context("a picture's size")
}

/// Generated faces as cells.
pub fn cells(faces: &[Vec<u8>]) -> Vec<Option<&[u8]>> {
    faces.iter().map(|face| Some(face.as_slice())).collect()
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
    of(&cells, 2 * columns).write(path)
}

/// Writes one 48x48 face. Not flushed to the disk, unlike everything of a run: faces come in thousands, and can be
/// made again.
pub fn write_face(face: &[u8], path: &Path) -> anyhow::Result<()> {
    fs::write(path, self::face(face)?).with_context(|| format!("cannot write {}", path.display()))
}

/// A PNG file of one 48x48 face.
pub fn face(face: &[u8]) -> anyhow::Result<Vec<u8>> {
    png(&of(&[Some(face)], 1).faces)
}

fn png(picture: &GrayImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .context("cannot encode a picture")?;
    Ok(bytes.into_inner())
}
