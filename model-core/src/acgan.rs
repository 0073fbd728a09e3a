//! The auxiliary-classifier GAN (Odena, Olah & Shlens 2017): the discriminator tells whether an image is real, and predicts its
//! label beside that.
//!
//! Its discriminator gives an image x an unconditional logit u(x) and label logits, whose softmax is p(y | x). Then
//!
//! ```text
//! adversarial logit   D(x, y) = u(x)
//! discriminator       min  game(u(real), u(fake)) - c log p(y | real)
//! generator           min  game(u(fake))          - w log p(y | fake)
//! ```
//!
//! with w the label weight and c the label cross-entropy weight, the same in both GANs. The label is no part of the game: it is a second task, which
//! the discriminator learns from real images and the generator is graded by.
//!
//! Read it beside `cgan.rs`: same functions, same order.

use burn::tensor::Tensor;

use crate::discriminator::DiscriminatorOutput;
use crate::label::cross_entropy;

/// The label weight w of a new run.
pub const LABEL_WEIGHT: f64 = 0.5;

/// D(x, y): above 0 for "real", whatever the label.
///
/// # Shapes
/// - output `[B, 1]`
pub fn adversarial_logit(
    output: &DiscriminatorOutput,
    _labels: Tensor<2>,
    _label_weight: f64,
) -> Tensor<2> {
    output.unconditional_logit.clone()
}

/// What the generator hears of labels beside the game: how surely the asked one is predicted.
pub fn generator_label_loss(
    fake: &DiscriminatorOutput,
    labels: Tensor<2>,
    label_weight: f64,
) -> Option<Tensor<1>> {
    let loss = || cross_entropy(fake.label_logits.clone(), labels);
    (label_weight > 0.0).then(|| loss().mul_scalar(label_weight))
}
