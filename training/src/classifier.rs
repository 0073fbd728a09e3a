//! Training a classifier ([`model_core::classifier`]).
//!
//! Its own accuracy on held-out real images stands beside every figure it is used for.

use std::collections::BTreeMap;

use anyhow::Context;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use model_core::classifier::{Classifier, STAGES};
use model_core::classifier_bundle::{CLASSIFIER_WIDTHS, ClassifierBundle};
use model_core::emotion::Emotion;
use model_core::label::cross_entropy;
use model_core::packing::{exact_weights_of, load_weights};
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use model_core::reading::numbers;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::annealing::annealed;
use crate::augmentation::{cover_half, push_augmented};
use crate::ema;
use crate::faces::signed_images;
use crate::inputs::stream;
use crate::labels::LabelSampler;
use dataset::{Dataset, Split};

/// Images per training step.
const BATCH: usize = 64;
/// At the start; falls to zero along half a cosine.
const LEARNING_RATE: f64 = 2e-3;
/// The same of a classifier that continues from a trained one.
const LEARNING_RATE_FROM: f64 = 1e-3;
const WEIGHT_DECAY: f32 = 0.02;
/// How much oftener than they occur rare labels are drawn ([`LabelSampler::new`]): FER2013's disgust five times.
const CLASS_BALANCING: f64 = 0.5;
/// Share of every label that is spread over all seven: FER2013's labels are often wrong.
const SMOOTHING: f64 = 0.1;
/// Limit of the moving average's decay per step.
const EMA_DECAY: f64 = 0.999;
/// Training images whose statistics are fused into the finished classifier.
const STATISTICS_IMAGES: usize = 1024;

/// Names of a checkpoint's files; the state comes last, and makes the others count.
const NETWORK: &str = "network.safetensors";
const AVERAGE: &str = "average.safetensors";
pub const STATE: &str = "state.json";

/// Everything that decides how a classifier comes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierOptions {
    /// Channels of the first stage.
    pub width: usize,
    /// Images to be seen.
    pub images: u64,
    /// Seed of weights and batches.
    pub seed: u64,
    /// The classifier that it continues from: the hash of its weights; none: weights drawn from the seed.
    #[serde(default)]
    pub from: Option<String>,
}

/// A classifier in training.
pub struct ClassifierTrainer {
    options: ClassifierOptions,
    dataset: Dataset,
    training: Vec<usize>,
    sampler: LabelSampler,
    device: Device,
    network: Classifier,
    average: Classifier,
    optimizer: ModuleOptimizer,
    step: u64,
}

/// What a checkpoint holds besides weights.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    options: ClassifierOptions,
    /// Hash of the data that is trained on.
    data_sha256: String,
    /// Steps done.
    step: u64,
}

impl ClassifierTrainer {
    /// A classifier that has seen nothing. Trains on the Training split of `dataset`.
    pub fn new(
        options: ClassifierOptions,
        dataset: Dataset,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let training = dataset.indices(Split::Training);
        anyhow::ensure!(!training.is_empty(), "the data set has no Training images");
        anyhow::ensure!(options.images > 0, "--images is 0: expected at least 1");
        anyhow::ensure!(
            CLASSIFIER_WIDTHS.contains(&options.width),
            "--width is {}: expected {} to {}",
            options.width,
            CLASSIFIER_WIDTHS.start(),
            CLASSIFIER_WIDTHS.end()
        );
        let device = device.clone().autodiff();
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        let network = Classifier::new(options.width, STAGES, &mut rng, &device);
        Ok(Self {
            average: network.valid(),
            network,
            optimizer: AdamWConfig::new().with_weight_decay(WEIGHT_DECAY).init(),
            sampler: LabelSampler::new(&dataset, CLASS_BALANCING),
            training,
            options,
            dataset,
            device,
            step: 0,
        })
    }

