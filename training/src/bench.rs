//! What generated faces are measured with, and on what.

use burn::tensor::Device;
use model_core::bundle::Bundle;
use model_core::classifier::Classifier;
use model_core::emotion::Emotion;

use crate::faces::grey_faces;
use dataset::{Dataset, Split};

/// Faces generated in one pass.
const CHUNK: usize = 64;

/// What is measured with.
pub struct Bench<'a> {
    pub dataset: &'a Dataset,
    pub classifier: &'a Classifier,
    pub device: &'a Device,
    /// Most held-out images to compare with.
    pub limit: usize,
    /// Seed of face 0.
    pub seed: u64,
    /// What latents are multiplied by.
    pub truncation: f64,
}

impl Bench<'_> {
    /// PrivateTest, then PublicTest, as many as are asked for.
    pub fn held_out(&self) -> anyhow::Result<Vec<usize>> {
        let mut held_out = self.dataset.indices(Split::PrivateTest);
        held_out.extend(self.dataset.indices(Split::PublicTest));
        held_out.truncate(self.limit);
        anyhow::ensure!(
            held_out.len() >= 2,
            "eval needs held-out images, but the data set has {} in PublicTest and PrivateTest",
            held_out.len()
        );
        Ok(held_out)
    }

    /// One face per label; face n has seed `seed + n`.
    pub async fn generate(
        &self,
        bundle: &Bundle,
        labels: &[Emotion],
    ) -> anyhow::Result<Vec<Vec<u8>>> {
        let generator = bundle.generator(self.device)?.truncated(self.truncation);
        let mut faces = Vec::with_capacity(labels.len());
        for (index, chunk) in labels.chunks(CHUNK).enumerate() {
            let first = self.seed.wrapping_add((index * CHUNK) as u64);
            let seeds = (0..chunk.len() as u64).map(|n| first.wrapping_add(n));
            let seeds: Vec<u64> = seeds.collect();
            let emotions: Vec<_> = chunk.iter().map(|emotion| emotion.weights()).collect();
            faces.extend(grey_faces(generator.faces(&seeds, &emotions)).await?);
        }
        Ok(faces)
    }
}
