//! A person who was found for a photograph.

use burn::tensor::{Tensor, TensorData};
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
        let device = self.generator.device();
        let z = TensorData::new(
            self.z.repeat(emotions.len()),
            [emotions.len(), self.z.len()],
        );
        self.generator.forward(
            Tensor::from_data(z, &device),
            emotion_rows(emotions, &device),
        )
    }
}
