//! The search for a latent: gradient descent from the best of many seeds.

use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Tensor, TensorData};
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use model_core::pixels::IMAGE_PIXELS;
use model_core::reading::{ReadError, numbers};

use super::{errors, grey_levels};
use crate::annealing::annealed;
use crate::faces::signed_images;

/// How a latent is searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchOptions {
    /// Seeds that are tried before the first step.
    pub candidates: usize,
    /// So many of them, the likest, are followed.
    pub starts: usize,
    pub steps: usize,
    /// Learning rate of the first step; it falls to nothing.
    pub rate: f64,
    /// Weight of the mean square of z: latents of faces lie near 0.
    pub prior: f64,
}

impl SearchOptions {
    /// docs/photo.md has what they give.
    pub const DEFAULT: Self = Self {
        candidates: 64,
        starts: 1,
        steps: 150,
        rate: 0.1,
        prior: 1e-3,
    };
}

/// The latent that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Pivot {
    pub emotion: Emotion,
    pub z: Vec<f32>,
    /// Root mean square difference of its face from the photograph, in grey levels.
    pub error: f32,
}

/// A search under way.
pub struct Search {
    generator: Generator,
    photo: Tensor<4>,
    emotion: Emotion,
    options: SearchOptions,
    latents: Latents,
    optimizer: ModuleOptimizer,
    step: usize,
}

/// What moves.
#[derive(Module, Debug)]
struct Latents {
    /// `[starts, latent_size]`
    z: Param<Tensor<2>>,
}

impl Search {
    /// Tries the seeds from `seed` on. The generator is a fused one on a device without autodiff; the photograph is 48x48 grey
    /// bytes.
    pub async fn start(
        generator: &Generator,
        photo: &[u8; IMAGE_PIXELS],
        emotion: Emotion,
        seed: u64,
        options: SearchOptions,
    ) -> Result<Self, ReadError> {
        let device = generator.device();
        let photo = signed_images(&[photo], &device);
        let seeds: Vec<u64> = (0..options.candidates as u64)
            .map(|number| seed.wrapping_add(number))
            .collect();
        let faces = generator.faces(&seeds, &vec![emotion.weights(); seeds.len()]);
        let errors = numbers(errors(faces, photo.clone())).await?;
        let mut likest: Vec<(f32, u64)> = errors.into_iter().zip(seeds).collect();
        likest.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        let size = generator.latent_size();
        let starts = likest.iter().take(options.starts);
        let z: Vec<f32> = starts.flat_map(|&(_, seed)| latent(seed, size)).collect();
        let shape = [z.len() / size, size];
        let z = Param::from_data(TensorData::new(z, shape), &device.autodiff());
        Ok(Self {
            generator: generator.clone(),
            photo,
            emotion,
            options,
            latents: Latents { z },
            optimizer: AdamConfig::new().init(),
            step: 0,
        })
    }

    /// Whether all steps are done.
    pub fn is_finished(&self) -> bool {
        self.step >= self.options.steps
    }

    /// Moves the latents once; returns how often that was done.
    pub fn step(&mut self) -> usize {
        let z = self.latents.z.val();
        let of_each = errors(self.faces(z.clone()), self.photo.clone());
        let prior = z.powi_scalar(2).mean_dim(1).sum();
        let loss = of_each.sum() + prior.mul_scalar(self.options.prior);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.latents);
        let rate = annealed(
            self.options.rate,
            self.step as f64 / self.options.steps as f64,
        );
        self.latents = self.optimizer.step(rate, self.latents.clone(), gradients);
        self.step += 1;
        self.step
    }

    /// The latent whose face is the likest so far.
    pub async fn pivot(&self) -> Result<Pivot, ReadError> {
        let z = self.latents.z.val().inner();
        let [_, size] = z.dims();
        let errors = numbers(errors(self.faces(z.clone()), self.photo.clone())).await?;
        let z = numbers(z).await?;
        let each = errors.into_iter().zip(z.chunks_exact(size));
        let likest = each.min_by(|(left, _), (right, _)| left.total_cmp(right));
        let (error, z) = likest.unwrap_or((f32::NAN, &[]));
        Ok(Pivot {
            emotion: self.emotion,
            z: z.to_vec(),
            error: grey_levels(error),
        })
    }

    /// The faces of latents, `[starts, 1, 48, 48]`.
    fn faces(&self, z: Tensor<2>) -> Tensor<4> {
        let weights = vec![self.emotion.weights(); z.dims()[0]];
        let device = self.generator.device();
        self.generator.forward(z, emotion_rows(&weights, &device))
    }
}
