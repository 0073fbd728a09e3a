//! Differentiable augmentation (Zhao et al. 2020): what the discriminator sees, real or generated,
//! is moved, re-lit and partly covered, so that it cannot learn the training images by heart.
//!
//! Everything random is drawn on the CPU from the batch's own generator; what reaches the device are
//! small matrices, so gradients flow through plain products.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::pixels::IMAGE_SIDE;
use rand_chacha::ChaCha8Rng;
use rand_core::RngCore;

/// Largest shift, in pixels: an eighth of the side.
const MAX_SHIFT: i64 = IMAGE_SIDE as i64 / 8;
/// Largest change of brightness, in the range [-1, 1] of pixels.
const MAX_BRIGHTNESS: f32 = 0.25;
/// Contrast is scaled by a factor of 1 plus or minus this.
const MAX_CONTRAST: f32 = 0.25;
/// Side of the covered square, in pixels: a third of the side.
const CUTOUT_SIDE: i64 = IMAGE_SIDE as i64 / 3;

/// One drawn augmentation per image of a batch.
pub struct Augmentation {
    /// `[B, 48, 48]`: picks the row that lands on each row.
    rows: Tensor<3>,
    /// `[B, 48, 48]`: picks the column that lands on each column.
    columns: Tensor<3>,
    /// `[B, 1, 1]`
    contrast: Tensor<3>,
    /// `[B, 1, 1]`
    brightness: Tensor<3>,
    /// `[B, 48, 48]`: 0 where the image is covered.
    mask: Tensor<3>,
}

impl Augmentation {
    /// Draws an augmentation for `batch` images, of which this share changes.
    pub fn draw(batch: usize, share: f64, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let area = IMAGE_SIDE * IMAGE_SIDE;
        let (mut rows, mut columns) = (vec![0.0; batch * area], vec![0.0; batch * area]);
        let mut mask = vec![1.0; batch * area];
        let (mut contrast, mut brightness) = (Vec::new(), Vec::new());
        for image in 0..batch {
            let part = image * area..(image + 1) * area;
            if share < 1.0 && unit(rng) >= share {
                fill_shift(&mut rows[part.clone()], 0, true);
                fill_shift(&mut columns[part], 0, false);
                contrast.push(1.0);
                brightness.push(0.0);
                continue;
            }
            fill_shift(&mut rows[part.clone()], symmetric(rng, MAX_SHIFT), true);
            fill_shift(&mut columns[part.clone()], symmetric(rng, MAX_SHIFT), false);
            cover(&mut mask[part], rng);
            contrast.push(1.0 + MAX_CONTRAST * signed_unit(rng));
            brightness.push(MAX_BRIGHTNESS * signed_unit(rng));
        }
        let square = |values| {
            Tensor::from_data(
                TensorData::new(values, [batch, IMAGE_SIDE, IMAGE_SIDE]),
                device,
            )
        };
        let scalar = |values| Tensor::from_data(TensorData::new(values, [batch, 1, 1]), device);
        Self {
            rows: square(rows),
            columns: square(columns),
            contrast: scalar(contrast),
            brightness: scalar(brightness),
            mask: square(mask),
        }
    }

    /// The first half of what was drawn, applied to real images alone.
    ///
    /// # Shapes
    /// - images `[B / 2, 1, 48, 48]`, B as drawn
    /// - output `[B / 2, 1, 48, 48]`
    pub fn apply_to_real(&self, images: Tensor<4>) -> Tensor<4> {
        self.part(0, images.dims()[0]).apply(images)
    }

    /// The second half of what was drawn, applied to generated faces alone.
    ///
    /// # Shapes
    /// As [`Self::apply_to_real`].
    pub fn apply_to_generated(&self, images: Tensor<4>) -> Tensor<4> {
        let half = images.dims()[0];
        self.part(half, half).apply(images)
    }

