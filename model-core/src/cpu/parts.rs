//! How work is cut, and sums that a processor adds many at once.

use pulp::Arch;

/// Numbers that are added side by side.
const RUN: usize = 16;
/// Numbers that are worth another thread's while.
const PART: usize = 1 << 14;

/// Works on every part with a workspace per thread. How many parts there are must depend on sizes alone, so that
/// results are the same for any number of threads.
#[cfg(not(target_arch = "wasm32"))]
pub fn for_each_part<'a, I: Send, W>(
    outputs: impl Iterator<Item = &'a mut [f32]> + Send,
    inputs: impl Iterator<Item = I> + Send,
    workspace: impl Fn() -> W + Send + Sync,
    work: impl Fn(&mut W, &mut [f32], I) + Send + Sync,
) {
    use rayon::prelude::*;
    let parts: Vec<_> = outputs.zip(inputs).collect();
    parts
        .into_par_iter()
        .with_min_len(1)
        .for_each_init(workspace, |workspace, (output, input)| {
            work(workspace, output, input)
        });
}

/// A browser's worker is one thread.
#[cfg(target_arch = "wasm32")]
pub fn for_each_part<'a, I, W>(
    outputs: impl Iterator<Item = &'a mut [f32]>,
    inputs: impl Iterator<Item = I>,
    workspace: impl Fn() -> W,
    work: impl Fn(&mut W, &mut [f32], I),
) {
    let mut workspace = workspace();
    for (output, input) in outputs.zip(inputs) {
        work(&mut workspace, output, input);
    }
}

/// What `of` makes of the values that stand at one place in each of the inputs, for every place.
pub fn each<const N: usize>(
    inputs: [&[f32]; N],
    of: impl Fn([f32; N]) -> f32 + Send + Sync,
) -> Vec<f32> {
    let mut output = vec![0.0; inputs[0].len()];
    let starts = (0..output.len()).step_by(PART);
    for_each_part(
        output.chunks_mut(PART),
        starts,
        || (),
        |(), output, start| {
            let inputs = inputs.map(|input| &input[start..][..output.len()]);
            Arch::new().dispatch(|| {
                for (place, output) in output.iter_mut().enumerate() {
                    *output = of(inputs.map(|input| input[place]));
                }
            });
        },
    );
    output
}

/// The sum of what `of` makes of every value.
#[inline(always)]
pub fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; RUN];
    let (runs, rest) = values.as_chunks::<RUN>();
    for run in runs {
        for (sum, value) in sums.iter_mut().zip(run) {
            *sum += of(*value);
        }
    }
    for (sum, value) in sums.iter_mut().zip(rest) {
        *sum += of(*value);
    }
    sums.iter().sum()
}

/// Two sums over pairs of values, by what `of` makes of every pair.
#[inline(always)]
pub fn sums_of_pairs(left: &[f32], right: &[f32], of: impl Fn(f32, f32) -> [f32; 2]) -> [f32; 2] {
    let (mut first, mut second) = ([0.0; RUN], [0.0; RUN]);
    let mut add = |left: &[f32], right: &[f32]| {
        let sums = first.iter_mut().zip(&mut second);
        for ((first, second), (left, right)) in sums.zip(left.iter().zip(right)) {
            let [to_first, to_second] = of(*left, *right);
            *first += to_first;
            *second += to_second;
        }
    };
    let (lefts, left_rest) = left.as_chunks::<RUN>();
    let (rights, right_rest) = right.as_chunks::<RUN>();
    for (left, right) in lefts.iter().zip(rights) {
        add(left, right);
    }
    add(left_rest, right_rest);
    [first.iter().sum(), second.iter().sum()]
}
