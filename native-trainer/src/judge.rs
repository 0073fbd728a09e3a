//! The judge: an emotion classifier trained on real images, which looks at generated ones.
//!
//! It has the discriminators' body without spectral normalisation. Its own accuracy on held-out real images
//! stands beside every figure it is used for.

use std::path::Path;

use anyhow::Context;
use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use model_core::blocks::SpectralLinear;
use model_core::config::DiscriminatorConfig;
use model_core::discriminator::Body;
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_signed};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::dataset::Dataset;
use crate::dataset::batcher::{BatchSettings, Batcher};
use crate::losses::cross_entropy;

/// The judge's network: 32, 64, 128, 128 channels.
const NETWORK: DiscriminatorConfig = DiscriminatorConfig {
    width: 32,
    spectral_norm: false,
};
const BATCH: usize = 64;
const LEARNING_RATE: f64 = 1e-3;
/// Images looked at in one pass when judging.
const CHUNK: usize = 256;

/// A trained emotion classifier.
#[derive(Module, Debug)]
pub struct Judge {
    body: Body,
    classifier: SpectralLinear,
}

/// What the judge says of a set of images.
pub struct Verdict {
    /// The emotion seen in each image.
    pub labels: Vec<Emotion>,
    /// The body's features, one row per image.
    pub features: Vec<Vec<f32>>,
}

impl Judge {
    fn new(seed: u64, device: &Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            body: Body::new(&NETWORK, &mut rng, device),
            classifier: SpectralLinear::new(
                [Body::features(&NETWORK), Emotion::COUNT],
                false,
                &mut rng,
                device,
            ),
        }
    }

    /// Trains on the Training split for `images` images, mirrored at random.
    pub fn train(dataset: Dataset, images: u64, seed: u64, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let mut judge = Self::new(seed, &device);
        let mut optimizer = AdamConfig::new().init();
        let batcher = Batcher::new(
            dataset,
            BatchSettings {
                batch: BATCH,
                latent_size: 1,
                balance: 0.0,
                augment: false,
                seed,
            },
        );
        let steps = images.div_ceil(BATCH as u64);
        for step in 0..steps {
            let batch = batcher.batch(step, &device);
            let logits = judge.classifier.forward(judge.body.forward(batch.images));
            let loss = cross_entropy(logits, batch.labels);
            let gradients = GradientsParams::from_grads(loss.backward(), &judge);
            // Falls linearly to a twentieth: the last steps settle.
            let rate = LEARNING_RATE * (1.0 - 0.95 * step as f64 / steps as f64);
            judge = optimizer.step(rate, judge, gradients);
        }
        judge.valid()
    }

    /// Loads the judge of `path`, or trains one and keeps it there.
    pub fn load_or_train(
        path: &Path,
        dataset: Dataset,
        images: u64,
        seed: u64,
        device: &Device,
    ) -> anyhow::Result<Self> {
        if path.is_file() {
            return Self::new(seed, device)
                .try_load_file(path)
                .with_context(|| format!("{} holds no judge", path.display()));
        }
        let judge = Self::train(dataset, images, seed, device);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("cannot create {}", parent.display()))?;
        }
        judge
            .clone()
            .save_file(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(judge)
    }

    /// Looks at grey images of 48x48 bytes each.
    pub fn look(&self, images: &[&[u8]]) -> Verdict {
        let device = self.classifier_device();
        let mut verdict = Verdict {
            labels: Vec::with_capacity(images.len()),
            features: Vec::with_capacity(images.len()),
        };
        for chunk in images.chunks(CHUNK) {
            let pixels: Vec<f32> = chunk
                .iter()
                .copied()
                .flatten()
                .map(|&grey| to_signed(grey))
                .collect();
            debug_assert_eq!(pixels.len(), chunk.len() * IMAGE_PIXELS);
            let shape = [chunk.len(), 1, IMAGE_SIDE, IMAGE_SIDE];
            let features = self
                .body
                .forward(Tensor::from_data(TensorData::new(pixels, shape), &device));
            let labels = self
                .classifier
                .forward(features.clone())
                .argmax(1)
                .into_data(); // sync
            verdict.labels.extend(
                labels
                    .iter::<i64>()
                    .filter_map(|label| Emotion::from_index(label as usize)),
            );
            let width = features.dims()[1];
            let values: Vec<f32> = features.into_data().iter::<f32>().collect();
            verdict
                .features
                .extend(values.chunks_exact(width).map(<[f32]>::to_vec));
        }
        verdict
    }

    fn classifier_device(&self) -> Device {
        self.devices().first().cloned().unwrap_or_else(Device::flex)
    }
}
