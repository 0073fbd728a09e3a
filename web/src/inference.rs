//! From an order to pixels: knows no browser and no backend.

use burn::tensor::{ExecutionError, Tensor, TensorData};
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use model_core::pixels::to_grey;

use crate::protocol::Recipe;

/// The device could not make the faces.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    #[error("the device reported: {0}")]
    Device(String),
    #[error("the device returned no 32-bit numbers: {0}")]
    Numbers(String),
}

/// Makes one face per recipe: their grey bytes, face after face.
///
/// Reads back without blocking: a browser's GPU can be read in no other way.
pub async fn draw(generator: &Generator, recipes: &[Recipe]) -> Result<Vec<u8>, InferenceError> {
    let device = generator.device();
    let size = generator.latent_size();
    let z: Vec<f32> = recipes
        .iter()
        .flat_map(|recipe| point(recipe, size))
        .collect();
    let z = Tensor::from_data(TensorData::new(z, [recipes.len(), size]), &device);
    let weights: Vec<_> = recipes.iter().map(|recipe| recipe.weights).collect();
    let faces = generator.forward(z, emotion_rows(&weights, &device)); // [recipes, 1, 48, 48]
    let data = faces.into_data_async().await.map_err(device_error)?;
    to_bytes(&data)
}

/// The recipe's point in latent space.
pub fn point(recipe: &Recipe, size: usize) -> Vec<f32> {
    let mut z = latent(recipe.seed, size);
    if let Some((seed, share)) = recipe.toward {
        z = between(&z, &latent(seed, size), share);
    }
    z.iter().map(|value| value * recipe.truncation).collect()
}

/// Spherical interpolation: a straight line between two latents would pass nearer to the origin than
/// any latent ever drawn, and the faces there look alike.
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
    let signed = data
        .as_slice::<f32>()
        .map_err(|error| InferenceError::Numbers(format!("{error:?}")))?;
    Ok(signed.iter().map(|&value| to_grey(value)).collect())
}

fn device_error(error: ExecutionError) -> InferenceError {
    InferenceError::Device(error.to_string())
}
