//! Losses: pure functions on logits. Golden values against PyTorch stand in the tests.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_softmax, relu, softplus};
use model_core::discriminator::DiscriminatorOutput;
use model_core::emotion::Emotion;
use serde::{Deserialize, Serialize};

/// The game between the two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adversarial {
    /// Every image by itself, up to a margin of 1 (Lim & Ye 2017).
    Hinge,
    /// Every image by itself, logistic (Goodfellow et al. 2014, with the generator's loss that does not saturate).
    NonSaturating,
    /// Every generated face against a real one of the same label, logistic (Jolicoeur-Martineau 2019).
    Relativistic,
}

/// What is minimised, and how much each part counts beside the adversarial part, which counts 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossOptions {
    pub adversarial: Adversarial,
    /// Loss of the class head on real images (ACGAN, discriminator): cross-entropy, or from data to data.
    pub class_real: f64,
    /// The same on generated faces (ACGAN, generator).
    pub class_fake: f64,
    /// Real images under their right label as real and under wrong ones as fake (cGAN, discriminator).
    pub matching: f64,
    /// Cross-entropy of a real image's label among its validities (cGAN, discriminator): unlike `matching` it compares labels with one
    /// another only, and leaves to the game what is real.
    #[serde(default)]
    pub contrast: f64,
    /// How much an image's match with its label counts where it is real or generated that is asked (cGAN): 1 as much as realism.
    #[serde(default = "all")]
    pub match_share: f64,
    /// R1: half of this times the squared gradient at real images (discriminator); 0 for none.
    pub gradient_penalty: f64,
    /// R2: the same at generated images.
    #[serde(default)]
    pub gradient_penalty_generated: f64,
    /// Steps from one gradient penalty to the next, which counts for all of them.
    pub gradient_penalty_every: u64,
}

/// What runs from before a share could be chosen took.
pub(crate) fn all() -> f64 {
    1.0
}

impl LossOptions {
    /// Whether the gradient is penalised in a step.
    pub fn penalised(&self, step: u64) -> bool {
        let weights = [self.gradient_penalty, self.gradient_penalty_generated];
        weights.iter().any(|&weight| weight > 0.0)
            && step.is_multiple_of(self.gradient_penalty_every)
    }
}

impl Adversarial {
    /// `[B, 1]` validities of real and of generated images to the discriminator's loss.
    pub fn discriminator(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self {
            Self::Hinge | Self::NonSaturating => {
                self.shortfall(real).mean() + self.shortfall(fake.neg()).mean()
            }
            Self::Relativistic => self.shortfall(real - fake).mean(),
        }
    }

    /// `[B, 1]` validities to the generator's loss; `real` counts only where faces are compared with it.
    pub fn generator(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self {
            Self::Hinge => fake.mean().neg(),
            Self::NonSaturating => self.shortfall(fake).mean(),
            Self::Relativistic => self.shortfall(fake - real).mean(),
        }
    }

    /// Whether the generator's loss compares with real images.
    pub fn compares(self) -> bool {
        self == Self::Relativistic
    }

    /// Whether real images match their labels: under the right one they count as real, under each of the six wrong
    /// ones as fake (matching-aware discriminator, Reed et al. 2016).
    ///
    /// # Shapes
    /// - validity by label `[B, 7]`, labels `[B, 7]` one-hot
    pub fn matching(self, validity_by_label: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
        let right = (validity_by_label.clone() * labels.clone()).sum_dim(1); // [B, 1]
        let wrong = labels.neg().add_scalar(1.0); // 1 where the label is not this one
        let over_wrong = |shortfall: Tensor<2>| {
            let per_image = (shortfall * wrong).sum_dim(1);
            per_image.mean().div_scalar((Emotion::COUNT - 1) as f64)
        };
        match self {
            Self::Hinge | Self::NonSaturating => {
                self.shortfall(right).mean() + over_wrong(self.shortfall(validity_by_label.neg()))
            }
            Self::Relativistic => over_wrong(self.shortfall(right - validity_by_label)),
        }
    }

    /// What is missing to a margin: `max(0, 1 - margin)` or `log(1 + exp(-margin))`.
    fn shortfall(self, margin: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Hinge => relu(margin.neg().add_scalar(1.0)),
            Self::NonSaturating | Self::Relativistic => softplus(margin.neg(), 1.0),
        }
    }
}

/// `-mean(sum(labels * log softmax(logits)))`.
///
/// # Shapes
/// - logits `[B, 7]`, labels `[B, 7]`, rows that add up to 1
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    (log_softmax(logits, 1) * labels).sum_dim(1).mean().neg()
}

