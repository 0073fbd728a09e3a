//! The inner loop of a convolution: maps as sums of weighted pixels.
//!
//! Nothing is laid out for it but padding: a vector holds one value for each of several channels, and the pixel it is
//! multiplied by is read where it stands in the padded image. Sums stay in registers from the first tap to the last.

use pulp::{Simd, WithSimd};

use super::vectors::{MOST_LANES, many_registers};

/// Pixels whose sums are kept in registers at once, at most.
const MOST_PIXELS: usize = 9;

/// Maps as sums of weighted pixels: `maps[channel, y, x] = bias[channel]` and, over the pixels of the window at
/// `source[(y pitch + x) step]`, the sum of `weights[pixel, channel] pixel`.
pub struct WeightedPixels<'a> {
    /// A padded image.
    pub source: &'a [f32],
    /// From one of its lines to the next.
    pub pitch: usize,
    /// Pixels of the source from one pixel of a map to the next.
    pub step: usize,
    pub window: Window,
    /// `[vectors, pixels of the window, lanes]`
    pub weights: &'a [f32],
    /// One for each channel.
    pub bias: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    /// All maps of an image.
    pub maps: &'a mut [f32],
    pub places: Places,
}

/// The pixels of an image that a pixel of a map is the sum of: in every channel the same rectangle.
#[derive(Clone, Copy)]
pub struct Window {
    /// Where the first of them stands, for the first pixel of a map.
    pub first: usize,
    pub channels: usize,
    /// From one channel to the next.
    pub channel: usize,
    pub lines: usize,
    pub columns: usize,
}

/// Which values of an image's maps are written.
#[derive(Clone, Copy)]
pub struct Places {
    pub first: usize,
    /// From one line to the next.
    pub line: usize,
    /// From one pixel to the next.
    pub pixel: usize,
    /// From one channel to the next.
    pub channel: usize,
}

impl WithSimd for WeightedPixels<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let Window { lines, columns, .. } = self.window;
        match (lines, columns, self.step) {
            (2, 2, 1) => self.each_pair::<S, 2, 1>(simd),
            (3, 3, 1) => self.each_pair::<S, 3, 1>(simd),
            (4, 4, 2) => self.each_pair::<S, 4, 2>(simd),
            _ => self.each_pair::<S, ANY, 1>(simd),
        }
    }
}

/// In place of a window's side: any, read from the window, for one pixel of a map at a time.
const ANY: usize = 0;

