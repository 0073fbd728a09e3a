//! A convolution to a single map, stride 1: vectors run along its lines, because there are no channels for them to run along.

use super::weighted_pixels::Window;

/// Pixels whose sums are kept at hand at once.
const RUN: usize = 16;

/// The map, from a padded image: `map[y, x] = bias` and, over the window at `source[y pitch + x]`, the sum of
/// `weights[pixel] pixel`.
#[inline(always)]
pub fn map(
    source: &[f32],
    pitch: usize,
    window: &Window,
    weights: &[f32],
    bias: f32,
    width: usize,
    map: &mut [f32],
) {
    for (y, line) in map.chunks_exact_mut(width).enumerate() {
        for (index, run) in line.chunks_mut(RUN).enumerate() {
            let source = &source[window.first + y * pitch + index * RUN..];
            let mut sums = [bias; RUN];
            match (run.len(), window.columns) {
                (RUN, 3) => add_windows::<3, _>(&mut sums, source, pitch, window, weights),
                (RUN, _) => add_windows::<1, _>(&mut sums, source, pitch, window, weights),
                _ => {
                    for (sum, first) in sums[..run.len()].iter_mut().zip(0..) {
                        let mut one = [*sum];
                        add_windows::<1, _>(&mut one, &source[first..], pitch, window, weights);
                        [*sum] = one;
                    }
                }
            }
            run.copy_from_slice(&sums[..run.len()]);
        }
    }
}

/// Adds the windows of N pixels side by side, K columns of them at a time.
#[inline(always)]
fn add_windows<const K: usize, const N: usize>(
    sums: &mut [f32; N],
    source: &[f32],
    pitch: usize,
    window: &Window,
    weights: &[f32],
) {
    for (index, weights) in weights.as_chunks::<K>().0.iter().enumerate() {
        let tap = index * K;
        let (row, column) = (tap / window.columns, tap % window.columns);
        let (channel, line) = (row / window.lines, row % window.lines);
        let first = channel * window.channel + line * pitch + column;
        let pixels = &source[first..][..N + K - 1];
        for (tap, weight) in weights.iter().enumerate() {
            for (sum, pixel) in sums.iter_mut().zip(&pixels[tap..]) {
                *sum += weight * pixel;
            }
        }
    }
}

/// The gradient of one weight: the sum over images and pixels of `gradient[y, x] source[first + y pitch + x]`.
#[inline(always)]
pub fn weight_gradient<'a>(
    images: impl Iterator<Item = &'a [f32]>,
    first: usize,
    pitch: usize,
    width: usize,
    pixels: usize,
    gradient: &[f32],
) -> f32 {
    let mut sums = [0.0; RUN];
    for (source, gradient) in images.zip(gradient.chunks_exact(pixels)) {
        for (y, line) in gradient.chunks_exact(width).enumerate() {
            let values = &source[first + y * pitch..][..width];
            let (lines, line_rest) = line.as_chunks::<RUN>();
            let (runs, rest) = values.as_chunks::<RUN>();
            for (line, values) in lines.iter().zip(runs) {
                add_products(&mut sums, line, values);
            }
            add_products(&mut sums, line_rest, rest);
        }
    }
    sums.iter().sum()
}

#[inline(always)]
fn add_products(sums: &mut [f32; RUN], gradient: &[f32], values: &[f32]) {
    for ((sum, gradient), value) in sums.iter_mut().zip(gradient).zip(values) {
        *sum += gradient * value;
    }
}
