//! GAN-train: how well a small classifier trained on generated faces does on real ones (Shmelkov et al. 2018).

use std::fmt;

use anyhow::Context;
use model_core::bundle::Bundle;
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;
use serde::Serialize;

use crate::bench::Bench;
use crate::classifier::{ClassifierOptions, ClassifierTrainer};
use crate::examination::{examine, examined_split};
use dataset::{Dataset, Split};

/// Width of the classifiers that are compared.
const WIDTH: usize = 16;

/// The accuracy of two small classifiers on held-out real images.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct GanTrain {
    pub trained_on_generated: f64,
    pub trained_on_real: f64,
    /// Images each of the two has seen.
    pub images: u64,
    /// The split of the held-out images.
    pub examined_on: &'static str,
}

impl GanTrain {
    /// How much of the accuracy by real faces generated ones bring; no number where real ones bring none.
    pub fn share(&self) -> f64 {
        self.trained_on_generated / self.trained_on_real
    }
}

/// Trains two small classifiers alike, one on as many generated faces as there are training images and with their
/// labels, one on the training images, and examines both.
pub async fn gan_train(
    bundle: &Bundle,
    bench: &Bench<'_>,
    images: u64,
) -> anyhow::Result<GanTrain> {
    let dataset = bench.dataset;
    let split = examined_split(dataset)?;
    let training = dataset.indices(Split::Training);
    let labels: Vec<Emotion> = training.iter().map(|&index| dataset.label(index)).collect();
    let mut generated = Dataset::new("generated");
    let faces = bench.generate(bundle, &labels).await?;
    for (face, &label) in faces.iter().zip(&labels) {
        let face: &[u8; IMAGE_PIXELS] = face.as_slice().try_into().context("a face's size")?;
        generated.push(face, label, Split::Training);
    }
    let accuracy_after = async |dataset: &Dataset| -> anyhow::Result<f64> {
        let options = ClassifierOptions {
            width: WIDTH,
            images,
            seed: bench.seed,
            from: None,
        };
        let mut trainer = ClassifierTrainer::new(options, dataset.clone(), bench.device)?;
        trainer.train(trainer.steps()).await?;
        let confusion = examine(&trainer.finish(), bench.dataset, split).await?;
        Ok(confusion.accuracy())
    };
    Ok(GanTrain {
        trained_on_generated: accuracy_after(&generated).await?,
        trained_on_real: accuracy_after(dataset).await?,
        images,
        examined_on: split.name(),
    })
}

impl fmt::Display for GanTrain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let share = match self.share() {
            share if share.is_finite() => format!("{} of it", percent(share)),
            _ => "no share of nothing".to_owned(),
        };
        write!(
            f,
            "{:<34}{:>14}{:>14}  ({share}; {} images seen; on {})",
            "GAN-train: accuracy on real",
            percent(self.trained_on_generated),
            percent(self.trained_on_real),
            self.images,
            self.examined_on
        )
    }
}
