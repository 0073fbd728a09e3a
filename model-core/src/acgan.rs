//! The auxiliary-classifier GAN's discriminator (Odena, Olah & Shlens 2017): is this a real face,
//! and which emotion does it show? On request it finds out by comparing images with one another (ReACGAN, Kang et al. 2021).
//!
//! Read it beside `cgan.rs`: same sections, same order.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::config::DiscriminatorConfig;
use crate::discriminator::{Body, DiscriminatorOutput};
use crate::emotion::Emotion;
use crate::initial::Initial;
use crate::spectral::{SpectralLinear, unit};

/// Judges realism without looking at the label, and predicts the emotion beside it.
#[derive(Module, Debug)]
pub struct AcganDiscriminator {
    body: Body,
    /// Realism; the label is not asked for.
    realism: SpectralLinear,
    /// The auxiliary classifier. Not normalised: its logits must be free to grow confident.
    classifier: SpectralLinear,
    /// Features to embeddings; the classifier's rows are then the emotions' proxies.
    embedding: Option<SpectralLinear>,
}

impl AcganDiscriminator {
    /// Builds the network with weights from `initial`.
    pub fn new(config: &DiscriminatorConfig, initial: &mut impl Initial, device: &Device) -> Self {
        let features = Body::features(config);
        let norm = config.spectral_norm;
        let embedded = Some(config.class_embedding).filter(|&length| length > 0);
        let classified = embedded.unwrap_or(features);
        Self {
            body: Body::new(config, initial, device),
            realism: SpectralLinear::new(
                [Body::realism_features(config), 1],
                norm,
                initial,
                device,
            ),
            classifier: SpectralLinear::new([classified, Emotion::COUNT], false, initial, device),
            embedding: embedded
                .map(|length| SpectralLinear::new([features, length], norm, initial, device)),
        }
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]`, emotions unused: the classifier must find out by itself
    /// - output: validity `[B, 1]`, class `[B, 7]`, embedding `[B, class_embedding]` or none
    pub fn forward(&self, images: Tensor<4>, _emotions: Tensor<2>) -> DiscriminatorOutput {
        let features = self.body.forward(images); // [B, 4w]
        let seen = self.body.with_variety(features.clone());
        let embedding = self
            .embedding
            .as_ref()
            .map(|layer| unit(layer.forward(features.clone()))); // [B, class_embedding]
        let class = match &embedding {
            Some(embedding) => self.classifier.cosines(embedding.clone()),
            None => self.classifier.forward(features),
        };
        let realism = self.realism.forward(seen); // [B, 1]
        DiscriminatorOutput {
            validity: realism.clone(),
            realism,
            validity_by_label: None,
            class: Some(class), // [B, 7]
            embedding,
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
            classifier: self.classifier.estimated(),
            embedding: self.embedding.map(SpectralLinear::estimated),
        }
    }
}
