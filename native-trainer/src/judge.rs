//! Training a judge ([`model_core::judge`]) and asking for its verdict.
//!
//! Its own accuracy on held-out real images stands beside every figure it is used for.

use std::fs;
use std::path::Path;

use anyhow::Context;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use model_core::emotion::Emotion;
use model_core::judge::{Judge, STAGES};
use model_core::judge_bundle::{JUDGE_WIDTHS, JudgeBundle};
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::dataset::labels::LabelSampler;
use crate::dataset::{Dataset, Split};
use crate::ema;
use crate::grid::signed_images;
use crate::losses::{cross_entropy, smoothed};
use crate::metrics::confusion::Confusion;
use crate::warp::{cover_half, push_warped};

/// Images per training step.
const BATCH: usize = 64;
/// At the start; falls to zero along half a cosine.
const LEARNING_RATE: f64 = 2e-3;
/// The same of a judge that goes on from a trained one.
const LEARNING_RATE_FROM: f64 = 1e-3;
const WEIGHT_DECAY: f32 = 0.02;
/// How much oftener than they occur rare labels are drawn ([`LabelSampler::new`]): FER2013's disgust five times.
const BALANCE: f64 = 0.5;
/// Share of every label that is spread over all seven: FER2013's labels are often wrong.
const SMOOTHING: f64 = 0.1;
/// Limit of the moving average's decay per step.
const EMA_DECAY: f64 = 0.999;
/// Training images whose statistics are folded into the finished judge.
const STATISTICS_IMAGES: usize = 1024;
/// Images looked at in one pass.
const CHUNK: usize = 128;
/// Steps between two saved states.
const SAVE_STEPS: u64 = 500;

/// Everything that decides how a judge comes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgeOptions {
    /// Channels of the first stage.
    pub width: usize,
    /// Images to be seen.
    pub images: u64,
    /// Seed of weights and batches.
    pub seed: u64,
    /// The judge that it goes on from: the hash of its weights; none: weights drawn from the seed.
    #[serde(default)]
    pub from: Option<String>,
}

/// A judge in training.
pub struct JudgeTrainer {
    options: JudgeOptions,
    dataset: Dataset,
    training: Vec<usize>,
    sampler: LabelSampler,
    device: Device,
    network: Judge,
    average: Judge,
    optimizer: ModuleOptimizer,
    step: u64,
}

/// What a judge says of a set of images.
pub struct Verdict {
    /// The emotion seen in each image.
    pub labels: Vec<Emotion>,
    /// The features of each image, one row per image.
    pub features: Vec<Vec<f32>>,
}

impl JudgeTrainer {
    /// A judge that has seen nothing. Trains on the Training split of `dataset`.
    pub fn new(options: JudgeOptions, dataset: Dataset, device: &Device) -> anyhow::Result<Self> {
        let training = dataset.indices(Split::Training);
        anyhow::ensure!(!training.is_empty(), "the data set has no Training images");
        anyhow::ensure!(options.images > 0, "--images is 0: expected at least 1");
        anyhow::ensure!(
            JUDGE_WIDTHS.contains(&options.width),
            "--width is {}: expected {} to {}",
            options.width,
            JUDGE_WIDTHS.start(),
            JUDGE_WIDTHS.end()
        );
        let device = device.clone().autodiff();
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        let network = Judge::new(options.width, STAGES, &mut rng, &device);
        Ok(Self {
            average: network.valid(),
            network,
            optimizer: AdamWConfig::new().with_weight_decay(WEIGHT_DECAY).init(),
            sampler: LabelSampler::new(&dataset, BALANCE),
            training,
            options,
            dataset,
            device,
            step: 0,
        })
    }

    /// Goes on from a trained judge in place of weights drawn from the seed; before the first step.
    pub fn set_out_from(&mut self, bundle: &JudgeBundle) -> anyhow::Result<()> {
        let manifest = &bundle.manifest;
        anyhow::ensure!(
            (manifest.width, manifest.stages) == (self.options.width, STAGES),
            "the judge to go on from has width {} and {} stages: expected width {} and {STAGES} stages",
            manifest.width,
            manifest.stages,
            self.options.width
        );
        let device = self.device.clone().without_autodiff();
        let judge = bundle.judge(&device)?;
        let as_drawn = judge.reweighted(self.sampler.excess().map(f64::recip));
        self.average = as_drawn.unfolded(self.statistics(&device));
        self.network = self.average.clone().train();
        self.options.from = Some(manifest.weights.sha256.clone());
        Ok(())
    }

    /// Steps of the whole training.
    pub fn steps(&self) -> u64 {
        self.options.images.div_ceil(BATCH as u64)
    }

    /// Images seen.
    pub fn images_seen(&self) -> u64 {
        self.step * BATCH as u64
    }

    /// Trains to the end; `tell` hears the images seen and the mean loss since the last time. Saves its state to
    /// `state` now and then, and goes on from there if it was cut off.
    pub fn run(
        &mut self,
        state: Option<&Path>,
        tell: &mut dyn FnMut(u64, f32),
    ) -> anyhow::Result<()> {
        if let Some(state) = state {
            self.load(state)?;
        }
        let mut losses: Vec<Tensor<1>> = Vec::new();
        while self.step < self.steps() {
            losses.push(self.train_step());
            if self.step.is_multiple_of(SAVE_STEPS) || self.step == self.steps() {
                let count = losses.len() as f32;
                let sum: f32 = Tensor::cat(std::mem::take(&mut losses), 0)
                    .sum()
                    .into_scalar(); // sync
                tell(self.images_seen(), sum / count);
                if let Some(state) = state {
                    self.save(state)?;
                }
            }
        }
        Ok(())
    }

