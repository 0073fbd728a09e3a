//! Between grey bytes and tensors, and the faces of a run's grids.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_grey, to_signed};
use model_core::reading::{ReadError, numbers};

/// Faces per emotion in the grids of a run: latents of the seeds 0 to 15.
pub const COLUMNS: usize = 16;

/// Faces `[B, 1, 48, 48]` as grey bytes, one list per face.
pub async fn grey_faces(faces: Tensor<4>) -> Result<Vec<Vec<u8>>, ReadError> {
    let values = numbers(faces).await?;
    let grey = |face: &[f32]| face.iter().map(|&value| to_grey(value)).collect();
    Ok(values.chunks_exact(IMAGE_PIXELS).map(grey).collect())
}

/// Grey images of 48x48 bytes each in the networks' range, `[B, 1, 48, 48]`.
pub fn signed_images(images: &[&[u8]], device: &Device) -> Tensor<4> {
    let pixels: Vec<f32> = images
        .iter()
        .copied()
        .flatten()
        .map(|&grey| to_signed(grey))
        .collect();
    let shape = [images.len(), 1, IMAGE_SIDE, IMAGE_SIDE];
    Tensor::from_data(TensorData::new(pixels, shape), device)
}

/// The faces of a grid: one row per emotion with the same people in every row, seeds 0 to `columns - 1`.
pub async fn grid(generator: &Generator, columns: usize) -> Result<Vec<Vec<u8>>, ReadError> {
    let seeds: Vec<u64> = (0..columns as u64).collect();
    let mut faces = Vec::with_capacity(Emotion::COUNT * columns);
    for emotion in Emotion::ALL {
        let row = generator.faces(&seeds, &vec![emotion.weights(); columns]);
        faces.extend(grey_faces(row).await?);
    }
    Ok(faces)
}
