//! `overfitting`: whether a discriminator knows the training images by heart.
//!
//! One that does tells training images from generated ones by heart, too, and a generator learns nothing from it.

use burn::tensor::Device;
use model_core::discriminator::{Discriminator, DiscriminatorOutput};
use model_core::emotion::Emotion;
use model_core::generator::emotion_rows;
use serde::Serialize;

use crate::grid::signed_images;

/// Images looked at in one pass; what is left over at the end is left out, because some discriminators see groups only.
const CHUNK: usize = 64;

/// What a discriminator says of a set of images.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Answers {
    /// Mean realism, whatever the labels: the larger, the surer of "real".
    pub realism: f64,
    /// Share of images whose label it likes best, 0 to 1.
    pub label_accuracy: f64,
}

/// Its answers to images that it learned from, to others, and to generated ones.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Overfitting {
    pub training: Answers,
    pub held_out: Answers,
    pub generated: Answers,
}

impl Overfitting {
    /// 0 where held-out images are as real as training images, 1 where they are no more so than generated ones (r_v of
    /// Karras et al. 2020).
    pub fn share(&self) -> f64 {
        let lost = self.training.realism - self.held_out.realism;
        lost / (self.training.realism - self.generated.realism)
    }
}

/// Asks a discriminator about images of 48x48 grey bytes, each under its label.
pub fn answers(
    discriminator: &Discriminator,
    images: &[&[u8]],
    labels: &[Emotion],
    device: &Device,
) -> anyhow::Result<Answers> {
    let chunks = images.chunks_exact(CHUNK).zip(labels.chunks_exact(CHUNK));
    let count = chunks.len() * CHUNK;
    anyhow::ensure!(
        count > 0,
        "{} images are too few to ask a discriminator about: expected at least {CHUNK}",
        images.len()
    );
    let (mut realism, mut right) = (0.0, 0);
    for (images, labels) in chunks {
        let rows: Vec<_> = labels.iter().map(|label| label.weights()).collect();
        let output =
            discriminator.forward(signed_images(images, device), emotion_rows(&rows, device));
        realism += f64::from(output.realism.clone().sum().into_scalar::<f32>()); // sync
        let pairs = liked(output).into_iter().zip(labels);
        right += pairs
            .filter(|(liked, label)| *liked == label.index() as i64)
            .count();
    }
    Ok(Answers {
        realism: realism / count as f64,
        label_accuracy: right as f64 / count as f64,
    })
}

/// The label that each image would pass best under.
fn liked(output: DiscriminatorOutput) -> Vec<i64> {
    let best = output
        .by_label()
        .map(|by_label| by_label.argmax(1).into_data());
    best.map_or(Vec::new(), |best| best.iter::<i64>().collect())
}
