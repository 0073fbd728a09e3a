//! `eval`: how good a bundle's faces are, in figures that a command can remake.

use std::collections::BTreeMap;
use std::fmt;

use burn::tensor::Device;
use model_core::bundle::Bundle;
use model_core::emotion::Emotion;
use serde::Serialize;

use crate::dataset::{Dataset, Split};
use crate::grid::grey_faces;
use crate::judge::Judge;
use crate::metrics::kernel::kernel_distance;
use crate::metrics::label_accuracy::{LabelAccuracy, label_accuracy};

/// Faces generated in one pass.
const CHUNK: usize = 64;

/// The figures of one evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct EvalReport {
    /// Held-out real images, and as many generated faces with the same labels.
    pub faces: usize,
    /// Seed of the first face.
    pub seed: u64,
    /// The judge on held-out real images: what the next figure is measured with.
    pub judge_accuracy: LabelAccuracy,
    /// The judge on generated faces.
    pub label_accuracy: LabelAccuracy,
    /// Generated faces against held-out real images, times 1000.
    pub kernel_distance: f64,
    /// Training images against held-out real images, times 1000: the floor.
    pub kernel_distance_floor: f64,
}

/// Compares generated faces with the held-out images (PublicTest and PrivateTest) of `dataset`, at most
/// `limit` of them, asking for exactly their labels.
pub fn evaluate(
    bundle: &Bundle,
    dataset: &Dataset,
    judge: &Judge,
    limit: usize,
    seed: u64,
    device: &Device,
) -> anyhow::Result<EvalReport> {
    let mut held_out = dataset.indices(Split::PrivateTest);
    held_out.extend(dataset.indices(Split::PublicTest));
    held_out.truncate(limit);
    anyhow::ensure!(
        held_out.len() >= 2,
        "eval needs held-out images, but the data set has {} in PublicTest and PrivateTest",
        held_out.len()
    );
    let labels: Vec<Emotion> = held_out.iter().map(|&index| dataset.label(index)).collect();
    let fakes = generate(bundle, &labels, seed, device)?;
    let training = spread(&dataset.indices(Split::Training), held_out.len());

    let images = |indices: &[usize]| {
        indices
            .iter()
            .map(|&index| dataset.image(index))
            .collect::<Vec<_>>()
    };
    let real = judge.look(&images(&held_out));
    let floor = judge.look(&images(&training));
    let fake = judge.look(&fakes.iter().map(Vec::as_slice).collect::<Vec<_>>());
    Ok(EvalReport {
        faces: held_out.len(),
        seed,
        judge_accuracy: label_accuracy(&labels, &real.labels),
        label_accuracy: label_accuracy(&labels, &fake.labels),
        kernel_distance: 1000.0 * kernel_distance(&real.features, &fake.features),
        kernel_distance_floor: 1000.0 * kernel_distance(&real.features, &floor.features),
    })
}

/// One face per label; face n has seed `seed + n`.
fn generate(
    bundle: &Bundle,
    labels: &[Emotion],
    seed: u64,
    device: &Device,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let generator = bundle.generator(device)?;
    let mut faces = Vec::with_capacity(labels.len());
    for (index, chunk) in labels.chunks(CHUNK).enumerate() {
        let first = seed + (index * CHUNK) as u64;
        let seeds: Vec<u64> = (first..first + chunk.len() as u64).collect();
        let emotions: Vec<_> = chunk.iter().map(|emotion| emotion.weights()).collect();
        faces.extend(grey_faces(generator.faces(&seeds, &emotions)));
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
        [
            ("judge_accuracy", self.judge_accuracy.overall),
            ("label_accuracy", self.label_accuracy.overall),
            ("kernel_distance_x1000", self.kernel_distance),
            ("kernel_distance_floor_x1000", self.kernel_distance_floor),
            ("faces", self.faces as f64),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

impl fmt::Display for EvalReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} generated faces against as many held-out real images",
            self.faces
        )?;
        writeln!(
            f,
            "kernel distance x 1000  {:.2}  (real against real: {:.2})",
            self.kernel_distance, self.kernel_distance_floor
        )?;
        writeln!(
            f,
            "{:<10}{:>20}{:>22}",
            "emotion", "judge on generated", "judge on real"
        )?;
        let percent = |share: Option<f64>| {
            share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
        };
        let rows = Emotion::ALL.map(|emotion| {
            let index = emotion.index();
            (
                emotion.name(),
                self.label_accuracy.per_emotion[index],
                self.judge_accuracy.per_emotion[index],
            )
        });
        let all = (
            "all",
            Some(self.label_accuracy.overall),
            Some(self.judge_accuracy.overall),
        );
        for (name, fake, real) in rows.into_iter().chain([all]) {
            writeln!(f, "{name:<10}{:>20}{:>22}", percent(fake), percent(real))?;
        }
        Ok(())
    }
}
