//! The conditional GAN's discriminator (Mirza & Osindero 2014, in Miyato & Koyama's projection
//! form of 2018): is this a real face, and does it show the emotion that was asked for?
//!
//! Read it beside `acgan.rs`: same sections, same order.

use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};

use crate::config::DiscriminatorConfig;
use crate::discriminator::{Body, DiscriminatorOutput};
use crate::emotion::Emotion;
use crate::initial::Initial;
use crate::spectral::SpectralLinear;

/// Judges realism and match with the label in one number.
#[derive(Module, Debug)]
pub struct CganDiscriminator {
    body: Body,
    /// Realism whatever the label.
    realism: SpectralLinear,
    /// One direction in feature space per label: the projection on it, among the seven, is the match.
    matching: SpectralLinear,
}

impl CganDiscriminator {
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
            matching: SpectralLinear::new([features, Emotion::COUNT], norm, initial, device),
        }
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]`, emotions `[B, 7]`
    /// - output: validity `[B, 1]` under the label, realism `[B, 1]`, validity `[B, 7]` under every label
    pub fn forward(&self, images: Tensor<4>, emotions: Tensor<2>) -> DiscriminatorOutput {
        let features = self.body.forward(images); // [B, 4w]
        let seen = self.body.with_variety(features.clone());
        let realism = self.realism.forward(seen); // [B, 1]
        let matches = log_softmax(self.matching.forward(features), 1); // [B, 7]
        let by_label = matches + realism.clone(); // [B, 7]
        DiscriminatorOutput {
            validity: (by_label.clone() * emotions).sum_dim(1), // [B, 1]
            realism,
            validity_by_label: Some(by_label),
            class: None,
            embedding: None,
        }
    }

    /// See [`crate::discriminator::Discriminator::with_layers`].
    pub fn with_layers(mut self, config: &DiscriminatorConfig) -> Self {
        self.body = self.body.with_layers(config);
        self
    }

    /// One power iteration of every layer.
    pub fn estimated(self) -> Self {
        Self {
            body: self.body.estimated(),
            realism: self.realism.estimated(),
            matching: self.matching.estimated(),
        }
    }
}
