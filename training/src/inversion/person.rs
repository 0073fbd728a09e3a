//! A person who was found for a photograph.

use std::collections::BTreeMap;

use burn::tensor::{Tensor, TensorData};
use model_core::bundle::{Bundle, BundleError, Manifest, Training};
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};

/// A latent, and the generator that was tuned to it.
#[derive(Debug, Clone)]
pub struct Person {
    /// What the photograph shows.
    pub emotion: Emotion,
    pub z: Vec<f32>,
    pub generator: Generator,
}

impl Person {
    /// The person with each weighting of the seven emotions, `[B, 1, 48, 48]` in [-1, 1].
    pub fn faces(&self, emotions: &[[f32; Emotion::COUNT]]) -> Tensor<4> {
        let z = self.latents(emotions.len());
        let emotions = emotion_rows(emotions, &self.generator.device());
        self.generator.forward(z, emotions)
    }

    /// As a bundle for everything that opens bundles: a generator that makes this person of every seed. `of` is the bundle whose
    /// generator was tuned.
    pub async fn pack(&self, of: &Manifest) -> Result<Bundle, BundleError> {
        // z is added to the first layer's bias, and what a seed draws is multiplied by 0.
        let network = self
            .generator
            .clone()
            .edited(self.latents(1))
            .truncated(0.0);
        let training = Training {
            person: Some(self.emotion),
            metrics: BTreeMap::new(), // those of everybody's faces
            ..of.training.clone()
        };
        Bundle::pack(&network, of.gan, &of.generator, training).await
    }

    /// The latent, `count` times `[count, latent_size]`.
    fn latents(&self, count: usize) -> Tensor<2> {
        let z = TensorData::new(self.z.repeat(count), [count, self.z.len()]);
        Tensor::from_data(z, &self.generator.device())
    }
}