impl WeightedPixels<'_> {
    /// Vectors two by two, for windows of K x K pixels.
    #[inline(always)]
    fn each_pair<S: Simd, const K: usize, const STEP: usize>(&mut self, simd: S) {
        let length = self.window.channels * self.window.lines * self.window.columns;
        let (weights, _) = S::as_simd_f32s(self.weights);
        for (pair, weights) in weights.chunks(2 * length.max(1)).enumerate() {
            let channel = 2 * pair * S::F32_LANES;
            match weights.split_at_checked(length) {
                Some((first, second)) if !second.is_empty() => {
                    self.each_block::<S, 2, K, STEP>(simd, channel, [first, second]);
                }
                _ => self.each_block::<S, 1, K, STEP>(simd, channel, [weights]),
            }
        }
    }

    #[inline(always)]
    fn each_block<S: Simd, const V: usize, const K: usize, const STEP: usize>(
        &mut self,
        simd: S,
        channel: usize,
        weights: [&[S::f32s]; V],
    ) {
        let many = many_registers::<S>();
        let mut y = 0;
        while y < self.rows {
            y += match self.rows - y {
                _ if K == ANY => self.line_of_blocks::<S, V, 1, K, STEP>(simd, channel, weights, y),
                3.. if many => self.line_of_blocks::<S, V, 3, K, STEP>(simd, channel, weights, y),
                2.. => self.line_of_blocks::<S, V, 2, K, STEP>(simd, channel, weights, y),
                _ => self.line_of_blocks::<S, V, 1, K, STEP>(simd, channel, weights, y),
            };
        }
    }

    /// H lines of pixels; returns H.
    #[inline(always)]
    fn line_of_blocks<
        S: Simd,
        const V: usize,
        const H: usize,
        const K: usize,
        const STEP: usize,
    >(
        &mut self,
        simd: S,
        channel: usize,
        weights: [&[S::f32s]; V],
        y: usize,
    ) -> usize {
        let mut x = 0;
        while x < self.columns {
            x += match self.columns - x {
                3.. if K != ANY => {
                    self.block::<S, V, H, 3, K, STEP>(simd, channel, weights, [y, x])
                }
                // No map of these networks ends so: not worth programs of its own.
                _ => {
                    for row in 0..H {
                        self.block::<S, V, 1, 1, ANY, STEP>(simd, channel, weights, [y + row, x]);
                    }
                    1
                }
            };
        }
        H
    }

    /// A block of H x W pixels, for V vectors of channels; returns its width.
    #[inline(always)]
    fn block<
        S: Simd,
        const V: usize,
        const H: usize,
        const W: usize,
        const K: usize,
        const STEP: usize,
    >(
        &mut self,
        simd: S,
        channel: usize,
        weights: [&[S::f32s]; V],
        [y, x]: [usize; 2],
    ) -> usize {
        let source = &self.source[self.window.first + (y * self.pitch + x) * self.step..];
        let sums: [[[S::f32s; V]; W]; H] = match K {
            ANY => [[sums_of_any(simd, source, self.pitch, self.window, weights); W]; H],
            _ => sums::<S, V, H, W, K, STEP>(simd, source, self.pitch, self.window, weights),
        };
        // All sums leave their registers before any is written: in one loop the compiler would keep them in memory throughout.
        let mut values = [[0.0; MOST_LANES * MOST_PIXELS]; V];
        for vector in 0..V {
            let (vectors, _) = S::as_mut_simd_f32s(&mut values[vector]);
            for row in 0..H {
                for column in 0..W {
                    vectors[row * W + column] = sums[row][column][vector];
                }
            }
        }
        for (vector, values) in values.iter().enumerate() {
            let channel = channel + vector * S::F32_LANES;
            self.write::<H, W>(values, S::F32_LANES, channel, [y, x]);
        }
        W
    }

    /// Writes a block of vectors, pixel by pixel, to their channels' maps.
    #[inline(always)]
    fn write<const H: usize, const W: usize>(
        &mut self,
        values: &[f32],
        lanes: usize,
        channel: usize,
        [y, x]: [usize; 2],
    ) {
        let places = self.places;
        for (lane, bias) in self.bias.iter().skip(channel).take(lanes).enumerate() {
            for row in 0..H {
                let first = places.first
                    + (channel + lane) * places.channel
                    + (y + row) * places.line
                    + x * places.pixel;
                let map = &mut self.maps[first..=first + (W - 1) * places.pixel];
                for column in 0..W {
                    map[column * places.pixel] = values[(row * W + column) * lanes + lane] + bias;
                }
            }
        }
    }
}

/// The sums of a block of H x W pixels, V vectors of channels each, over windows of K x K pixels.
///
/// For browsers a function by itself: with all that calls it in one, their compilers keep the sums in memory, at half the speed.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
#[allow(clippy::needless_range_loop)] // Iterators would keep the sums in memory, too.
fn sums<
    S: Simd,
    const V: usize,
    const H: usize,
    const W: usize,
    const K: usize,
    const STEP: usize,
>(
    simd: S,
    source: &[f32],
    pitch: usize,
    window: Window,
    weights: [&[S::f32s]; V],
) -> [[[S::f32s; V]; W]; H] {
    let mut sums = [[[simd.splat_f32s(0.0); V]; W]; H];
    for channel in 0..window.channels {
        let weights = weights.map(|weights| &weights[channel * K * K..][..K * K]);
        let source = &source[channel * window.channel..];
        for line in 0..K {
            let lines: [&[f32]; H] = std::array::from_fn(|row| {
                &source[(row * STEP + line) * pitch..][..(W - 1) * STEP + K]
            });
            for tap in 0..K {
                let weights: [S::f32s; V] = std::array::from_fn(|v| weights[v][line * K + tap]);
                for row in 0..H {
                    for column in 0..W {
                        let pixel = simd.splat_f32s(lines[row][column * STEP + tap]);
                        for v in 0..V {
                            sums[row][column][v] =
                                simd.mul_add_e_f32s(pixel, weights[v], sums[row][column][v]);
                        }
                    }
                }
            }
        }
    }
    sums
}

/// The sums of one pixel, over windows of any sides.
#[inline(always)]
fn sums_of_any<S: Simd, const V: usize>(
    simd: S,
    source: &[f32],
    pitch: usize,
    window: Window,
    weights: [&[S::f32s]; V],
) -> [S::f32s; V] {
    let mut sums = [simd.splat_f32s(0.0); V];
    let area = window.lines * window.columns;
    for index in 0..window.channels * area {
        let (channel, line) = (index / area, index % area / window.columns);
        let tap = channel * window.channel + line * pitch + index % window.columns;
        let pixel = simd.splat_f32s(source[tap]);
        for (sum, weights) in sums.iter_mut().zip(weights) {
            *sum = simd.mul_add_e_f32s(pixel, weights[index], *sum);
        }
    }
    sums
}
