//! Convolutions, normalisations and rectifiers of every network, by this crate's kernels where the CPU or a browser's GPU
//! computes, else by Burn's.

use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};

#[cfg(feature = "cpu")]
use crate::cpu::{
    AffineRectifier, BatchNorm, Convolution, Geometry, HyperbolicTangent, LeakyRectifier,
    Rectified, TransposedConvolution, apply, infer, infers_on, runs_on,
};
#[cfg(feature = "webgpu")]
use crate::gpu;

/// How a square kernel moves over a map.
#[derive(Debug, Clone, Copy)]
pub struct Moves {
    pub stride: usize,
    /// Rows and columns of zeros on every side.
    pub padding: usize,
}

/// Weights and bias of a layer, and how it moves: with one row of padding on every side, as all of Burn's layers in this
/// crate do.
fn parts(layer: &Conv2d) -> (Tensor<4>, Tensor<1>, Moves) {
    let weight = layer.weight.val();
    let bias = bias_of(&layer.bias, weight.dims()[0], &weight.device());
    let stride = layer.stride[0];
    (weight, bias, Moves { stride, padding: 1 })
}

/// The same of a transposed layer, which has one row less on every side.
fn transposed_parts(layer: &ConvTranspose2d) -> (Tensor<4>, Tensor<1>, Moves) {
    let weight = layer.weight.val();
    let bias = bias_of(&layer.bias, weight.dims()[1], &weight.device());
    let stride = layer.stride[0];
    (weight, bias, Moves { stride, padding: 1 })
}

/// A layer of Burn's.
pub fn convolve(layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    let (weight, bias, moves) = parts(layer);
    convolution(input, weight, bias, moves)
}

/// A transposed layer of Burn's.
pub fn convolve_transposed(layer: &ConvTranspose2d, input: Tensor<4>) -> Tensor<4> {
    let (weight, bias, moves) = transposed_parts(layer);
    transposed_convolution(input, weight, bias, moves)
}

/// [`affine_relu`], then [`convolve`]; in one pass where the CPU computes and no gradients are recorded.
pub fn convolve_rectified(
    layer: &Conv2d,
    maps: Tensor<4>,
    scale: Tensor<4>,
    shift: Tensor<4>,
) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if infers_on(&maps.device()) {
        let (weight, bias, moves) = parts(layer);
        let op = Rectified(Convolution(geometry(maps.dims(), weight.dims(), moves)));
        let [maps, weight, bias] = dispatched(maps, weight, bias);
        let [scale, shift] = [scale, shift].map(Tensor::into_dispatch);
        return infer(op, [maps, weight, bias, scale, shift]);
    }
    #[cfg(feature = "webgpu")]
    if gpu::runs_on(&maps.device()) {
        let (weight, bias, moves) = parts(layer);
        let sizes = [weight.dims()[2], moves.stride];
        if let Some(shader) = gpu::Convolved::of(maps.dims(), bias.dims()[0], sizes) {
            return shader.rectified(maps, weight, bias, scale, shift);
        }
    }
    convolve(layer, affine_relu(maps, scale, shift))
}

/// [`affine_relu`], then [`convolve_transposed`]; in one pass where no gradients are recorded.
pub fn convolve_transposed_rectified(
    layer: &ConvTranspose2d,
    maps: Tensor<4>,
    scale: Tensor<4>,
    shift: Tensor<4>,
) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if infers_on(&maps.device()) {
        let (weight, bias, moves) = transposed_parts(layer);
        let geometry = transposed_geometry(maps.dims(), weight.dims(), moves);
        let op = Rectified(TransposedConvolution(geometry));
        let [maps, weight, bias] = dispatched(maps, weight, bias);
        let [scale, shift] = [scale, shift].map(Tensor::into_dispatch);
        return infer(op, [maps, weight, bias, scale, shift]);
    }
    #[cfg(feature = "webgpu")]
    if gpu::runs_on(&maps.device()) {
        let (weight, bias, moves) = transposed_parts(layer);
        let sizes = [weight.dims()[2], moves.stride];
        if let Some(shader) = gpu::Convolved::of(maps.dims(), bias.dims()[0], sizes) {
            return shader.rectified(maps, weight, bias, scale, shift);
        }
    }
    convolve_transposed(layer, affine_relu(maps, scale, shift))
}

