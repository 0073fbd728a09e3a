//! The batcher: step number to batch, the same batch for the same seed, step and data.
//!
//! Nothing here remembers anything: every step has its own stream of random numbers, so a resumed
//! run continues with exactly the batches an uninterrupted one would have seen.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::emotion::Emotion;
use model_core::generator::emotion_rows;
use model_core::latent::normals;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_signed};
use rand_core::RngCore;

use crate::augmentation::push_augmented;
use crate::inputs::{GeneratorInputs, stream};
use crate::labels::LabelSampler;
use dataset::Dataset;

/// Everything one training step needs, on the device.
pub struct Batch {
    /// The step it belongs to, from 0.
    pub step: u64,
    /// Real images `[B, 1, 48, 48]`.
    pub images: Tensor<4>,
    /// One-hot labels `[B, 7]` of the real images; the generator is asked for the same ones.
    pub labels: Tensor<2>,
    /// Latents `[B, latent_size]`.
    pub z: Tensor<2>,
}

/// The numbers of a [`Batch`], before they are anywhere but in memory.
pub struct BatchData {
    step: u64,
    pixels: Vec<f32>,
    labels: Vec<[f32; Emotion::COUNT]>,
    z: Vec<f32>,
}

impl BatchData {
    /// The batch on a device.
    pub fn on(self, device: &Device) -> Batch {
        let size = self.labels.len();
        let latent_size = self.z.len() / size;
        let shape = [size, 1, IMAGE_SIDE, IMAGE_SIDE];
        Batch {
            step: self.step,
            images: Tensor::from_data(TensorData::new(self.pixels, shape), device),
            labels: emotion_rows(&self.labels, device),
            z: Tensor::from_data(TensorData::new(self.z, [size, latent_size]), device),
        }
    }
}

/// Draws batches from the training images.
pub struct Batcher {
    dataset: Dataset,
    sampler: LabelSampler,
    inputs: GeneratorInputs,
    settings: BatchSettings,
}

/// What a batch is made of.
#[derive(Debug, Clone, Copy)]
pub struct BatchSettings {
    /// Images per batch.
    pub batch: usize,
    /// Length of a latent vector.
    pub latent_size: usize,
    /// How much oftener than they occur rare labels are drawn: see [`LabelSampler::new`].
    pub class_balancing: f64,
    /// Whether real images are mirrored at random.
    pub mirror: bool,
    /// How far they are augmented, 0 to 1: see [`push_augmented`].
    pub augmentation: f64,
    /// Seed of the run.
    pub seed: u64,
}

impl Batcher {
    /// Uses the Training split of `dataset`, which must not be empty.
    pub fn new(dataset: Dataset, settings: BatchSettings) -> Self {
        let sampler = LabelSampler::new(&dataset, settings.class_balancing);
        Self {
            inputs: GeneratorInputs::new(sampler.shares().clone(), &settings),
            dataset,
            sampler,
            settings,
        }
    }

    /// The batch of a step.
    pub fn batch(&self, step: u64) -> BatchData {
        let mut rng = stream(self.settings.seed, step);
        let size = self.settings.batch;
        let mut pixels = Vec::with_capacity(size * IMAGE_PIXELS);
        let mut labels = Vec::with_capacity(size);
        for _ in 0..size {
            let (label, image) = self.sampler.draw(&mut rng);
            let (image, strength) = (self.dataset.image(image), self.settings.augmentation as f32);
            let mirrored = rng.next_u32() & 1 == 1 && self.settings.mirror;
            match strength > 0.0 {
                true => push_augmented(image, mirrored, strength, &mut rng, &mut pixels),
                false => push_image(&mut pixels, image, mirrored),
            }
            labels.push(label.weights());
        }
        BatchData {
            step,
            pixels,
            labels,
            z: normals(size * self.settings.latent_size, &mut rng),
        }
    }

    /// Latents and labels alone.
    pub fn inputs(&self) -> &GeneratorInputs {
        &self.inputs
    }

    /// A grid of real training images, `columns` per emotion, as grey bytes row by row.
    pub fn real_rows(&self, columns: usize) -> Vec<Option<&[u8]>> {
        self.sampler
            .by_label()
            .iter()
            .flat_map(|images| (0..columns).map(|n| images.get(n).map(|&i| self.dataset.image(i))))
            .collect()
    }
}

/// Appends an image in the networks' range, mirrored left to right if asked for.
fn push_image(pixels: &mut Vec<f32>, image: &[u8], mirrored: bool) {
    for row in image.chunks_exact(IMAGE_SIDE) {
        if mirrored {
            pixels.extend(row.iter().rev().map(|&grey| to_signed(grey)));
        } else {
            pixels.extend(row.iter().map(|&grey| to_signed(grey)));
        }
    }
}
