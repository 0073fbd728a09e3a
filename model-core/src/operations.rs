//! Normalisations and rectifiers of every network, by this crate's kernels where the CPU or a browser's GPU computes, else by
//! Burn's; `convolutions.rs` has the rest.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;

#[cfg(feature = "cpu")]
pub use crate::cpu::by_burns_operations;
#[cfg(feature = "cpu")]
use crate::cpu::{AffineRectifier, BatchNorm, HyperbolicTangent, LeakyRectifier, apply, runs_on};
#[cfg(feature = "webgpu")]
use crate::gpu;

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
    if gpu::infers_on(&[maps.device(), scale.device(), shift.device()]) && gpu::scales(maps.dims())
    {
        return gpu::affine_relu(maps, scale, shift);
    }
    relu(maps * scale + shift)
}

/// `above max(0, values) + below min(0, values)`, for values of any shape.
pub fn leaky_relu<const D: usize>(values: Tensor<D>, above: f64, below: f64) -> Tensor<D> {
    #[cfg(feature = "cpu")]
    if runs_on(&values.device()) {
        let dims = values.dims();
        let shape = [dims.iter().product(), 1, 1, 1];
        let leaky = LeakyRectifier {
            shape,
            above: above as f32,
            below: below as f32,
        };
        return apply(leaky, [values.reshape(shape).into_dispatch()]).reshape(dims);
    }
    values.clone().mul_scalar(below) + relu(values).mul_scalar(above - below)
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

/// Tensors as kernels take them.
#[cfg(feature = "cpu")]
pub(crate) fn dispatched<const D: usize>(
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
