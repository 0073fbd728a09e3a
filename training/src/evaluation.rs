//! `eval`: how good a bundle's faces are, in figures that a command can remake.
//!
//! Every figure of generated faces stands beside the same figure of real training images: the
//! real-against-real baseline. Held-out images that stand in the training split too must have been dropped before.

use std::collections::BTreeMap;

use anyhow::Context;
use burn::tensor::Device;
use model_core::bundle::Bundle;
use model_core::classifier::Classifier;
use model_core::discriminator::Discriminator;
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;
use model_core::reading::ReadError;
use serde::Serialize;

use crate::classifier::{ClassifierOptions, ClassifierTrainer, Predictions, examine, predict};
use crate::faces::grey_faces;
use crate::metrics::bands::BandPower;
use crate::metrics::confusion::Confusion;
use crate::metrics::frechet::frechet_distance;
use crate::metrics::kernel::{KernelDistance, kernel_distance_of_subsets};
use crate::metrics::likeness::{Likeness, Pair, likeness, mirrored, pairs};
use crate::metrics::manifold::{Overlap, overlap};
use crate::metrics::overfitting::{self, Overfitting};
use dataset::{Dataset, Split};

/// Faces generated in one pass.
const CHUNK: usize = 64;
/// Faces that are looked up among all training images and their mirror images.
const LOOKED_UP: usize = 1000;
/// Width of the classifiers that GAN-train compares.
const GAN_TRAIN_WIDTH: usize = 16;

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

/// How one sample lies to the held-out real images, in the classifier's features.
#[derive(Debug, Clone, Serialize)]
pub struct Distances {
    pub frechet_distance: f64,
    /// Times 1000.
    pub kernel_distance_x1000: KernelDistance,
    #[serde(flatten)]
    pub overlap: Overlap,
}

/// How well a small classifier trained on a sample does on real PrivateTest images (Shmelkov et al. 2018).
#[derive(Debug, Clone, Copy, Serialize)]
pub struct GanTrain {
    pub trained_on_generated: f64,
    pub trained_on_real: f64,
    /// Images each of the two has seen.
    pub images: u64,
}

/// The figures of one evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct EvalReport {
    /// Held-out real images, and as many generated faces with the same labels.
    pub faces: usize,
    /// Seed of the first face.
    pub seed: u64,
    /// What latents were multiplied by.
    pub truncation: f64,
    /// The classifier on held-out real images: what the other figures are measured with.
    pub classifier_on_real: Confusion,
    /// The classifier on generated faces (GAN-test, Shmelkov et al. 2018).
    pub classifier_on_generated: Confusion,
    pub generated: Distances,
    /// As many training images in place of generated faces.
    pub baseline: Distances,
    /// Structure of each size in generated faces, as a share of that in held-out real images.
    pub band_power: BandPower,
    /// The same of the training images.
    pub band_power_baseline: BandPower,
    /// Generated faces and their nearest training images.
    pub memorisation: Likeness,
    /// Held-out real images and their nearest training images.
    pub memorisation_of_real: Likeness,
    /// Generated faces and their nearest generated faces: small where faces are all alike.
    pub mode_collapse: Likeness,
    /// Held-out real images and their nearest held-out images.
    pub mode_collapse_of_real: Likeness,
    pub gan_train: Option<GanTrain>,
    pub overfitting: Option<Overfitting>,
}

/// A generated face and the training image nearest to it, as grey bytes.
pub type FacePair = (Vec<u8>, Vec<u8>);

/// An evaluation and the faces behind it.
pub struct Evaluation {
    pub report: EvalReport,
    /// Closest pairs first.
    pub closest: Vec<FacePair>,
}

