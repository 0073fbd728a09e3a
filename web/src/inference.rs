//! From an order to pixels: knows no browser and no backend.

use burn::tensor::{ExecutionError, TensorData};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::to_grey;

/// The device could not make the faces.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    #[error("the device reported: {0}")]
    Device(String),
    #[error("the device returned no 32-bit numbers: {0}")]
    Numbers(String),
}

/// Makes `count` faces of one emotion from the seeds `seed`, `seed + 1`, ...: their grey bytes, face after face.
///
/// Reads back without blocking: a browser's GPU can be read in no other way.
pub async fn draw(
    generator: &Generator,
    emotion: Emotion,
    seed: u64,
    count: usize,
) -> Result<Vec<u8>, InferenceError> {
    let seeds: Vec<u64> = (0..count as u64).map(|n| seed.wrapping_add(n)).collect();
    let emotions = vec![emotion.weights(); count];
    let faces = generator.faces(&seeds, &emotions); // [count, 1, 48, 48]
    let data = faces.into_data_async().await.map_err(device_error)?;
    to_bytes(&data)
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
