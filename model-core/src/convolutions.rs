//! Convolutions of every network, by this crate's kernels where the CPU or a browser's GPU computes, else by Burn's.

use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Tensor, TensorData};

#[cfg(feature = "cpu")]
use crate::cpu::{
    Convolution, Geometry, Rectified, TransposedConvolution, apply, infer, infers_on, runs_on,
};
#[cfg(feature = "webgpu")]
use crate::gpu;
use crate::operations::affine_relu;
#[cfg(feature = "cpu")]
use crate::operations::dispatched;

/// How a square kernel moves over a map.
#[derive(Debug, Clone, Copy)]
pub struct Moves {
    pub stride: usize,
    /// Rows and columns of zeros on every side.
    pub padding: usize,
}

/// What a layer of Burn's computes; a transposed one with one row of padding less on every side, as all in this crate.
pub struct Convolving {
    /// `[O, I, k, k]`, transposed `[I, O, k, k]`
    weight: Tensor<4>,
    /// `[O]`
    bias: Tensor<1>,
    moves: Moves,
    transposed: bool,
}

impl From<&Conv2d> for Convolving {
    fn from(layer: &Conv2d) -> Self {
        let outputs = layer.weight.val().dims()[0];
        let padding = match layer.padding {
            PaddingConfig2d::Explicit(top, ..) => top,
            PaddingConfig2d::Valid => 0,
            PaddingConfig2d::Same => (layer.kernel_size[0] - 1) / 2,
        };
        let moves = Moves {
            stride: layer.stride[0],
            padding,
        };
        Self::new(&layer.weight, &layer.bias, outputs, moves, false)
    }
}

impl From<&ConvTranspose2d> for Convolving {
    fn from(layer: &ConvTranspose2d) -> Self {
        let outputs = layer.weight.val().dims()[1];
        let moves = Moves {
            stride: layer.stride[0],
            padding: layer.padding[0],
        };
        Self::new(&layer.weight, &layer.bias, outputs, moves, true)
    }
}

impl Convolving {
    fn new(
        weight: &Param<Tensor<4>>,
        bias: &Option<Param<Tensor<1>>>,
        outputs: usize,
        moves: Moves,
        transposed: bool,
    ) -> Self {
        let weight = weight.val();
        let bias = match bias {
            Some(bias) => bias.val(),
            None => Tensor::zeros([outputs], &weight.device()),
        };
        Self {
            weight,
            bias,
            moves,
            transposed,
        }
    }

    /// # Shapes
    /// As [`convolution`] or [`transposed_convolution`].
    pub fn forward(self, input: Tensor<4>) -> Tensor<4> {
        let compute = match self.transposed {
            true => transposed_convolution,
            false => convolution,
        };
        compute(input, self.weight, self.bias, self.moves)
    }

    /// [`affine_relu`], then [`Self::forward`]; in one pass where none of the tensors records gradients. Where one does, they
    /// are two: by this crate's kernels on the CPU, by Burn's own operations elsewhere.
    ///
    /// # Shapes
    /// As both have.
    pub fn rectified(self, maps: Tensor<4>, scale: Tensor<4>, shift: Tensor<4>) -> Tensor<4> {
        #[cfg(any(feature = "cpu", feature = "webgpu"))]
        let devices = [
            maps.device(),
            self.weight.device(),
            self.bias.device(),
            scale.device(),
            shift.device(),
        ];
        #[cfg(feature = "cpu")]
        if infers_on(&devices) {
            let (shape, kernels) = (maps.dims(), self.weight.dims());
            let [maps, weight, bias] = dispatched(maps, self.weight, self.bias);
            let [scale, shift] = [scale, shift].map(Tensor::into_dispatch);
            let tensors = [maps, weight, bias, scale, shift];
            if self.transposed {
                let geometry = transposed_geometry(shape, kernels, self.moves);
                return infer(Rectified(TransposedConvolution(geometry)), tensors);
            }
            let geometry = geometry(shape, kernels, self.moves);
            return infer(Rectified(Convolution(geometry)), tensors);
        }
        #[cfg(feature = "webgpu")]
        if gpu::infers_on(&devices) {
            let sizes = [self.weight.dims()[2], self.moves.stride];
            let outputs = self.bias.dims()[0];
            if let Some(shader) = gpu::Convolved::of(maps.dims(), outputs, sizes, self.transposed) {
                return shader.rectified(maps, self.weight, self.bias, scale, shift);
            }
        }
        self.forward(affine_relu(maps, scale, shift))
    }
}

/// Nearest-neighbour enlargement, then the 3x3 layer: computed as the transposed convolution that gives the same.
pub fn convolve_enlarged(layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
    let Convolving { weight, bias, .. } = layer.into();
    let moves = Moves {
        stride: 2,
        padding: 1,
    };
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
