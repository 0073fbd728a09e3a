//! From parameters to pixels, and from pixels to shares of the emotions: knows no browser and no backend.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use model_core::classifier::Classifier;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_grey, to_signed};

use crate::protocol::FaceParameters;

/// The device could not make the faces.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    #[error("the device reported: {0}")]
    Device(String),
    #[error("the device returned no 32-bit numbers: {0}")]
    Numbers(String),
    #[error("the picture has {0} pixels: expected {IMAGE_PIXELS}")]
    Size(usize),
    #[error("the classifier returned {0} numbers: expected one per emotion")]
    Shares(usize),
}

/// Makes one face for each of the parameters: their grey bytes, face after face.
///
/// Reads back without blocking: a browser's GPU can be read in no other way.
pub async fn generate(
    generator: &Generator,
    parameters: &[FaceParameters],
) -> Result<Vec<u8>, InferenceError> {
    let device = generator.device();
    let size = generator.latent_size();
    let z: Vec<f32> = parameters
        .iter()
        .flat_map(|face| point(face, size))
        .collect();
    let z = Tensor::from_data(TensorData::new(z, [parameters.len(), size]), &device);
    let weights: Vec<_> = parameters.iter().map(|face| face.weights).collect();
    let faces = generator.forward(z, emotion_rows(&weights, &device)); // [faces, 1, 48, 48]
    let data = faces.into_data_async().await.map_err(device_error)?;
    to_bytes(&data)
}

/// What a classifier on `device` sees in a face of grey bytes: shares in label order, which add up to 1.
pub async fn classify(
    classifier: &Classifier,
    grey: &[u8],
    device: &Device,
) -> Result<[f32; Emotion::COUNT], InferenceError> {
    if grey.len() != IMAGE_PIXELS {
        return Err(InferenceError::Size(grey.len()));
    }
    let signed: Vec<f32> = grey.iter().map(|&grey| to_signed(grey)).collect();
    let face = TensorData::new(signed, [1, 1, IMAGE_SIDE, IMAGE_SIDE]);
    let logits = classifier.forward(Tensor::from_data(face, device)).logits; // [1, 7]
    let data = softmax(logits, 1)
        .into_data_async()
        .await
        .map_err(device_error)?;
    let shares = numbers(&data)?;
    shares
        .try_into()
        .map_err(|_| InferenceError::Shares(shares.len()))
}

/// A face's point in latent space.
pub fn point(face: &FaceParameters, size: usize) -> Vec<f32> {
    let mut z = latent(face.seed, size);
    if let Some((seed, share)) = face.toward {
        z = between(&z, &latent(seed, size), share);
    }
    z.iter().map(|value| value * face.truncation).collect()
}

/// Spherical interpolation: a straight line between two latents would pass nearer to the origin than
/// any latent ever sampled, and the faces there look alike.
fn between(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let lengths = (dot(from, from) * dot(to, to)).sqrt();
    let angle = (dot(from, to) / lengths.max(f32::MIN_POSITIVE))
        .clamp(-1.0, 1.0)
        .acos();
    let sine = angle.sin();
    // Parallel vectors have no arc between them, opposite ones too many.
    let (one, other) = match sine.abs() < 1e-3 {
        true => (1.0 - share, share),
        false => (
            ((1.0 - share) * angle).sin() / sine,
            (share * angle).sin() / sine,
        ),
    };
    from.iter()
        .zip(to)
        .map(|(a, b)| a * one + b * other)
        .collect()
}

/// The largest difference between two pictures, in grey levels; 255 when their sizes differ.
pub fn largest_difference(one: &[u8], other: &[u8]) -> u8 {
    if one.len() != other.len() {
        return u8::MAX;
    }
    let differences = one.iter().zip(other).map(|(a, b)| a.abs_diff(*b));
    differences.max().unwrap_or(0)
}

fn to_bytes(data: &TensorData) -> Result<Vec<u8>, InferenceError> {
    Ok(numbers(data)?.iter().map(|&value| to_grey(value)).collect())
}

fn numbers(data: &TensorData) -> Result<&[f32], InferenceError> {
    data.as_slice()
        .map_err(|error| InferenceError::Numbers(format!("{error:?}")))
}

fn device_error(error: ExecutionError) -> InferenceError {
    InferenceError::Device(error.to_string())
}