    fn train_step(&mut self) -> Tensor<1> {
        let (images, labels) = self.batch();
        let opinion = self.network.forward_train(images);
        let loss = cross_entropy(opinion.logits, smoothed(labels, SMOOTHING));
        let figure = loss.clone().detach();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        let progress = self.step as f64 / self.steps() as f64;
        let highest = match self.options.from {
            Some(_) => LEARNING_RATE_FROM,
            None => LEARNING_RATE,
        };
        let rate = highest * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
        self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        let decay = ema::decay(self.step, EMA_DECAY);
        self.average = ema::update(self.average.clone(), &self.network, decay);
        self.step += 1;
        figure
    }

    /// The batch of the current step, from a stream of random numbers of its own.
    fn batch(&self) -> (Tensor<4>, Tensor<2>) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.options.seed);
        rng.set_stream(self.step + 1); // stream 0 is the initial weights
        let mut pixels = Vec::with_capacity(BATCH * IMAGE_PIXELS);
        let mut labels = Vec::with_capacity(BATCH * Emotion::COUNT);
        for _ in 0..BATCH {
            let (label, image) = self.sampler.draw(&mut rng);
            let (image, mirrored) = (self.dataset.image(image), rng.next_u32() & 1 == 1);
            push_warped(image, mirrored, 1.0, &mut rng, &mut pixels);
            let start = pixels.len() - IMAGE_PIXELS;
            cover_half(&mut pixels[start..], &mut rng);
            labels.extend(label.weights());
        }
        let labels = TensorData::new(labels, [BATCH, Emotion::COUNT]);
        let pixels = TensorData::new(pixels, [BATCH, 1, IMAGE_SIDE, IMAGE_SIDE]);
        (
            Tensor::from_data(pixels, &self.device),
            Tensor::from_data(labels, &self.device),
        )
    }

    /// The average in its inference form, for labels as often as they occur.
    pub fn finish(&self) -> Judge {
        let device = self.device.clone().without_autodiff();
        let judge = self.average.folded(self.statistics(&device));
        judge.reweighted(self.sampler.excess())
    }

    /// What normalisation statistics are measured on: training images, evenly spread.
    fn statistics(&self, device: &Device) -> Tensor<4> {
        let step = self.training.len().div_ceil(STATISTICS_IMAGES);
        let images = self.training.iter().step_by(step);
        let images: Vec<&[u8]> = images.map(|&index| self.dataset.image(index)).collect();
        signed_images(&images, device)
    }

    /// Written whole or not at all: the step's file comes last. The optimiser starts anew after a cut.
    fn save(&self, state: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(state).with_context(|| format!("cannot create {}", state.display()))?;
        self.network.clone().save_file(state.join("network.bpk"))?;
        self.average.clone().save_file(state.join("average.bpk"))?;
        let text = serde_json::to_vec(&(&self.options, self.step))?;
        fs::write(state.join("state.json"), text)
            .with_context(|| format!("cannot write {}", state.display()))
    }

    fn load(&mut self, state: &Path) -> anyhow::Result<()> {
        let Ok(text) = fs::read(state.join("state.json")) else {
            return Ok(());
        };
        let (options, step): (JudgeOptions, u64) = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged", state.display()))?;
        anyhow::ensure!(
            options == self.options,
            "{} holds a judge in training with other options ({options:?}): finish it with these, or delete it",
            state.display()
        );
        self.network = self
            .network
            .clone()
            .try_load_file(state.join("network.bpk"))?;
        self.average = self
            .average
            .clone()
            .try_load_file(state.join("average.bpk"))?;
        self.step = step;
        Ok(())
    }
}

/// What the judge sees in the PrivateTest images of a data set.
pub fn examine(judge: &Judge, dataset: &Dataset) -> Confusion {
    let held_out = dataset.indices(Split::PrivateTest);
    let labels: Vec<Emotion> = held_out.iter().map(|&index| dataset.label(index)).collect();
    let images: Vec<&[u8]> = held_out.iter().map(|&index| dataset.image(index)).collect();
    Confusion::of(&labels, &look(judge, &images).labels)
}

/// Looks at grey images of 48x48 bytes each, and at their mirror images: a face and its mirror image show the
/// same emotion, so the judge decides by the mean of both.
pub fn look(judge: &Judge, images: &[&[u8]]) -> Verdict {
    let device = judge
        .devices()
        .first()
        .cloned()
        .unwrap_or_else(Device::flex);
    let mut verdict = Verdict {
        labels: Vec::with_capacity(images.len()),
        features: Vec::with_capacity(images.len()),
    };
    for chunk in images.chunks(CHUNK) {
        let faces = signed_images(chunk, &device);
        let opinion = judge.forward(faces.clone());
        let mirrored = judge.forward(faces.flip([3]));
        let labels = (opinion.logits + mirrored.logits).argmax(1).into_data(); // sync
        let seen = labels.iter::<i64>();
        verdict
            .labels
            .extend(seen.filter_map(|label| Emotion::from_index(label as usize)));
        let features = (opinion.features + mirrored.features).mul_scalar(0.5);
        let width = features.dims()[1];
        let values: Vec<f32> = features.into_data().iter::<f32>().collect();
        verdict
            .features
            .extend(values.chunks_exact(width).map(<[f32]>::to_vec));
    }
    verdict
}
