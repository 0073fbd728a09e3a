//! `overfitting`: how much of what a discriminator tells real images by is memorised.
//!
//! Memorised training images are told from generated ones whatever these look like, and a generator learns nothing from it.

use burn::tensor::Device;
use model_core::discriminator::Discriminator;
use model_core::emotion::Emotion;
use model_core::reading::{ReadError, numbers};
use serde::Serialize;

use crate::faces::signed_images;
use crate::predictions::likeliest;

/// Images in one pass.
const CHUNK: usize = 64;

/// What a discriminator answers about a set of images, on average.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Answers {
    /// Mean unconditional logit: the larger, the surer of "real".
    pub unconditional_logit: f64,
    /// Share of images whose label is the likeliest of the seven, 0 to 1.
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
        let lost = self.training.unconditional_logit - self.held_out.unconditional_logit;
        lost / (self.training.unconditional_logit - self.generated.unconditional_logit)
    }
}

/// A discriminator's answers about images of 48x48 grey bytes, at least one.
pub async fn answers(
    discriminator: &Discriminator,
    images: &[&[u8]],
    labels: &[Emotion],
    device: &Device,
) -> Result<Answers, ReadError> {
    let (mut unconditional_logit, mut right) = (0.0, 0);
    for (images, labels) in images.chunks(CHUNK).zip(labels.chunks(CHUNK)) {
        let output = discriminator.forward(signed_images(images, device));
        let logits = numbers(output.unconditional_logit).await?;
        unconditional_logit += logits.iter().map(|&logit| f64::from(logit)).sum::<f64>();
        let by_label = numbers(output.label_logits).await?;
        right += by_label
            .chunks_exact(Emotion::COUNT)
            .filter_map(likeliest)
            .zip(labels)
            .filter(|(likeliest, label)| likeliest == *label)
            .count();
    }
    let count = images.len() as f64;
    Ok(Answers {
        unconditional_logit: unconditional_logit / count,
        label_accuracy: right as f64 / count,
    })
}
