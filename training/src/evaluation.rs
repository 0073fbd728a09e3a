//! `eval`: how good a bundle's faces are, in figures that a command can remake.
//!
//! Every figure of generated faces stands beside the same figure of real training images: the
//! real-against-real baseline. Held-out images that stand in the training split too must have been dropped before.

use std::collections::BTreeMap;

use burn::tensor::Device;
use model_core::bundle::Bundle;
use model_core::discriminator::Discriminator;
use model_core::emotion::Emotion;
use model_core::reading::ReadError;
use serde::Serialize;

use crate::bench::Bench;
use crate::gan_train::GanTrain;
use crate::metrics::bands::BandPower;
use crate::metrics::confusion::Confusion;
use crate::metrics::frechet::frechet_distance;
use crate::metrics::kernel::{KernelDistance, kernel_distance_of_subsets};
use crate::metrics::likeness::{Likeness, Pair, likeness, mirrored, pairs};
use crate::metrics::manifold::{Overlap, overlap};
use crate::metrics::overfitting::{self, Overfitting};
use crate::predictions::{Predictions, predict};
use dataset::{Dataset, Split};

/// Faces that are looked up among all training images and their mirror images.
const LOOKED_UP: usize = 1000;

/// How one sample lies to the held-out real images, in the classifier's features.
#[derive(Debug, Clone, Serialize)]
pub struct Distances {
    pub frechet_distance: f64,
    /// Times 1000.
    pub kernel_distance_x1000: KernelDistance,
    #[serde(flatten)]
    pub overlap: Overlap,
}

/// The figures of one evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct EvalReport {
    /// Held-out real images, and as many generated faces with the same labels.
    pub faces: usize,
    /// How many of the held-out images each split has.
    pub held_out: BTreeMap<&'static str, usize>,
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
    let held_out = bench.held_out()?;
    let labels: Vec<Emotion> = held_out.iter().map(|&index| dataset.label(index)).collect();
    let fakes = bench.generate(bundle, &labels).await?;
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
        held_out: by_split(dataset, &held_out),
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

/// Asks a discriminator about training images, held-out ones and faces that are asked for with the latter's labels.
pub async fn overfitting(
    bundle: &Bundle,
    discriminator: &Discriminator,
    bench: &Bench<'_>,
) -> anyhow::Result<Overfitting> {
    let dataset = bench.dataset;
    let held_out = bench.held_out()?;
    let labels_of = |indices: &[usize]| -> Vec<Emotion> {
        indices.iter().map(|&index| dataset.label(index)).collect()
    };
    let ask = async |images: &[&[u8]], labels: &[Emotion]| {
        overfitting::answers(discriminator, images, labels, bench.device).await
    };
    let real =
        async |indices: &[usize]| ask(&dataset.images_of(indices), &labels_of(indices)).await;
    let labels = labels_of(&held_out);
    let faces = bench.generate(bundle, &labels).await?;
    let faces: Vec<&[u8]> = faces.iter().map(Vec::as_slice).collect();
    let training = spread(&dataset.indices(Split::Training), held_out.len());
    Ok(Overfitting {
        training: real(&training).await?,
        held_out: real(&held_out).await?,
        generated: ask(&faces, &labels).await?,
    })
}

/// How many of some images each split has.
fn by_split(dataset: &Dataset, images: &[usize]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for &image in images {
        *counts.entry(dataset.split(image).name()).or_default() += 1;
    }
    counts
}

/// At most `count` entries, evenly spread.
fn spread(indices: &[usize], count: usize) -> Vec<usize> {
    let step = indices.len().div_ceil(count.max(1)).max(1);
    indices.iter().copied().step_by(step).collect()
}

impl EvalReport {
    /// The figures that a manifest carries, and the names of those left out because they are no numbers.
    pub fn recorded(&self) -> (BTreeMap<String, f64>, Vec<String>) {
        let (numbers, others): (BTreeMap<_, _>, BTreeMap<_, _>) = self
            .metrics()
            .into_iter()
            .partition(|(_, value)| value.is_finite());
        (numbers, others.into_keys().collect())
    }

    fn metrics(&self) -> BTreeMap<String, f64> {
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
            metrics.insert("gan_train_share".to_owned(), gan_train.share());
        }
        metrics
    }
}
