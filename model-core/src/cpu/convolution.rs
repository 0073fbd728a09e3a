//! Convolution on plain slices: the three products of a strided convolution, tile by tile.
//!
//! Maps are `[B, C, H, W]`, weights `[O, C, k, k]`. A tile is a few images; its patches are laid out as the columns
//! of a matrix `[C k k, pixels]` ([`Patches`]), so that each of the three is one matrix product per tile. Tiles are
//! worked on in parallel and their number depends on sizes alone, so results are the same for any number of threads.

use super::op::Op;
use super::patches::Patches;
use super::product::{Matrix, product};

/// Columns of a patch matrix at which products run at full speed and the matrix still fits a core's cache.
const TILE_PIXELS: usize = 512;
/// Tiles that a batch is cut into at least, as long as it has that many images.
const FEWEST_TILES: usize = 4;
/// Partial sums of the weights' gradient: more would only cost memory.
const PARTIAL_SUMS: usize = 8;

/// Sizes of a convolution from `[B, channels, height, width]` to `[B, outputs, out_height, out_width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

impl Geometry {
    pub const fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    pub const fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Rows of the patch matrix.
    pub const fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Pixels of an output map.
    pub const fn pixels(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Values of one image of the input.
    pub const fn input_image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Values of one image of the output.
    pub const fn output_image(&self) -> usize {
        self.outputs * self.pixels()
    }

    /// Images in a tile.
    fn tile(&self) -> usize {
        let fitting = TILE_PIXELS.div_ceil(self.pixels());
        fitting.min(self.batch.div_ceil(FEWEST_TILES)).max(1)
    }
}

/// A convolution of `[input, weight [O, C, k, k], bias [O]]`.
#[derive(Debug, Clone)]
pub struct Convolution(pub Geometry);

impl Op<3> for Convolution {
    fn shape(&self) -> [usize; 4] {
        let geometry = &self.0;
        let (height, width) = (geometry.out_height(), geometry.out_width());
        [geometry.batch, geometry.outputs, height, width]
    }

    fn forward(&self, [input, weight, bias]: [&[f32]; 3]) -> Vec<f32> {
        let mut output = forward(&self.0, input, weight);
        add_bias(&mut output, bias, self.0.pixels());
        output
    }

    fn gradients(
        &self,
        [input, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let geometry = &self.0;
        [
            wanted[0].then(|| input_gradient(geometry, gradient, weight)),
            wanted[1].then(|| weight_gradient(geometry, input, gradient)),
            wanted[2].then(|| bias_gradient(gradient, geometry.outputs, geometry.pixels())),
        ]
    }
}

/// A transposed convolution of `[input, weight [I, O, k, k], bias [O]]`: the [`Geometry`] is that of the convolution
/// it is the adjoint of, from this one's output to its input.
#[derive(Debug, Clone)]
pub struct TransposedConvolution(pub Geometry);

impl TransposedConvolution {
    fn area(&self) -> usize {
        self.0.height * self.0.width
    }
}

impl Op<3> for TransposedConvolution {
    fn shape(&self) -> [usize; 4] {
        let geometry = &self.0;
        [
            geometry.batch,
            geometry.channels,
            geometry.height,
            geometry.width,
        ]
    }

    fn forward(&self, [input, weight, bias]: [&[f32]; 3]) -> Vec<f32> {
        let mut output = input_gradient(&self.0, input, weight);
        add_bias(&mut output, bias, self.area());
        output
    }