/// Nearest-neighbour enlargement, then the 3x3 layer: computed as the transposed convolution that gives the same.
pub fn convolve_enlarged(layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    let (weight, bias, moves) = parts(layer);
    let moves = Moves { stride: 2, ..moves };
    transposed_convolution(input, enlarging_kernel(weight), bias, moves)
}

/// The kernel of the transposed convolution, stride 2, that enlarges a map and convolves it with a 3x3 kernel.
///
/// Neighbours in an enlarged map are mostly equal, so the weights they meet are added first: that leaves four products a
/// pixel in place of nine, and no enlarged map.
///
/// # Shapes
/// - weight `[O, C, 3, 3]`
/// - output `[C, O, 4, 4]`
pub fn enlarging_kernel(weight: Tensor<4>) -> Tensor<4> {
    /// Along one axis, for each place of the larger kernel, which of the smaller one's are added.
    const ALONG: [[f32; 3]; 4] = [
        [0.0, 0.0, 1.0],
        [0.0, 1.0, 1.0],
        [1.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
    ];
    let row =
        |[y, x]: [usize; 2]| (0..16).map(move |place| ALONG[place / 4][y] * ALONG[place % 4][x]);
    let sums: Vec<f32> = (0..9).flat_map(|tap| row([tap / 3, tap % 3])).collect();
    let sums = Tensor::from_data(TensorData::new(sums, [9, 16]), &weight.device());
    let [outputs, channels, ..] = weight.dims();
    let kernels = weight.swap_dims(0, 1).reshape([channels * outputs, 9]);
    kernels.matmul(sums).reshape([channels, outputs, 4, 4])
}

fn bias_of(
    bias: &Option<burn::module::Param<Tensor<1>>>,
    outputs: usize,
    device: &Device,
) -> Tensor<1> {
    match bias {
        Some(bias) => bias.val(),
        None => Tensor::zeros([outputs], device),
    }
}

/// # Shapes
/// - input `[B, C, H, W]`, weight `[O, C, k, k]`, bias `[O]`
/// - output `[B, O, (H + 2 padding - k) / stride + 1, ...]`
pub fn convolution(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    moves: Moves,
) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if runs_on(&input.device()) {
        let geometry = geometry(input.dims(), weight.dims(), moves);
        return apply(Convolution(geometry), dispatched(input, weight, bias));
    }
    let options = ConvOptions::new([moves.stride; 2], [moves.padding; 2], [1, 1], 1);
    conv2d(input, weight, Some(bias), options)
}

/// # Shapes
/// - input `[B, I, H, W]`, weight `[I, O, k, k]`, bias `[O]`
/// - output `[B, O, (H - 1) stride + k - 2 padding, ...]`
pub fn transposed_convolution(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    moves: Moves,
) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if runs_on(&input.device()) {
        let geometry = transposed_geometry(input.dims(), weight.dims(), moves);
        return apply(
            TransposedConvolution(geometry),
            dispatched(input, weight, bias),
        );
    }
    let options =
        ConvTransposeOptions::new([moves.stride; 2], [moves.padding; 2], [0, 0], [1, 1], 1);
    conv_transpose2d(input, weight, Some(bias), options)
}

/// `max(0, maps scale + shift)`
///
/// # Shapes
/// - maps `[B, C, H, W]`; scale and shift `[B, C, 1, 1]` or `[1, C, 1, 1]`
/// - output `[B, C, H, W]`
pub fn affine_relu(maps: Tensor<4>, scale: Tensor<4>, shift: Tensor<4>) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if runs_on(&maps.device()) {
        let shape = maps.dims();
        return apply(AffineRectifier { shape }, dispatched(maps, scale, shift));
    }
    #[cfg(feature = "webgpu")]
    if gpu::runs_on(&maps.device()) && gpu::scales(maps.dims()) {
        return gpu::affine_relu(maps, scale, shift);
    }
    relu(maps * scale + shift)
}

