//! How a convolution wants its images and weights: padded, by vectors of channels.

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
        let maps = image.chunks_exact(self.height * self.width);
        for (map, framed) in maps.zip(framed.chunks_exact_mut(self.channel())) {
            let lines = framed.chunks_exact_mut(self.pitch()).skip(self.before);
            for (line, framed) in map.chunks_exact(self.width).zip(lines) {
                framed[self.before..][..self.width].copy_from_slice(line);
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

/// Weights `[outputs, channels, area]` by vectors of their outputs: `[vectors, channels area, lanes]`.
pub fn vectors_of_outputs(weight: &[f32], patch: usize, lanes: usize) -> Vec<f32> {
    let outputs = weight.len() / patch;
    let mut vectors = vec![0.0; outputs.div_ceil(lanes) * patch * lanes];
    let groups = vectors.chunks_exact_mut(patch * lanes);
    for (rows, vectors) in weight.chunks(patch * lanes).zip(groups) {
        for (lane, row) in rows.chunks_exact(patch).enumerate() {
            for (weight, vector) in row.iter().zip(vectors.chunks_exact_mut(lanes)) {
                vector[lane] = *weight;
            }
        }
    }
    vectors
}

/// Weights `[outputs, channels, area]` by vectors of their channels, of each area only some `places`:
/// `[vectors, outputs places, lanes]`.
pub fn vectors_of_channels(
    weight: &[f32],
    channels: usize,
    area: usize,
    places: &[usize],
    lanes: usize,
) -> Vec<f32> {
    let outputs = weight.len() / (channels * area);
    let taps = outputs * places.len();
    let mut vectors = vec![0.0; channels.div_ceil(lanes) * taps * lanes];
    for (output, weight) in weight.chunks_exact(channels * area).enumerate() {
        for (group, weight) in weight.chunks(lanes * area).enumerate() {
            let first = group * taps + output * places.len();
            let rows = vectors[first * lanes..].chunks_exact_mut(lanes);
            for (vector, place) in rows.zip(places) {
                for (to, kernel) in vector.iter_mut().zip(weight.chunks_exact(area)) {
                    *to = kernel[*place];
                }
            }
        }
    }
    vectors
}