/// The embedding's cosine with its emotion's proxy at which attraction ends (Kang et al. 2021).
const ATTRACTED_TO: f64 = 0.98;
/// The cosine of two images of different emotions at which repulsion ends.
const REPELLED_TO: f64 = 1.0 - ATTRACTED_TO;
/// What cosines are divided by.
const TEMPERATURE: f64 = 0.5;

/// Data-to-data cross-entropy (ReACGAN, Kang et al. 2021): an image is drawn to its emotion's proxy, and pushed away from
/// the images of the batch that show another emotion. What is near enough or far enough no longer counts.
///
/// # Shapes
/// - embedding `[B, E]`, rows of length 1; cosines with the proxies `[B, 7]`; labels `[B, 7]` one-hot
pub fn data_to_data(embedding: Tensor<2>, cosines: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let to_proxy = (cosines * labels.clone()).sum_dim(1); // [B, 1]
    let short = relu(to_proxy.neg().add_scalar(ATTRACTED_TO)).div_scalar(TEMPERATURE);
    let others = labels
        .clone()
        .matmul(labels.transpose())
        .neg()
        .add_scalar(1.0); // [B, B]: 1 where emotions differ
    let between = embedding.clone().matmul(embedding.transpose()); // [B, B]
    let near = relu(between.sub_scalar(REPELLED_TO)).div_scalar(TEMPERATURE); // at most 2: no overflow
    let repulsion = (near.exp() * others).sum_dim(1); // [B, 1]
    // -log(a / (a + r)) with a = exp(-short)
    (short.clone() + (short.neg().exp() + repulsion).log()).mean()
}

/// What a class head's answer costs, by itself or among the batch's embeddings.
fn class_loss(class: Tensor<2>, embedding: Option<Tensor<2>>, labels: Tensor<2>) -> Tensor<1> {
    match embedding {
        Some(embedding) => data_to_data(embedding, class, labels),
        None => cross_entropy(class, labels),
    }
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

/// What an image is taken for in the game: its realism, which counts once, and the match with its label, where that is judged,
/// which counts `options.match_share` times.
///
/// # Shapes
/// - output `[B, 1]`
pub fn validity(output: &DiscriminatorOutput, options: &LossOptions) -> Tensor<2> {
    if options.match_share == all() {
        return output.validity.clone();
    }
    let matching = output.validity.clone() - output.realism.clone();
    output.realism.clone() + matching.mul_scalar(options.match_share)
}

/// What the discriminator minimises, and the validities `[B, 1]` that it gave on the way.
pub struct DiscriminatorLoss {
    pub loss: Tensor<1>,
    pub real_validity: Tensor<2>,
    pub fake_validity: Tensor<2>,
}

/// The discriminator's loss: adversarial, plus match where it judges the match, plus
/// class where it has a class head. The gradient penalty stands in `penalty.rs`.
pub fn discriminator_loss(
    real: DiscriminatorOutput,
    fake: DiscriminatorOutput,
    real_labels: Tensor<2>,
    options: &LossOptions,
) -> DiscriminatorLoss {
    let adversarial = options.adversarial;
    let real_validity = validity(&real, options);
    let fake_validity = validity(&fake, options);
    let mut loss = adversarial.discriminator(real_validity.clone(), fake_validity.clone());
    if let Some(by_label) = real.validity_by_label {
        if options.contrast > 0.0 {
            let contrast = cross_entropy(by_label.clone(), real_labels.clone());
            loss = loss + contrast.mul_scalar(options.contrast);
        }
        if options.matching > 0.0 {
            let matching = adversarial.matching(by_label, real_labels.clone());
            loss = loss + matching.mul_scalar(options.matching);
        }
    }
    if let Some(class) = real.class {
        let learned = class_loss(class, real.embedding, real_labels);
        loss = loss + learned.mul_scalar(options.class_real);
    }
    DiscriminatorLoss {
        loss,
        real_validity,
        fake_validity,
    }
}

/// What the generator minimises: adversarial, plus class where there is a class head. `real` is asked for
/// only where faces are compared with real images.
pub fn generator_loss(
    fake: DiscriminatorOutput,
    real: impl FnOnce() -> DiscriminatorOutput,
    fake_labels: Tensor<2>,
    options: &LossOptions,
) -> Tensor<1> {
    let adversarial = options.adversarial;
    let fake_validity = validity(&fake, options);
    let real_validity = match adversarial.compares() {
        true => validity(&real(), options),
        false => fake_validity.zeros_like(),
    };
    let mut loss = adversarial.generator(real_validity, fake_validity);
    if let Some(class) = fake.class {
        let shown = class_loss(class, fake.embedding, fake_labels);
        loss = loss + shown.mul_scalar(options.class_fake);
    }
    loss
}
