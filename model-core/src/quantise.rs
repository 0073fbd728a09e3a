//! Half the bytes for the same network: large tensors as integers of 8 bits.
//!
//! What the integers of a quantised tensor are multiplied by is in half precision, one number for each place along the
//! second dimension (the outputs of a linear layer or of a transposed convolution). `native-trainer export` says how far that
//! moves the pixels.

use half::f16;

/// Tensors of fewer numbers stay as they are: they weigh nothing.
const FEWEST_NUMBERS: usize = 1000;
/// The largest integer; -128 is not used, so that both signs reach equally far.
const LARGEST: f32 = 127.0;

/// The narrowest step of a matrix beside the one that half of its outputs could do with. Finer steps for outputs of small
/// weights move the pixels less than they weigh: without this, a host's compression leaves a fifth more of the largest tensor.
const NARROWEST_STEP: f32 = 2.0;

/// Whether a tensor of this shape is worth quantising.
pub fn worthwhile(shape: &[usize]) -> bool {
    shape.len() >= 2 && shape.iter().product::<usize>() >= FEWEST_NUMBERS
}

/// Shape of the scales of a tensor, so that they broadcast: `[1, places, 1, ...]`.
pub fn scale_shape(shape: &[usize]) -> Vec<usize> {
    let along = |(axis, &length)| if axis == 1 { length } else { 1 };
    shape.iter().enumerate().map(along).collect()
}

/// Numbers of a tensor of at least two dimensions as integers and their scales.
pub fn quantised(numbers: &[f32], shape: &[usize]) -> (Vec<i8>, Vec<f16>) {
    let runs = || numbers.chunks(run(shape)).enumerate();
    let mut largest = vec![0.0f32; shape[1]];
    for (index, run) in runs() {
        let largest = &mut largest[index % shape[1]];
        *largest = run
            .iter()
            .fold(*largest, |most, number| most.max(number.abs()));
    }
    if shape.len() == 2 {
        let mut sorted = largest.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let least = NARROWEST_STEP * sorted[sorted.len() / 2];
        largest
            .iter_mut()
            .for_each(|largest| *largest = largest.max(least));
    }
    let scales: Vec<f16> = largest
        .iter()
        .map(|largest| f16::from_f32(largest / LARGEST))
        .collect();
    let mut integers = Vec::with_capacity(numbers.len());
    for (index, run) in runs() {
        let scale = scales[index % shape[1]].to_f32();
        integers.extend(run.iter().map(|number| match scale {
            0.0 => 0,
            scale => (number / scale).round().clamp(-LARGEST, LARGEST) as i8,
        }));
    }
    (integers, scales)
}

/// The numbers again. A page waits for this, and its browser has compiled nothing for speed yet: no division for each.
pub fn multiplied(integers: &[u8], scales: &[f32], shape: &[usize]) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(integers.len());
    for (index, run) in integers.chunks(run(shape)).enumerate() {
        let scale = scales[index % shape[1]];
        numbers.extend(run.iter().map(|&byte| f32::from(byte as i8) * scale));
    }
    numbers
}

/// Numbers that follow each other and share a scale.
fn run(shape: &[usize]) -> usize {
    shape[2..].iter().product::<usize>().max(1)
}
