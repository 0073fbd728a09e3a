//! How a convolution wants its images and weights: padded, by vectors of channels.

use super::rectifier::rectified;

/// The images of a batch with a frame of zeros around every map.
#[derive(Clone, Copy)]
pub struct Frame {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Lines and columns of zeros before the first ones.
    pub before: usize,
    /// Lines and columns of zeros after the last ones.
    pub after: usize,
}

impl Frame {
    /// From one line to the next.
    pub const fn pitch(&self) -> usize {
        self.width + self.before + self.after
    }

    /// From one channel to the next.
    pub const fn channel(&self) -> usize {
        (self.height + self.before + self.after) * self.pitch()
    }

    /// From one image to the next.
    pub const fn image(&self) -> usize {
        self.channels * self.channel()
    }

    /// Copies an image into its frame, which holds zeros.
    pub fn fill(&self, image: &[f32], framed: &mut [f32]) {
        self.each_line(image, framed, |_, line, framed| {
            framed.copy_from_slice(line)
        });
    }

    /// The same, and on the way every value is scaled and shifted, by its channel's numbers, and rectified.
    #[inline(always)]
    pub fn fill_rectified(&self, image: &[f32], [scale, shift]: [&[f32]; 2], framed: &mut [f32]) {
        self.each_line(image, framed, |channel, line, framed| {
            let (scale, shift) = (scale[channel], shift[channel]);
            for (framed, value) in framed.iter_mut().zip(line) {
                *framed = rectified(value * scale + shift);
            }
        });
    }

    #[inline(always)]
    fn each_line(
        &self,
        image: &[f32],
        framed: &mut [f32],
        write: impl Fn(usize, &[f32], &mut [f32]),
    ) {
        let maps = image.chunks_exact(self.height * self.width);
        let frames = framed.chunks_exact_mut(self.channel());
        for (channel, (map, framed)) in maps.zip(frames).enumerate() {
            let lines = framed.chunks_exact_mut(self.pitch()).skip(self.before);
            for (line, framed) in map.chunks_exact(self.width).zip(lines) {
                write(channel, line, &mut framed[self.before..][..self.width]);
            }
        }
    }
}

/// Images `[images, C, pixels]` to vectors `[vectors, images pixels, lanes]`, which hold zeros where there are no more channels.
pub fn fill_vectors(
    images: &[f32],
    channels: usize,
    pixels: usize,
    lanes: usize,
    vectors: &mut [f32],
) {
    let rows = images.len() / channels;
    for (index, image) in images.chunks_exact(channels * pixels).enumerate() {
        let groups = image.chunks(lanes * pixels);
        for (maps, vectors) in groups.zip(vectors.chunks_exact_mut(lanes * rows)) {
            let vectors = &mut vectors[index * pixels * lanes..][..pixels * lanes];
            for (lane, map) in maps.chunks_exact(pixels).enumerate() {
                for (value, vector) in map.iter().zip(vectors.chunks_exact_mut(lanes)) {
                    vector[lane] = *value;
                }
            }
        }
    }
}

/// Weights by vectors of their rows: `[vectors, places, lanes]`, zeros where there are no more rows. A row begins `apart`
/// values after the one before; its places are counted from there, and may be anywhere.
pub fn by_vectors(
    weights: &[f32],
    rows: usize,
    apart: usize,
    places: &[usize],
    lanes: usize,
) -> Vec<f32> {
    let fill = match (lanes, apart) {
        (16, 16) => by_vectors_of::<16, 16>,
        (16, _) => by_vectors_of::<16, ANY>,
        (8, 16) => by_vectors_of::<8, 16>,
        (8, _) => by_vectors_of::<8, ANY>,
        (4, 16) => by_vectors_of::<4, 16>,
        (4, _) => by_vectors_of::<4, ANY>,
        _ => by_vectors_of::<1, ANY>,
    };
    fill(weights, rows, apart, places)
}

/// In place of a distance that is known beforehand: that of kernels of 4x4, which the networks here have most of.
const ANY: usize = 0;

fn by_vectors_of<const LANES: usize, const APART: usize>(
    weights: &[f32],
    rows: usize,
    apart: usize,
    places: &[usize],
) -> Vec<f32> {
    let apart = if APART == ANY { apart } else { APART };
    let mut vectors = vec![0.0; rows.div_ceil(LANES) * places.len() * LANES];
    let groups = vectors.chunks_exact_mut((places.len() * LANES).max(1));
    for (first, vectors) in (0..rows).step_by(LANES).zip(groups) {
        for (vector, place) in vectors.as_chunks_mut::<LANES>().0.iter_mut().zip(places) {
            let column = &weights[first * apart + place..];
            let here = rows - first;
            if here >= LANES {
                let column = &column[..(LANES - 1) * apart + 1]; // looked at once
                *vector = std::array::from_fn(|lane| column[lane * apart]);
                continue;
            }
            for (lane, value) in vector[..here].iter_mut().enumerate() {
                *value = column[lane * apart];
            }
        }
    }
    vectors
}
