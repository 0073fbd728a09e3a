//! The auxiliary-classifier GAN's discriminator (Odena, Olah & Shlens 2017): is this a real face,
//! and which emotion does it show?
//!
//! Read it beside `cgan.rs`: same sections, same order.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::config::DiscriminatorConfig;
use crate::discriminator::{Body, DiscriminatorOutput};
use crate::emotion::Emotion;
use crate::initial::Initial;
use crate::spectral::SpectralLinear;

/// Judges realism without looking at the label, and predicts the emotion beside it.
#[derive(Module, Debug)]
pub struct AcganDiscriminator {
    body: Body,
    /// Realism; the label is not asked for.
    realism: SpectralLinear,
    /// The auxiliary classifier. Not normalised: its logits must be free to grow confident.
    classifier: SpectralLinear,
}

impl AcganDiscriminator {
    /// Builds the network with weights from `initial`.
    pub fn new(config: &DiscriminatorConfig, initial: &mut impl Initial, device: &Device) -> Self {
        let features = Body::features(config);
        let norm = config.spectral_norm;
        Self {
            body: Body::new(config, initial, device),
            realism: SpectralLinear::new(
                [Body::realism_features(config), 1],
                norm,
                initial,
                device,
            ),
            classifier: SpectralLinear::new([features, Emotion::COUNT], false, initial, device),
        }
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]`, emotions unused: the classifier must find out by itself
    /// - output: validity `[B, 1]`, class `[B, 7]`
    pub fn forward(&self, images: Tensor<4>, _emotions: Tensor<2>) -> DiscriminatorOutput {
        let features = self.body.forward(images); // [B, 4w]
        let seen = self.body.with_variety(features.clone());
        DiscriminatorOutput {
            validity: self.realism.forward(seen), // [B, 1]
            validity_by_label: None,
            class: Some(self.classifier.forward(features)), // [B, 7]
        }
    }

    /// One power iteration of every layer.
    pub fn estimated(self) -> Self {
        Self {
            body: self.body.estimated(),
            realism: self.realism.estimated(),
            classifier: self.classifier.estimated(),
        }
    }
}
