//! Which of the two GANs: the one place that chooses between [`crate::cgan`] and [`crate::acgan`].

use burn::tensor::Tensor;

use crate::config::GanKind;
use crate::discriminator::DiscriminatorOutput;
use crate::{acgan, cgan};

impl GanKind {
    /// The label weight of a new run.
    pub const fn label_weight(self) -> f64 {
        match self {
            GanKind::Cgan => cgan::LABEL_WEIGHT,
            GanKind::Acgan => acgan::LABEL_WEIGHT,
        }
    }

    /// D(x, y), by which real images are told from generated ones.
    ///
    /// # Shapes
    /// - labels `[B, 7]` one-hot
    /// - output `[B, 1]`
    pub fn adversarial_logit(
        self,
        output: &DiscriminatorOutput,
        labels: Tensor<2>,
        label_weight: f64,
    ) -> Tensor<2> {
        match self {
            GanKind::Cgan => cgan::adversarial_logit(output, labels, label_weight),
            GanKind::Acgan => acgan::adversarial_logit(output, labels, label_weight),
        }
    }

    /// What the generator minimises beside the game, `[1]`, if anything.
    pub fn generator_label_loss(
        self,
        fake: &DiscriminatorOutput,
        labels: Tensor<2>,
        label_weight: f64,
    ) -> Option<Tensor<1>> {
        match self {
            GanKind::Cgan => cgan::generator_label_loss(fake, labels, label_weight),
            GanKind::Acgan => acgan::generator_label_loss(fake, labels, label_weight),
        }
    }
}