/// Compares generated faces with held-out images (PrivateTest, then PublicTest), asking for exactly their labels.
pub async fn evaluate(bundle: &Bundle, bench: &Bench<'_>) -> anyhow::Result<Evaluation> {
    let dataset = bench.dataset;
    let held_out = held_out(bench)?;
    let labels: Vec<Emotion> = held_out.iter().map(|&index| dataset.label(index)).collect();
    let fakes = generate(bundle, &labels, bench).await?;
    let fakes: Vec<&[u8]> = fakes.iter().map(Vec::as_slice).collect();
    let real = dataset.images_of(&held_out);
    let training = dataset.indices(Split::Training);

    let real_predictions = predict(bench.classifier, &real).await?;
    let fake_predictions = predict(bench.classifier, &fakes).await?;
    let sample = dataset.images_of(&spread(&training, held_out.len()));
    let baseline_predictions = predict(bench.classifier, &sample).await?;
    let training = dataset.images_of(&training);
    let mirrors: Vec<Vec<u8>> = training.iter().map(|image| mirrored(image)).collect();
    let known: Vec<&[u8]> = training
        .iter()
        .copied()
        .chain(mirrors.iter().map(Vec::as_slice))
        .collect();
    let (memorisation, closest) = look_up(&fakes, &known, bench.device).await?;
    let (memorisation_of_real, _) = look_up(&real, &known, bench.device).await?;
    let alike = async |images: &[&[u8]]| -> Result<Likeness, ReadError> {
        Ok(likeness(&pairs(images, images, true, bench.device).await?))
    };
    let report = EvalReport {
        faces: held_out.len(),
        seed: bench.seed,
        truncation: bench.truncation,
        classifier_on_real: Confusion::of(&labels, &real_predictions.labels),
        classifier_on_generated: Confusion::of(&labels, &fake_predictions.labels),
        generated: distances(&real_predictions, &fake_predictions, bench.device).await?,
        baseline: distances(&real_predictions, &baseline_predictions, bench.device).await?,
        band_power: BandPower::of(&fakes, &real),
        band_power_baseline: BandPower::of(&sample, &real),
        memorisation,
        memorisation_of_real,
        mode_collapse: alike(&fakes).await?,
        mode_collapse_of_real: alike(&real).await?,
        gan_train: None,
        overfitting: None,
    };
    Ok(Evaluation { report, closest })
}

async fn distances(
    real: &Predictions,
    fake: &Predictions,
    device: &Device,
) -> Result<Distances, ReadError> {
    let (real, fake) = (&real.features, &fake.features);
    let kernel = kernel_distance_of_subsets(real, fake);
    Ok(Distances {
        frechet_distance: frechet_distance(real, fake),
        kernel_distance_x1000: KernelDistance {
            mean: 1000.0 * kernel.mean,
            deviation: 1000.0 * kernel.deviation,
        },
        overlap: overlap(real, fake, device).await?,
    })
}

/// The first thousand faces, each with its nearest known image.
async fn look_up(
    faces: &[&[u8]],
    known: &[&[u8]],
    device: &Device,
) -> Result<(Likeness, Vec<FacePair>), ReadError> {
    let faces = &faces[..faces.len().min(LOOKED_UP)];
    let pairs = pairs(faces, known, false, device).await?;
    let shown = |pair: &Pair| (faces[pair.face].to_vec(), known[pair.neighbour].to_vec());
    Ok((likeness(&pairs), pairs.iter().map(shown).collect()))
}

/// Trains two small classifiers alike, one on as many generated faces as there are training images and with their
/// labels, one on the training images, and tests both on PrivateTest.
pub async fn gan_train(
    bundle: &Bundle,
    bench: &Bench<'_>,
    images: u64,
) -> anyhow::Result<GanTrain> {
    let dataset = bench.dataset;
    let training = dataset.indices(Split::Training);
    let labels: Vec<Emotion> = training.iter().map(|&index| dataset.label(index)).collect();
    let mut generated = Dataset::new("generated");
    let faces = generate(bundle, &labels, bench).await?;
    for (face, &label) in faces.iter().zip(&labels) {
        let face: &[u8; IMAGE_PIXELS] = face.as_slice().try_into().context("a face's size")?;
        generated.push(face, label, Split::Training);
    }
    let accuracy_after = async |dataset: &Dataset| -> anyhow::Result<f64> {
        let options = ClassifierOptions {
            width: GAN_TRAIN_WIDTH,
            images,
            seed: bench.seed,
            from: None,
        };
        let mut trainer = ClassifierTrainer::new(options, dataset.clone(), bench.device)?;
        trainer.train(trainer.steps()).await?;
        Ok(examine(&trainer.finish(), bench.dataset).await?.accuracy())
    };
    Ok(GanTrain {
        trained_on_generated: accuracy_after(&generated).await?,
        trained_on_real: accuracy_after(dataset).await?,
        images,
    })
}

