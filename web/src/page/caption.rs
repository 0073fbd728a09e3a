//! Captions on pictures. Their letters are drawn when the crate is built (build.rs): what a browser writes on a canvas
//! could only be read back from there, and some browsers add noise to that.

/// `GLYPHS`: for every letter of `LETTERS`, 16 levels of ink, two pixels a byte, in cells of `WIDTH` by `HEIGHT`.
mod letters {
    include!(concat!(env!("OUT_DIR"), "/letters.rs"));
}
pub use letters::LETTERS;
use letters::{GLYPHS, WIDTH};

/// Of a line, in pixels.
pub const HEIGHT: usize = letters::HEIGHT;

const INK: f32 = 27.0;

/// A line of text as grey pixels, `width` of them in a row; what does not fit is made narrower.
pub fn line(text: &str, width: usize, paper: u8) -> Vec<u8> {
    let letters: Vec<usize> = text
        .chars()
        .filter_map(|letter| LETTERS.find(letter))
        .collect();
    let natural = letters.len() * WIDTH;
    let squeeze = (natural as f32 / width as f32).max(1.0);
    let mut pixels = Vec::with_capacity(width * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..width {
            let ink = share(&letters, y, x as f32 * squeeze, squeeze);
            let paper = f32::from(paper);
            pixels.push((paper + (INK - paper) * ink).round() as u8);
        }
    }
    pixels
}

/// The mean ink of a line's row over the pixels from `start` on.
fn share(letters: &[usize], y: usize, start: f32, length: f32) -> f32 {
    let end = start + length;
    let mut sum = 0.0;
    for x in start as usize..end.ceil() as usize {
        let covered = end.min(x as f32 + 1.0) - start.max(x as f32);
        sum += covered
            * letters
                .get(x / WIDTH)
                .map_or(0.0, |&letter| ink(letter, x % WIDTH, y));
    }
    sum / length
}

/// From 0 to 1.
fn ink(letter: usize, x: usize, y: usize) -> f32 {
    let pixel = (letter * HEIGHT + y) * WIDTH + x;
    let pair = GLYPHS[pixel / 2];
    f32::from(if pixel.is_multiple_of(2) {
        pair >> 4
    } else {
        pair & 15
    }) / 15.0
}
