//! What a classifier sees in images.

use burn::module::Module;
use burn::tensor::Device;
use model_core::classifier::Classifier;
use model_core::emotion::Emotion;
use model_core::reading::{ReadError, numbers};

use crate::faces::signed_images;

/// Images classified in one pass.
const CHUNK: usize = 128;

/// What a classifier says of a set of images.
pub struct Predictions {
    /// The emotion seen in each image.
    pub labels: Vec<Emotion>,
    /// The features of each image, one row per image.
    pub features: Vec<Vec<f32>>,
}

/// What the classifier sees in grey images of 48x48 bytes each, and at their mirror images: a face and its mirror image show the
/// same emotion, so the classifier decides by the mean of both.
pub async fn predict(classifier: &Classifier, images: &[&[u8]]) -> Result<Predictions, ReadError> {
    let device = classifier
        .devices()
        .first()
        .cloned()
        .unwrap_or_else(Device::flex);
    let mut predictions = Predictions {
        labels: Vec::with_capacity(images.len()),
        features: Vec::with_capacity(images.len()),
    };
    for chunk in images.chunks(CHUNK) {
        let faces = signed_images(chunk, &device);
        let output = classifier.forward(faces.clone());
        let mirrored = classifier.forward(faces.flip([3]));
        let logits = numbers(output.logits + mirrored.logits).await?;
        let labels = logits.chunks_exact(Emotion::COUNT).filter_map(likeliest);
        predictions.labels.extend(labels);
        let features = (output.features + mirrored.features).mul_scalar(0.5);
        let width = features.dims()[1];
        let values = numbers(features).await?;
        let rows = values.chunks_exact(width).map(<[f32]>::to_vec);
        predictions.features.extend(rows);
    }
    Ok(predictions)
}

/// The emotion of the largest of seven logits.
pub fn likeliest(logits: &[f32]) -> Option<Emotion> {
    let pairs = Emotion::ALL.into_iter().zip(logits);
    pairs
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map(|(emotion, _)| emotion)
}
