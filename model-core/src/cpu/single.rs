//! A convolution to a single map, stride 1: vectors run along its lines, because there are no channels for them to run along.

/// Pixels whose sums are kept at hand at once.
const RUN: usize = 16;

/// The map, from a padded image: `map[y, x] = bias + sum over taps (weights[tap] source[y pitch + x + tap])`.
#[inline(always)]
pub fn map(
    source: &[f32],
    pitch: usize,
    taps: &[usize],
    weights: &[f32],
    bias: f32,
    width: usize,
    map: &mut [f32],
) {
    for (y, line) in map.chunks_exact_mut(width).enumerate() {
        for (index, run) in line.chunks_mut(RUN).enumerate() {
            let first = y * pitch + index * RUN;
            let mut sums = [bias; RUN];
            for (tap, weight) in taps.iter().zip(weights) {
                let values = &source[first + tap..];
                match values.first_chunk::<RUN>() {
                    Some(values) if run.len() == RUN => add(&mut sums, values, *weight),
                    _ => add(&mut sums, &values[..run.len()], *weight),
                }
            }
            run.copy_from_slice(&sums[..run.len()]);
        }
    }
}

#[inline(always)]
fn add(sums: &mut [f32], values: &[f32], weight: f32) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += weight * value;
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
