//! The game between the two networks: pure functions on logits. Golden values against PyTorch stand in the tests. How each
//! GAN's label enters stands in [`model_core::cgan`] and [`model_core::acgan`].

use burn::tensor::Tensor;
use burn::tensor::activation::softplus;
use model_core::config::GanKind;
use model_core::discriminator::DiscriminatorOutput;
use model_core::label::cross_entropy;
use serde::{Deserialize, Serialize};

/// How logits of real and of generated images are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adversarial {
    /// Every image by itself, logistic (Goodfellow et al. 2014, with the generator's loss that does not saturate).
    NonSaturating,
    /// Every generated image against a real one of the same label, logistic (Jolicoeur-Martineau 2019; Huang et al. 2024).
    Relativistic,
}

/// What is minimised, and how much each part counts beside the game, which counts 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossOptions {
    pub adversarial: Adversarial,
    /// Cross-entropy of a real image's label (discriminator).
    pub label_cross_entropy: f64,
    /// The label weight w: see [`model_core::cgan`] and [`model_core::acgan`].
    pub label_weight: f64,
    /// R1: half of this times the squared gradient of the adversarial logit at real images (discriminator); 0 for none.
    pub r1: f64,
    /// R2: the same at generated images.
    pub r2: f64,
    /// Steps from one gradient penalty to the next, which counts for all of them.
    pub penalty_every: u64,
}

impl LossOptions {
    /// Whether gradients are penalised in a step.
    pub fn penalised(&self, step: u64) -> bool {
        (self.r1 > 0.0 || self.r2 > 0.0) && step.is_multiple_of(self.penalty_every)
    }
}

impl Adversarial {
    /// Softplus losses of logits `[B, 1]` of real and of generated images, for the discriminator: `[1]`.
    pub fn discriminator(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self {
            Self::NonSaturating => softplus_loss(real) + softplus_loss(fake.neg()),
            Self::Relativistic => softplus_loss(real - fake),
        }
    }

    /// The same for the generator; `real` counts only where images are compared with it.
    pub fn generator(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        match self {
            Self::NonSaturating => softplus_loss(fake),
            Self::Relativistic => softplus_loss(fake - real),
        }
    }

    /// Whether the generator's loss compares with real images.
    pub fn compares(self) -> bool {
        self == Self::Relativistic
    }
}

/// `mean(log(1 + exp(-logit)))`
fn softplus_loss(logits: Tensor<2>) -> Tensor<1> {
    softplus(logits.neg(), 1.0).mean()
}

/// What the discriminator minimises, and the adversarial logits `[B, 1]` that it gave on the way.
pub struct DiscriminatorLoss {
    pub loss: Tensor<1>,
    pub real_logit: Tensor<2>,
    pub fake_logit: Tensor<2>,
}

/// The game as one of the two GANs plays it.
#[derive(Debug, Clone, Copy)]
pub struct Game {
    pub gan: GanKind,
    pub options: LossOptions,
}

impl Game {
    /// The adversarial logit D(x, y) of a discriminator's output.
    ///
    /// # Shapes
    /// - labels `[B, 7]` one-hot
    /// - output `[B, 1]`
    pub fn logit(&self, output: &DiscriminatorOutput, labels: Tensor<2>) -> Tensor<2> {
        self.gan
            .adversarial_logit(output, labels, self.options.label_weight)
    }

    /// The discriminator's loss: the game, plus the label of real images. The gradient penalties stand in `penalty.rs`.
    ///
    /// # Shapes
    /// - labels `[B, 7]` one-hot, of real and generated images alike
    pub fn discriminator_loss(
        &self,
        real: DiscriminatorOutput,
        fake: DiscriminatorOutput,
        labels: Tensor<2>,
    ) -> DiscriminatorLoss {
        let real_logit = self.logit(&real, labels.clone());
        let fake_logit = self.logit(&fake, labels.clone());
        let adversarial = self.options.adversarial;
        let game = adversarial.discriminator(real_logit.clone(), fake_logit.clone());
        let label = cross_entropy(real.label_logits, labels);
        DiscriminatorLoss {
            loss: game + label.mul_scalar(self.options.label_cross_entropy),
            real_logit,
            fake_logit,
        }
    }

    /// The generator's loss: the game, plus what it hears of labels beside it. `real` is asked for only where images are
    /// compared with real ones.
    ///
    /// # Shapes
    /// - labels `[B, 7]` one-hot
    pub fn generator_loss(
        &self,
        fake: DiscriminatorOutput,
        real: impl FnOnce() -> DiscriminatorOutput,
        labels: Tensor<2>,
    ) -> Tensor<1> {
        let adversarial = self.options.adversarial;
        let fake_logit = self.logit(&fake, labels.clone());
        let real_logit = match adversarial.compares() {
            true => self.logit(&real(), labels.clone()),
            false => fake_logit.zeros_like(),
        };
        let game = adversarial.generator(real_logit, fake_logit);
        let weight = self.options.label_weight;
        match self.gan.generator_label_loss(&fake, labels, weight) {
            Some(label) => game + label,
            None => game,
        }
    }
}
