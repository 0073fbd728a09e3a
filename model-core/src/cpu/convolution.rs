//! Convolutions as operations: what is asked of them, and how their maps are read.
//!
//! Maps are `[B, C, H, W]`, weights `[O, C, k, k]`.

use super::geometry::Geometry;
use super::maps::Maps;
use super::op::{Differentiable, Op};
use super::passes::{bias_gradient, forward, input_gradient, weight_gradient};

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
        forward(&self.0, Maps::plain(input), weight, bias)
    }
}

impl Differentiable<3> for Convolution {
    fn gradients(
        &self,
        [input, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let geometry = &self.0;
        let no_bias = vec![0.0; geometry.channels];
        [
            wanted[0].then(|| input_gradient(geometry, Maps::plain(gradient), weight, &no_bias)),
            wanted[1].then(|| weight_gradient(geometry, input, gradient)),
            wanted[2].then(|| bias_gradient(gradient, geometry.outputs, geometry.pixels())),
        ]
    }
}

/// A transposed convolution of `[input, weight [I, O, k, k], bias [O]]`: the [`Geometry`] is that of the convolution
/// it is the adjoint of, from this one's output to its input.
#[derive(Debug, Clone)]
pub struct TransposedConvolution(pub Geometry);

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
        input_gradient(&self.0, Maps::plain(input), weight, bias)
    }
}

impl Differentiable<3> for TransposedConvolution {
    fn gradients(
        &self,
        [input, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let geometry = &self.0;
        let no_bias = vec![0.0; geometry.outputs];
        let area = geometry.height * geometry.width;
        [
            wanted[0].then(|| forward(geometry, Maps::plain(gradient), weight, &no_bias)),
            wanted[1].then(|| weight_gradient(geometry, gradient, input)),
            wanted[2].then(|| bias_gradient(gradient, geometry.channels, area)),
        ]
    }
}

/// Either convolution of maps that are scaled, shifted and rectified on the way into it, as
/// [`AffineRectifier`](super::AffineRectifier) does: of `[input, weight, bias, scale, shift]`.
#[derive(Debug, Clone)]
pub struct Rectified<O>(pub O);

impl Op<5> for Rectified<Convolution> {
    fn shape(&self) -> [usize; 4] {
        self.0.shape()
    }

    fn forward(&self, [input, weight, bias, scale, shift]: [&[f32]; 5]) -> Vec<f32> {
        forward(
            &self.0.0,
            Maps::rectified(input, [scale, shift]),
            weight,
            bias,
        )
    }
}

impl Op<5> for Rectified<TransposedConvolution> {
    fn shape(&self) -> [usize; 4] {
        self.0.shape()
    }

    fn forward(&self, [input, weight, bias, scale, shift]: [&[f32]; 5]) -> Vec<f32> {
        input_gradient(
            &self.0.0,
            Maps::rectified(input, [scale, shift]),
            weight,
            bias,
        )
    }
}