    fn part(&self, start: usize, length: usize) -> Self {
        let part = |tensor: &Tensor<3>| tensor.clone().narrow(0, start, length);
        Self {
            rows: part(&self.rows),
            columns: part(&self.columns),
            contrast: part(&self.contrast),
            brightness: part(&self.brightness),
            mask: part(&self.mask),
        }
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]`, B as drawn
    /// - output `[B, 1, 48, 48]`
    pub fn apply(&self, images: Tensor<4>) -> Tensor<4> {
        let [batch, ..] = images.dims();
        let flat = images.reshape([batch, IMAGE_SIDE, IMAGE_SIDE]);
        let lit = flat * self.contrast.clone() + self.brightness.clone();
        let moved = self.rows.clone().matmul(lit).matmul(self.columns.clone());
        (moved * self.mask.clone()).reshape([batch, 1, IMAGE_SIDE, IMAGE_SIDE])
    }
}

/// Writes the matrix that shifts by `shift` pixels, filling with mid-grey: as a left factor it
/// moves rows, as a right factor columns.
fn fill_shift(matrix: &mut [f32], shift: i64, left: bool) {
    let side = IMAGE_SIDE as i64;
    for to in 0..side {
        let from = to - shift;
        if (0..side).contains(&from) {
            let (row, column) = if left { (to, from) } else { (from, to) };
            matrix[(row * side + column) as usize] = 1.0;
        }
    }
}

/// Zeroes a square whose centre lies anywhere in the image.
fn cover(mask: &mut [f32], rng: &mut ChaCha8Rng) {
    let side = IMAGE_SIDE as i64;
    let centre = |rng: &mut ChaCha8Rng| (u64::from(rng.next_u32()) % IMAGE_SIDE as u64) as i64;
    let (row, column) = (centre(rng), centre(rng));
    let span = |middle: i64| {
        let start = middle - CUTOUT_SIDE / 2;
        start.max(0)..(start + CUTOUT_SIDE).min(side)
    };
    for y in span(row) {
        for x in span(column) {
            mask[(y * side + x) as usize] = 0.0;
        }
    }
}

/// Uniform whole number in [-limit, limit].
fn symmetric(rng: &mut ChaCha8Rng, limit: i64) -> i64 {
    (u64::from(rng.next_u32()) % (2 * limit as u64 + 1)) as i64 - limit
}

/// Uniform in [0, 1).
fn unit(rng: &mut ChaCha8Rng) -> f64 {
    f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}

/// Uniform in [-1, 1).
pub(crate) fn signed_unit(rng: &mut ChaCha8Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1u32 << 23) as f32 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::SeedableRng;

    #[test]
    fn a_share_of_the_images_changes_and_the_others_stay_as_they_are() {
        let device = Device::flex();
        let changed = |share: f64| {
            let mut rng = ChaCha8Rng::seed_from_u64(4);
            let augmentation = Augmentation::draw(400, share, &mut rng, &device);
            let images = Tensor::<4>::full([400, 1, IMAGE_SIDE, IMAGE_SIDE], 0.5, &device);
            let seen: Vec<f32> = augmentation
                .apply(images)
                .into_data()
                .iter::<f32>()
                .collect();
            let images = seen.chunks_exact(IMAGE_SIDE * IMAGE_SIDE);
            images
                .filter(|image| image.iter().any(|&pixel| pixel != 0.5))
                .count()
        };
        assert_eq!(changed(0.0), 0);
        assert_eq!(changed(1.0), 400);
        assert!((90..=150).contains(&changed(0.3)), "{}", changed(0.3));
    }

    #[test]
    fn a_shift_matrix_moves_rows_down_and_columns_right() {
        let mut down = vec![0.0; IMAGE_SIDE * IMAGE_SIDE];
        fill_shift(&mut down, 2, true);
        // Row 2 of the product is row 0 of the image.
        assert_eq!(down[2 * IMAGE_SIDE], 1.0);
        assert!(down[..2 * IMAGE_SIDE].iter().all(|&value| value == 0.0));
        let mut right = vec![0.0; IMAGE_SIDE * IMAGE_SIDE];
        fill_shift(&mut right, 2, false);
        assert_eq!(right[2], 1.0);
    }
}
