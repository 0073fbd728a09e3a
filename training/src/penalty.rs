//! The gradient penalties R1 and R2 (Mescheder et al. 2018): half the squared gradient of the adversarial logit at real and at
//! generated images.
//!
//! Its own gradient is a second derivative, which Burn does not record. Along the direction g of the gradient it is
//! a difference of first derivatives, and those Burn has:
//! `d/dw |g|^2 / 2 = d/dw [D(x + e g) - D(x - e g)] / 2e` for a small e, g held fixed.

use burn::module::Module;
use burn::tensor::Tensor;
use model_core::discriminator::{Discriminator, DiscriminatorOutput};

/// Length of the step along the gradient: far above rounding, and short enough that few rectifiers switch on the way.
const REACH: f64 = 0.1;

/// For each image a number whose gradient is that of `|g|^2 / 2`; its value is `|g|^2`. `logit` takes the discriminator's output
/// for these images to the logit `[B, 1]` that is penalised.
///
/// # Shapes
/// - images `[B, 1, 48, 48]`
/// - output `[B, 1]`
pub fn gradient_penalty(
    discriminator: &Discriminator,
    images: Tensor<4>,
    logit: impl Fn(DiscriminatorOutput) -> Tensor<2>,
) -> Tensor<2> {
    let images = images.detach();
    let probe = images.clone().require_grad();
    let fixed = discriminator.clone().no_grad();
    let gradients = logit(fixed.forward(probe.clone())).sum().backward();
    let Some(slope) = probe.grad(&gradients) else {
        return Tensor::zeros([images.dims()[0], 1], &images.device()); // a logit that no pixel changes
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

    let ahead = discriminator.forward(images.clone() + step.clone());
    let behind = discriminator.forward(images - step);
    let [batch, ..] = reach.dims();
    (logit(ahead) - logit(behind)) / reach.reshape([batch, 1]).mul_scalar(2.0)
}
