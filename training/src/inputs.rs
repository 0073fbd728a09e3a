//! What the generator takes while it learns, without images: latents and labels, distributed as in training.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::generator::emotion_rows;
use model_core::latent::normals;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::batcher::BatchSettings;
use crate::labels::LabelShares;

/// Draws latents and labels.
#[derive(Debug, Clone)]
pub struct GeneratorInputs {
    shares: LabelShares,
    latent_size: usize,
    seed: u64,
}

impl GeneratorInputs {
    /// Those of a run with these settings.
    pub fn new(shares: LabelShares, settings: &BatchSettings) -> Self {
        Self {
            shares,
            latent_size: settings.latent_size,
            seed: settings.seed,
        }
    }

    /// Latents `[size, latent_size]` and one-hot labels `[size, 7]`, always the same of a size.
    pub fn draw(&self, size: usize, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let mut rng = stream(self.seed, u64::MAX); // stream 0, as the first weights: the same in every build
        let labels: Vec<_> = (0..size)
            .map(|_| self.shares.draw(&mut rng).weights())
            .collect();
        let z = normals(size * self.latent_size, &mut rng);
        let z = TensorData::new(z, [size, self.latent_size]);
        (Tensor::from_data(z, device), emotion_rows(&labels, device))
    }
}

/// The random numbers of a step.
pub fn stream(seed: u64, step: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(step.wrapping_add(1)); // stream 0 is the networks' initial weights
    rng
}
