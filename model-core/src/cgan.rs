//! The conditional GAN (Mirza & Osindero 2014): the discriminator tells whether an image is real *and* shows its label, in one
//! logit.
//!
//! Its discriminator gives an image x an unconditional logit u(x) and label logits, whose softmax is p(y | x). Then
//!
//! ```text
//! adversarial logit   D(x, y) = u(x) + w log p(y | x)
//! discriminator       min  game(D(real, y), D(fake, y)) - c log p(y | real)
//! generator           min  game(D(fake, y))
//! ```
//!
//! with w the label weight and c the label cross-entropy weight, the same in both GANs. The label is part of the game: a real image is told from
//! a generated one *under its label*, and the generator hears of the label only through D. (The label enters as a class
//! probability in place of Miyato & Koyama's 2018 projection: what that lost to it stands in docs/ablations.md.)
//!
//! Read it beside `acgan.rs`: same functions, same order.

use burn::tensor::Tensor;

use crate::discriminator::DiscriminatorOutput;
use crate::label::label_log_probability;

/// The label weight w of a new run.
pub const LABEL_WEIGHT: f64 = 1.0;

/// D(x, y): above 0 for "real, and shows this label".
///
/// # Shapes
/// - labels `[B, 7]` one-hot
/// - output `[B, 1]`
pub fn adversarial_logit(
    output: &DiscriminatorOutput,
    labels: Tensor<2>,
    label_weight: f64,
) -> Tensor<2> {
    let log_probability = label_log_probability(output.label_logits.clone(), labels);
    output.unconditional_logit.clone() + log_probability.mul_scalar(label_weight)
}

/// What the generator hears of labels beside the game: nothing.
pub fn generator_label_loss(
    _fake: &DiscriminatorOutput,
    _labels: Tensor<2>,
    _label_weight: f64,
) -> Option<Tensor<1>> {
    None
}
