//! The gradient penalties R1 and R2 (Mescheder et al. 2018): half the squared gradient of the discriminator's answer at real and at generated images, as
//! the game takes it ([`validity`]).
//!
//! Its own gradient is a second derivative, which Burn does not record. Along the direction g of the gradient it is
//! a difference of first derivatives, and those Burn has:
//! `d/dw |g|^2 / 2 = d/dw [D(x + e g) - D(x - e g)] / 2e` for a small e, g held fixed.

use burn::module::Module;
use burn::tensor::Tensor;
use model_core::discriminator::{Discriminator, DiscriminatorOutput};

use crate::losses::{LossOptions, validity};

/// Length of the step along the gradient: far above rounding, and short enough that few rectifiers switch on the way.
const REACH: f64 = 0.1;

/// A number whose gradient is that of the mean of `|g|^2 / 2`; its value is the mean of `|g|^2`.
///
/// # Shapes
/// - images `[B, 1, 48, 48]`, labels `[B, 7]`
pub fn gradient_penalty(
    discriminator: &Discriminator,
    images: Tensor<4>,
    labels: Tensor<2>,
    options: &LossOptions,
) -> Tensor<1> {
    let answer = |output: DiscriminatorOutput| validity(&output, options);
    let images = images.detach();
    let probe = images.clone().require_grad();
    let answers = discriminator
        .clone()
        .no_grad()
        .forward(probe.clone(), labels.clone());
    let gradients = answer(answers).sum().backward();
    let Some(slope) = probe.grad(&gradients) else {
        return Tensor::zeros([1], &images.device()); // an answer that no pixel changes
    };
    let slope = Tensor::from_inner(slope);
    let length = slope
        .clone()
        .powi_scalar(2)
        .sum_dim(1)
        .sum_dim(2)
        .sum_dim(3); // [B, 1, 1, 1]
    let reach = length.sqrt().add_scalar(1e-6).recip().mul_scalar(REACH);
    let step = slope * reach.clone();

    let ahead = discriminator.forward(images.clone() + step.clone(), labels.clone());
    let behind = discriminator.forward(images - step, labels);
    let [batch, ..] = reach.dims();
    let rise = (answer(ahead) - answer(behind)) / reach.reshape([batch, 1]).mul_scalar(2.0);
    rise.mean()
}
