//! Faces side by side as one grey picture, each with what is printed under it.

use model_core::pixels::IMAGE_SIDE;

use crate::page::caption;

/// Space for a caption under a face, in pixels.
const CAPTION: usize = 24;
/// Space between the faces of an enlarged sheet, in pixels.
const GAP: usize = 8;
const PAPER: u8 = 250;

/// What goes on a picture.
pub struct Sheet {
    /// Grey pixels of each face, and its caption.
    pub frames: Vec<(Vec<u8>, String)>,
    pub columns: usize,
    /// Every pixel of a face becomes a square of this many. At 1 the sheet has neither gaps nor captions.
    pub scale: usize,
}

/// Grey pixels, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    pub width: usize,
    pub pixels: Vec<u8>,
}

impl Sheet {
    /// Pixels along the side of a face on the sheet.
    pub fn side(&self) -> usize {
        IMAGE_SIDE * self.scale
    }

    /// The sheet; `enlarge` makes a face as large as [`Sheet::side`].
    pub fn draw(&self, enlarge: impl Fn(&[u8]) -> Vec<u8>) -> Grey {
        let (side, columns) = (self.side(), self.columns.clamp(1, self.frames.len().max(1)));
        let is_plain = self.scale == 1 || self.frames.len() == 1;
        let (gap, caption) = if is_plain { (0, 0) } else { (GAP, CAPTION) };
        let rows = self.frames.len().div_ceil(columns);
        let width = columns * (side + gap) + gap;
        let height = rows * (side + caption + gap) + gap;
        let mut sheet = Grey {
            width,
            pixels: vec![PAPER; width * height],
        };
        for (index, (face, text)) in self.frames.iter().enumerate() {
            let left = gap + index % columns * (side + gap);
            let top = gap + index / columns * (side + caption + gap);
            sheet.put(&enlarge(face), side, [left, top]);
            if !is_plain {
                let line = caption::line(text, side, PAPER);
                sheet.put(
                    &line,
                    side,
                    [left, top + side + (CAPTION - caption::HEIGHT) / 2],
                );
            }
        }
        sheet
    }

    /// The sheet with every pixel of a face as a square.
    pub fn draw_crisp(&self) -> Grey {
        self.draw(|face| enlarged(face, self.scale))
    }
}

impl Grey {
    /// Puts a picture `width` wide with its corner at `left` and `top`.
    fn put(&mut self, picture: &[u8], width: usize, [left, top]: [usize; 2]) {
        for (row, line) in picture.chunks_exact(width).enumerate() {
            let start = (top + row) * self.width + left;
            self.pixels[start..start + width].copy_from_slice(line);
        }
    }
}

/// Every pixel of a face as a square of `scale` by `scale`.
pub fn enlarged(face: &[u8], scale: usize) -> Vec<u8> {
    let row = |row: &[u8]| -> Vec<u8> {
        let wide = row
            .iter()
            .flat_map(|&grey| std::iter::repeat_n(grey, scale));
        wide.collect()
    };
    let lines = face.chunks_exact(IMAGE_SIDE);
    lines.flat_map(|line| row(line).repeat(scale)).collect()
}