/// Asks a discriminator about training images, held-out ones and faces that are asked for with the latter's labels.
pub async fn overfitting(
    bundle: &Bundle,
    discriminator: &Discriminator,
    bench: &Bench<'_>,
) -> anyhow::Result<Overfitting> {
    let dataset = bench.dataset;
    let held_out = held_out(bench)?;
    let labels_of = |indices: &[usize]| -> Vec<Emotion> {
        indices.iter().map(|&index| dataset.label(index)).collect()
    };
    let ask = async |images: &[&[u8]], labels: &[Emotion]| {
        overfitting::answers(discriminator, images, labels, bench.device).await
    };
    let real =
        async |indices: &[usize]| ask(&dataset.images_of(indices), &labels_of(indices)).await;
    let labels = labels_of(&held_out);
    let faces = generate(bundle, &labels, bench).await?;
    let faces: Vec<&[u8]> = faces.iter().map(Vec::as_slice).collect();
    let training = spread(&dataset.indices(Split::Training), held_out.len());
    Ok(Overfitting {
        training: real(&training).await?,
        held_out: real(&held_out).await?,
        generated: ask(&faces, &labels).await?,
    })
}

/// PrivateTest, then PublicTest, as many as are asked for.
fn held_out(bench: &Bench<'_>) -> anyhow::Result<Vec<usize>> {
    let mut held_out = bench.dataset.indices(Split::PrivateTest);
    held_out.extend(bench.dataset.indices(Split::PublicTest));
    held_out.truncate(bench.limit);
    anyhow::ensure!(
        held_out.len() >= 2,
        "eval needs held-out images, but the data set has {} in PublicTest and PrivateTest",
        held_out.len()
    );
    Ok(held_out)
}

/// One face per label; face n has seed `seed + n`.
async fn generate(
    bundle: &Bundle,
    labels: &[Emotion],
    bench: &Bench<'_>,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let generator = bundle.generator(bench.device)?.truncated(bench.truncation);
    let mut faces = Vec::with_capacity(labels.len());
    for (index, chunk) in labels.chunks(CHUNK).enumerate() {
        let first = bench.seed.wrapping_add((index * CHUNK) as u64);
        let seeds = (0..chunk.len() as u64).map(|n| first.wrapping_add(n));
        let seeds: Vec<u64> = seeds.collect();
        let emotions: Vec<_> = chunk.iter().map(|emotion| emotion.weights()).collect();
        faces.extend(grey_faces(generator.faces(&seeds, &emotions)).await?);
    }
    Ok(faces)
}

/// At most `count` entries, evenly spread.
fn spread(indices: &[usize], count: usize) -> Vec<usize> {
    let step = indices.len().div_ceil(count.max(1)).max(1);
    indices.iter().copied().step_by(step).collect()
}

impl EvalReport {
    /// The figures that a manifest carries.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let overlap = &self.generated.overlap;
        let mut metrics: BTreeMap<String, f64> = [
            ("faces", self.faces as f64),
            ("classifier_accuracy", self.classifier_on_real.accuracy()),
            ("label_accuracy", self.classifier_on_generated.accuracy()),
            ("frechet_distance", self.generated.frechet_distance),
            ("frechet_distance_baseline", self.baseline.frechet_distance),
            (
                "kernel_distance_x1000",
                self.generated.kernel_distance_x1000.mean,
            ),
            (
                "kernel_distance_baseline_x1000",
                self.baseline.kernel_distance_x1000.mean,
            ),
            ("precision", overlap.precision),
            ("recall", overlap.recall),
            ("density", overlap.density),
            ("coverage", overlap.coverage),
            ("power_below_3_pixels", self.band_power.0[3]),
            ("memorisation_median", self.memorisation.median),
            ("mode_collapse_median", self.mode_collapse.median),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some(gan_train) = &self.gan_train {
            let share = gan_train.trained_on_generated / gan_train.trained_on_real;
            metrics.insert("gan_train_share".to_owned(), share);
        }
        metrics
    }
}
