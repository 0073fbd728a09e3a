//! Losses: pure functions on logits. Golden values against PyTorch stand in the tests.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_softmax, relu};
use model_core::discriminator::DiscriminatorOutput;
use model_core::emotion::Emotion;

/// How much each part of a loss counts beside the adversarial part, which counts 1.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LossWeights {
    /// Cross-entropy of the class head on real images (ACGAN, discriminator).
    pub class_real: f64,
    /// Cross-entropy of the class head on generated faces (ACGAN, generator).
    pub class_fake: f64,
    /// Hinge on real images under wrong labels (cGAN, discriminator).
    pub mismatch: f64,
}

/// `mean(max(0, 1 - real)) + mean(max(0, 1 + fake))` (Lim & Ye 2017).
pub fn hinge_discriminator(real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
    relu(real.neg().add_scalar(1.0)).mean() + relu(fake.add_scalar(1.0)).mean()
}

/// `-mean(fake)`.
pub fn hinge_generator(fake: Tensor<2>) -> Tensor<1> {
    fake.mean().neg()
}

/// `mean over images and their six wrong labels of max(0, 1 + validity)`: a real face under a
/// wrong label counts as fake (matching-aware discriminator, Reed et al. 2016).
///
/// # Shapes
/// - validity by label `[B, 7]`, labels `[B, 7]` one-hot
pub fn hinge_mismatch(validity_by_label: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let wrong = labels.neg().add_scalar(1.0); // 1 where the label is not this one
    let per_image = (relu(validity_by_label.add_scalar(1.0)) * wrong).sum_dim(1);
    per_image.mean().div_scalar((Emotion::COUNT - 1) as f64)
}

/// `-mean(sum(labels * log softmax(logits)))`.
///
/// # Shapes
/// - logits `[B, 7]`, labels `[B, 7]`, rows that add up to 1
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    (log_softmax(logits, 1) * labels).sum_dim(1).mean().neg()
}

/// Labels of which the share `smoothing` is spread over all seven emotions (Szegedy et al. 2016).
///
/// # Shapes
/// - labels `[B, 7]`, output `[B, 7]`
pub fn smoothed(labels: Tensor<2>, smoothing: f64) -> Tensor<2> {
    labels
        .mul_scalar(1.0 - smoothing)
        .add_scalar(smoothing / Emotion::COUNT as f64)
}

/// What the discriminator minimises: adversarial, plus match where it judges the match, plus
/// class where it has a class head.
pub fn discriminator_loss(
    real: DiscriminatorOutput,
    fake: DiscriminatorOutput,
    real_labels: Tensor<2>,
    weights: &LossWeights,
) -> Tensor<1> {
    let mut loss = hinge_discriminator(real.validity, fake.validity);
    if let Some(by_label) = real.validity_by_label {
        loss = loss + hinge_mismatch(by_label, real_labels.clone()).mul_scalar(weights.mismatch);
    }
    if let Some(class) = real.class {
        loss = loss + cross_entropy(class, real_labels).mul_scalar(weights.class_real);
    }
    loss
}

/// What the generator minimises: adversarial, plus class where there is a class head.
pub fn generator_loss(
    fake: DiscriminatorOutput,
    fake_labels: Tensor<2>,
    weights: &LossWeights,
) -> Tensor<1> {
    let mut loss = hinge_generator(fake.validity);
    if let Some(class) = fake.class {
        loss = loss + cross_entropy(class, fake_labels).mul_scalar(weights.class_fake);
    }
    loss
}