/// `above max(0, maps) + below min(0, maps)`
///
/// # Shapes
/// - maps and output `[B, C, H, W]`
pub fn leaky_relu(maps: Tensor<4>, above: f64, below: f64) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if runs_on(&maps.device()) {
        let leaky = LeakyRectifier {
            shape: maps.dims(),
            above: above as f32,
            below: below as f32,
        };
        return apply(leaky, [maps.into_dispatch()]);
    }
    maps.clone().mul_scalar(below) + relu(maps).mul_scalar(above - below)
}

/// The hyperbolic tangent of maps `[B, C, H, W]`.
pub fn hyperbolic_tangent(maps: Tensor<4>) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if runs_on(&maps.device()) {
        let shape = maps.dims();
        return apply(HyperbolicTangent { shape }, [maps.into_dispatch()]);
    }
    maps.tanh()
}

/// `(maps - mean) / deviation scale + shift`, with the mean and deviation of every channel over the batch; nothing below
/// zero if `rectified`.
///
/// # Shapes
/// As [`affine_relu`].
pub fn batch_norm(
    maps: Tensor<4>,
    scale: Tensor<4>,
    shift: Tensor<4>,
    rectified: bool,
) -> Tensor<4> {
    #[cfg(feature = "cpu")]
    if runs_on(&maps.device()) {
        let norm = BatchNorm {
            shape: maps.dims(),
            epsilon: EPSILON as f32,
            rectified,
        };
        return apply(norm, dispatched(maps, scale, shift));
    }
    let statistics = BatchStatistics::of(&maps);
    // One multiplication and one addition over the large map; the rest is [B, C, 1, 1].
    let factor = scale / statistics.deviation;
    let offset = shift - statistics.mean * factor.clone();
    match rectified {
        true => affine_relu(maps, factor, offset),
        false => maps * factor + offset,
    }
}

/// Keeps divisions by a deviation finite.
const EPSILON: f64 = 1e-5;

/// Mean and deviation of every channel over a batch, both `[1, C, 1, 1]`.
pub struct BatchStatistics {
    pub mean: Tensor<4>,
    pub deviation: Tensor<4>,
}

impl BatchStatistics {
    /// Those of maps `[B, C, H, W]`.
    pub fn of(maps: &Tensor<4>) -> Self {
        let channels = maps.dims()[1];
        let mean = channel_mean(maps.clone()); // [C]
        let centred_square =
            channel_mean(maps.clone().powi_scalar(2)) - mean.clone().powi_scalar(2);
        let deviation = centred_square.clamp_min(0.0).add_scalar(EPSILON).sqrt();
        Self {
            mean: mean.reshape([1, channels, 1, 1]),
            deviation: deviation.reshape([1, channels, 1, 1]),
        }
    }
}

/// Mean over batch, height and width: `[B, C, H, W]` to `[C]`.
fn channel_mean(maps: Tensor<4>) -> Tensor<1> {
    let [batch, channels, height, width] = maps.dims();
    maps.reshape([batch, channels, height * width])
        .mean_dim(2) // [B, C, 1]
        .mean_dim(0) // [1, C, 1]
        .reshape([channels])
}

#[cfg(feature = "cpu")]
fn geometry(
    [batch, channels, height, width]: [usize; 4],
    [outputs, _, kernel, _]: [usize; 4],
    moves: Moves,
) -> Geometry {
    Geometry {
        batch,
        channels,
        height,
        width,
        outputs,
        kernel,
        stride: moves.stride,
        padding: moves.padding,
    }
}

/// That of the convolution whose adjoint a transposed one is.
#[cfg(feature = "cpu")]
fn transposed_geometry(
    [batch, _, height, width]: [usize; 4],
    weight: [usize; 4],
    moves: Moves,
) -> Geometry {
    let [_, outputs, kernel, _] = weight;
    let side = |length: usize| (length - 1) * moves.stride + kernel - 2 * moves.padding;
    let output = [batch, outputs, side(height), side(width)];
    geometry(output, weight, moves)
}

#[cfg(feature = "cpu")]
fn dispatched<const D: usize>(
    input: Tensor<4>,
    weight: Tensor<4>,
    other: Tensor<D>,
) -> [burn::backend::DispatchTensor; 3] {
    [
        input.into_dispatch(),
        weight.into_dispatch(),
        other.into_dispatch(),
    ]
}
