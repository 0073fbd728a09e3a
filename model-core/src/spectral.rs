//! Spectral normalisation: what keeps a discriminator's answers from changing too fast.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::blocks::{initial_weights, zeros};
use crate::convolutions::{Moves, convolution};
use crate::initial::Initial;

/// A convolution whose weights are divided by their largest singular value (Miyato et al. 2018),
/// which bounds how fast a discriminator's answer can change.
///
/// `singular` is the running estimate of the left singular vector; [`Self::estimated`] improves
/// it by one power iteration and is called once per training step, so that a forward pass changes nothing.
#[derive(Module, Debug)]
pub struct SpectralConv2d {
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
    /// `[outputs]`; empty when spectral normalisation is off.
    singular: Option<Param<Tensor<1>>>,
    stride: usize,
    padding: usize,
}

impl SpectralConv2d {
    /// `kernel` is 4 (half the size), 3 (the same size) or 2 (one row and column less); stride and padding follow from it.
    pub fn new(
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        spectral_norm: bool,
        initial: &mut impl Initial,
        device: &Device,
    ) -> Self {
        Self {
            weight: initial_weights([outputs, inputs, kernel, kernel], initial, device),
            bias: zeros(outputs, device),
            singular: spectral_norm
                .then(|| initial_weights([outputs], initial, device).set_require_grad(false)),
            stride: kernel / 2,
            padding: usize::from(kernel > 2),
        }
    }

    /// Maps in the output.
    pub fn outputs(&self) -> usize {
        self.bias.val().dims()[0]
    }

    /// Where the weights are.
    pub fn device(&self) -> Device {
        self.bias.val().device()
    }

    /// # Shapes
    /// - input `[B, inputs, H, W]`
    /// - output `[B, outputs, H / 2, W / 2]` for kernel 4, `[B, outputs, H, W]` for 3, `[B, outputs, H - 1, W - 1]` for 2
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let weight = match &self.singular {
            Some(singular) => {
                let sigma = largest_singular_value(matrix(self.weight.val()), singular.val());
                self.weight.val() / sigma.reshape([1, 1, 1, 1])
            }
            None => self.weight.val(),
        };
        let moves = Moves {
            stride: self.stride,
            padding: self.padding,
        };
        convolution(input, weight, self.bias.val(), moves)
    }

    /// One power iteration.
    pub fn estimated(mut self) -> Self {
        let weight = matrix(self.weight.val()).detach();
        self.singular = self
            .singular
            .map(|singular| power_iteration(&weight, singular));
        self
    }
}

/// A fully connected layer under spectral normalisation, as [`SpectralConv2d`].
#[derive(Module, Debug)]
pub struct SpectralLinear {
    /// `[outputs, inputs]`
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
    singular: Option<Param<Tensor<1>>>,
}

impl SpectralLinear {
    /// `[inputs, outputs]` as everywhere.
    pub fn new(
        [inputs, outputs]: [usize; 2],
        spectral_norm: bool,
        initial: &mut impl Initial,
        device: &Device,
    ) -> Self {
        Self {
            weight: initial_weights([outputs, inputs], initial, device),
            bias: zeros(outputs, device),
            singular: spectral_norm
                .then(|| initial_weights([outputs], initial, device).set_require_grad(false)),
        }
    }

    /// # Shapes
    /// - input `[B, inputs]`
    /// - output `[B, outputs]`
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let weight = match &self.singular {
            Some(singular) => {
                let sigma = largest_singular_value(self.weight.val(), singular.val());
                self.weight.val() / sigma.reshape([1, 1])
            }
            None => self.weight.val(),
        };
        input.matmul(weight.transpose()) + self.bias.val().unsqueeze()
    }

    /// Cosines of the angles between inputs and rows of weights; the bias is left out.
    ///
    /// # Shapes
    /// - input `[B, inputs]`, rows of length 1
    /// - output `[B, outputs]` in [-1, 1]
    pub fn cosines(&self, input: Tensor<2>) -> Tensor<2> {
        input.matmul(unit(self.weight.val()).transpose())
    }

    /// One power iteration.
    pub fn estimated(mut self) -> Self {
        let weight = self.weight.val().detach();
        self.singular = self
            .singular
            .map(|singular| power_iteration(&weight, singular));
        self
    }
}

/// Convolution weights `[O, I, k, k]` as the matrix `[O, I k k]` whose norm is taken.
fn matrix(weight: Tensor<4>) -> Tensor<2> {
    let [outputs, inputs, height, width] = weight.dims();
    weight.reshape([outputs, inputs * height * width])
}

/// `u W v` with v the direction of `u W`: gradients flow to W, not to u and v.
fn largest_singular_value(weight: Tensor<2>, singular: Tensor<1>) -> Tensor<1> {
    let row = singular.unsqueeze_dim::<2>(0).matmul(weight); // [1, inputs]
    let direction = unit(row.clone().detach());
    (row * direction).sum()
}

fn power_iteration(weight: &Tensor<2>, singular: Param<Tensor<1>>) -> Param<Tensor<1>> {
    singular.map(|left| {
        let outputs = left.dims()[0];
        let right = unit(left.unsqueeze_dim::<2>(0).matmul(weight.clone())); // [1, inputs]
        unit(right.matmul(weight.clone().transpose())) // [1, outputs]
            .reshape([outputs])
            .detach()
    })
}

/// Every row divided by its length.
pub(crate) fn unit(rows: Tensor<2>) -> Tensor<2> {
    let norm = rows
        .clone()
        .powi_scalar(2)
        .sum_dim(1)
        .add_scalar(1e-12)
        .sqrt();
    rows / norm
}