    /// Continues from a trained classifier in place of weights drawn from the seed; before the first step.
    pub fn set_out_from(&mut self, bundle: &ClassifierBundle) -> anyhow::Result<()> {
        let manifest = &bundle.manifest;
        anyhow::ensure!(
            (manifest.width, manifest.stages) == (self.options.width, STAGES),
            "the classifier to continue from has width {} and {} stages: expected width {} and {STAGES} stages",
            manifest.width,
            manifest.stages,
            self.options.width
        );
        let device = self.device.clone().without_autodiff();
        let classifier = bundle.classifier(&device)?;
        let as_drawn = classifier.reweighted(self.sampler.shares().excess().map(f64::recip));
        self.average = as_drawn.unfused(self.statistics(&device));
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

    /// Whether all images were seen.
    pub fn is_finished(&self) -> bool {
        self.step >= self.steps()
    }

    /// Trains for some steps, or to the end if that is nearer, and gives the mean loss.
    pub async fn train(&mut self, steps: u64) -> anyhow::Result<f32> {
        let end = self.steps().min(self.step + steps);
        let mut losses: Vec<Tensor<1>> = Vec::new();
        while self.step < end {
            losses.push(self.train_step());
        }
        if losses.is_empty() {
            return Ok(0.0); // finished before
        }
        let losses = numbers(Tensor::cat(losses, 0)).await?;
        Ok(losses.iter().sum::<f32>() / losses.len() as f32)
    }

    fn train_step(&mut self) -> Tensor<1> {
        let (images, labels) = self.batch();
        let output = self.network.forward_train(images);
        let loss = cross_entropy(output.logits, smoothed(labels, SMOOTHING));
        let figure = loss.clone().detach();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        let progress = self.step as f64 / self.steps() as f64;
        let highest = match self.options.from {
            Some(_) => LEARNING_RATE_FROM,
            None => LEARNING_RATE,
        };
        let rate = annealed(highest, progress);
        self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        let decay = ema::decay(self.step, EMA_DECAY);
        self.average = ema::update(self.average.clone(), &self.network, decay);
        self.step += 1;
        figure
    }

    /// The batch of the current step, from a stream of random numbers of its own.
    fn batch(&self) -> (Tensor<4>, Tensor<2>) {
        let mut rng = stream(self.options.seed, self.step);
        let mut pixels = Vec::with_capacity(BATCH * IMAGE_PIXELS);
        let mut labels = Vec::with_capacity(BATCH * Emotion::COUNT);
        for _ in 0..BATCH {
            let (label, image) = self.sampler.draw(&mut rng);
            let (image, mirrored) = (self.dataset.image(image), rng.next_u32() & 1 == 1);
            push_augmented(image, mirrored, 1.0, &mut rng, &mut pixels);
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
    pub fn finish(&self) -> Classifier {
        let device = self.device.clone().without_autodiff();
        let classifier = self.average.fused(self.statistics(&device));
        classifier.reweighted(self.sampler.shares().excess())
    }

    /// What normalisation statistics are measured on: training images, evenly spread.
    fn statistics(&self, device: &Device) -> Tensor<4> {
        let step = self.training.len().div_ceil(STATISTICS_IMAGES);
        let images = self.training.iter().step_by(step);
        let images: Vec<&[u8]> = images.map(|&index| self.dataset.image(index)).collect();
        signed_images(&images, device)
    }

    fn state(&self) -> State {
        State {
            options: self.options.clone(),
            data_sha256: self.dataset.hash(),
            step: self.step,
        }
    }

    /// What [`Self::restore`] continues from, as named bytes. The optimiser starts anew then.
    pub async fn checkpoint(&self) -> anyhow::Result<BTreeMap<&'static str, Vec<u8>>> {
        Ok(BTreeMap::from([
            (NETWORK, exact_weights_of(&self.network).await?),
            (AVERAGE, exact_weights_of(&self.average).await?),
            (STATE, serde_json::to_vec_pretty(&self.state())?),
        ]))
    }

    /// Continues from a checkpoint, asking for every file by its name; refuses that of a training with other options.
    pub fn restore(
        &mut self,
        mut read: impl FnMut(&str) -> anyhow::Result<Vec<u8>>,
    ) -> anyhow::Result<()> {
        let state: State = serde_json::from_slice(&read(STATE)?)
            .context("state.json is of another version of the trainer: delete it")?;
        let own = self.state();
        anyhow::ensure!(
            (&state.options, &state.data_sha256) == (&own.options, &own.data_sha256),
            "it is of a classifier in training with other options or images ({state:?}): finish it with these, or delete it"
        );
        self.network = load_weights(self.network.valid(), &read(NETWORK)?)?.train();
        self.average = load_weights(self.average.clone(), &read(AVERAGE)?)?;
        self.step = state.step;
        Ok(())
    }
}

/// Labels of which the share `smoothing` is spread over all seven emotions (Szegedy et al. 2016).
///
/// # Shapes
/// - labels `[B, 7]`, output `[B, 7]`
fn smoothed(labels: Tensor<2>, smoothing: f64) -> Tensor<2> {
    labels
        .mul_scalar(1.0 - smoothing)
        .add_scalar(smoothing / Emotion::COUNT as f64)
}