    fn gradients(
        &self,
        [input, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let geometry = &self.0;
        [
            wanted[0].then(|| forward(geometry, gradient, weight)),
            wanted[1].then(|| weight_gradient(geometry, gradient, input)),
            wanted[2].then(|| bias_gradient(gradient, geometry.channels, self.area())),
        ]
    }
}

/// The convolution without its bias: weights times patches.
fn forward(geometry: &Geometry, input: &[f32], weight: &[f32]) -> Vec<f32> {
    let (tile, patch, outputs) = (geometry.tile(), geometry.patch(), geometry.outputs);
    let mut output = vec![0.0; geometry.batch * geometry.output_image()];
    for_each_tile(
        output.chunks_mut(tile * geometry.output_image()),
        input.chunks(tile * geometry.input_image()),
        || Patches::new(geometry, tile),
        |patches, output, input| {
            if outputs == 1 {
                let images = input.chunks(geometry.input_image());
                for (image, map) in images.zip(output.chunks_mut(geometry.pixels())) {
                    patches.single_map(image, weight, map);
                }
                return;
            }
            let columns = patches.gather(input);
            let mut maps = vec![0.0; outputs * columns];
            product(
                Matrix::rows(weight, patch),
                Matrix::rows(patches.matrix(), columns),
                &mut maps,
                false,
            );
            to_images(geometry, &maps, output);
        },
    );
    output
}

/// Gradient of the input; also the forward pass of the transposed convolution that has these weights.
fn input_gradient(geometry: &Geometry, gradient: &[f32], weight: &[f32]) -> Vec<f32> {
    let (tile, patch) = (geometry.tile(), geometry.patch());
    let mut input = vec![0.0; geometry.batch * geometry.input_image()];
    for_each_tile(
        input.chunks_mut(tile * geometry.input_image()),
        gradient.chunks(tile * geometry.output_image()),
        || Patches::new(geometry, tile),
        |patches, input, gradient| {
            let maps = to_maps(geometry, gradient);
            let columns = maps.len() / geometry.outputs;
            product(
                Matrix::rows(weight, patch).transposed(),
                Matrix::rows(&maps, columns),
                patches.matrix_mut(columns),
                false,
            );
            patches.scatter(input);
        },
    );
    input
}

/// Gradient of the weights.
fn weight_gradient(geometry: &Geometry, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let (tile, patch) = (geometry.tile(), geometry.patch());
    let images = geometry.batch.div_ceil(PARTIAL_SUMS).next_multiple_of(tile);
    let size = geometry.outputs * patch;
    let mut sums = vec![0.0; geometry.batch.div_ceil(images) * size];
    for_each_tile(
        sums.chunks_mut(size),
        input
            .chunks(images * geometry.input_image())
            .zip(gradient.chunks(images * geometry.output_image())),
        || Patches::new(geometry, tile),
        |patches, sum, (input, gradient)| {
            let inputs = input.chunks(tile * geometry.input_image());
            let gradients = gradient.chunks(tile * geometry.output_image());
            for (input, gradient) in inputs.zip(gradients) {
                let columns = patches.gather(input);
                let maps = to_maps(geometry, gradient);
                product(
                    Matrix::rows(&maps, columns),
                    Matrix::rows(patches.matrix(), columns).transposed(),
                    sum,
                    true,
                );
            }
        },
    );
    let (total, others) = sums.split_at_mut(size);
    for other in others.chunks(size) {
        add(total, other);
    }
    sums.truncate(size);
    sums
}

/// Adds to every map of `area` values the bias of its channel.
fn add_bias(maps: &mut [f32], bias: &[f32], area: usize) {
    for (index, map) in maps.chunks_mut(area).enumerate() {
        let bias = bias[index % bias.len()];
        map.iter_mut().for_each(|value| *value += bias);
    }
}

/// Gradient of the bias: for each channel the sum over its maps of `area` values.
fn bias_gradient(gradient: &[f32], channels: usize, area: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for (index, map) in gradient.chunks(area).enumerate() {
        sums[index % channels] += map.iter().sum::<f32>();
    }
    sums
}

pub(super) fn add(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

/// `[images, O, pixels]` to the matrix `[O, images pixels]`.
fn to_maps(geometry: &Geometry, images: &[f32]) -> Vec<f32> {
    let pixels = geometry.pixels();
    let columns = images.len() / geometry.outputs;
    let mut maps = vec![0.0; images.len()];
    for (image, values) in images.chunks(geometry.output_image()).enumerate() {
        for (channel, map) in values.chunks(pixels).enumerate() {
            let start = channel * columns + image * pixels;
            maps[start..start + pixels].copy_from_slice(map);
        }
    }
    maps
}

/// The matrix `[O, images pixels]` to `[images, O, pixels]`.
fn to_images(geometry: &Geometry, maps: &[f32], images: &mut [f32]) {
    let pixels = geometry.pixels();
    let columns = maps.len() / geometry.outputs;
    for (image, values) in images.chunks_mut(geometry.output_image()).enumerate() {
        for (channel, map) in values.chunks_mut(pixels).enumerate() {
            let start = channel * columns + image * pixels;
            map.copy_from_slice(&maps[start..start + pixels]);
        }
    }
}

/// Works on every tile with a workspace per thread.
#[cfg(not(target_arch = "wasm32"))]
fn for_each_tile<'a, I: Send, W>(
    outputs: impl Iterator<Item = &'a mut [f32]> + Send,
    inputs: impl Iterator<Item = I> + Send,
    workspace: impl Fn() -> W + Send + Sync,
    work: impl Fn(&mut W, &mut [f32], I) + Send + Sync,
) {
    use rayon::prelude::*;
    let tiles: Vec<_> = outputs.zip(inputs).collect();
    tiles
        .into_par_iter()
        .with_min_len(1)
        .for_each_init(workspace, |workspace, (output, input)| {
            work(workspace, output, input)
        });
}

/// A browser's worker is one thread.
#[cfg(target_arch = "wasm32")]
fn for_each_tile<'a, I, W>(
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
