//! What a classifier's training images go through: turned, scaled, moved, mirrored, re-lit and partly
//! covered, so that no image is seen twice alike.

use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_signed};
use rand_chacha::ChaCha8Rng;
use rand_core::RngCore;

use crate::augment::signed_unit;

/// Largest turn, in radians: about 10 degrees.
const MAX_TURN: f32 = 0.17;
/// Size is scaled by a factor of 1 plus or minus this.
const MAX_SCALE: f32 = 0.1;
/// Largest shift, in pixels.
const MAX_SHIFT: f32 = 3.0;
/// Contrast is scaled by a factor of 1 plus or minus this.
const MAX_CONTRAST: f32 = 0.3;
/// Largest change of brightness, in the range [-1, 1] of pixels.
const MAX_BRIGHTNESS: f32 = 0.2;
/// Side of the covered square, in pixels; half of all images have one.
const COVER_SIDE: usize = 12;

/// Appends a warped copy of a grey image in the networks' range.
pub fn push_warped(image: &[u8], rng: &mut ChaCha8Rng, pixels: &mut Vec<f32>) {
    let centre = (IMAGE_SIDE as f32 - 1.0) / 2.0;
    let (sine, cosine) = (MAX_TURN * signed_unit(rng)).sin_cos();
    let scale = 1.0 + MAX_SCALE * signed_unit(rng);
    let mirror = if rng.next_u32() & 1 == 1 { -1.0 } else { 1.0 };
    let (shift_x, shift_y) = (MAX_SHIFT * signed_unit(rng), MAX_SHIFT * signed_unit(rng));
    let contrast = 1.0 + MAX_CONTRAST * signed_unit(rng);
    let brightness = MAX_BRIGHTNESS * signed_unit(rng);
    let start = pixels.len();
    for y in 0..IMAGE_SIDE {
        for x in 0..IMAGE_SIDE {
            let (across, down) = (mirror * (x as f32 - centre), y as f32 - centre);
            let from_x = scale * (cosine * across - sine * down) + centre + shift_x;
            let from_y = scale * (sine * across + cosine * down) + centre + shift_y;
            pixels.push(contrast * sample(image, from_x, from_y) + brightness);
        }
    }
    if rng.next_u32() & 1 == 1 {
        cover(&mut pixels[start..start + IMAGE_PIXELS], rng);
    }
}

/// Bilinear sample in [-1, 1]; beyond the border the border's pixels go on.
fn sample(image: &[u8], x: f32, y: f32) -> f32 {
    let last = (IMAGE_SIDE - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = (
        (left + 1).min(IMAGE_SIDE - 1),
        (top + 1).min(IMAGE_SIDE - 1),
    );
    let at = |column: usize, row: usize| to_signed(image[row * IMAGE_SIDE + column]);
    let (part_x, part_y) = (x - left as f32, y - top as f32);
    let upper = at(left, top) + part_x * (at(right, top) - at(left, top));
    let lower = at(left, bottom) + part_x * (at(right, bottom) - at(left, bottom));
    upper + part_y * (lower - upper)
}

/// Greys out a square.
fn cover(pixels: &mut [f32], rng: &mut ChaCha8Rng) {
    let start = |rng: &mut ChaCha8Rng| rng.next_u32() as usize % (IMAGE_SIDE - COVER_SIDE + 1);
    let (left, top) = (start(rng), start(rng));
    for row in pixels
        .chunks_exact_mut(IMAGE_SIDE)
        .skip(top)
        .take(COVER_SIDE)
    {
        row[left..left + COVER_SIDE].fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::SeedableRng;

    #[test]
    fn a_sample_lies_between_its_four_pixels() {
        let mut image = vec![0; IMAGE_PIXELS];
        image[1] = 255;
        assert_eq!(sample(&image, 0.0, 0.0), -1.0);
        assert_eq!(sample(&image, 0.5, 0.0), 0.0);
        assert_eq!(sample(&image, 1.0, 0.5), 0.0);
        assert_eq!(sample(&image, -9.0, 99.0), -1.0, "the border goes on");
    }

    #[test]
    fn a_seed_warps_alike_and_another_does_not() {
        let image: Vec<u8> = (0..IMAGE_PIXELS).map(|pixel| (pixel % 251) as u8).collect();
        let warped = |seed| {
            let mut pixels = Vec::new();
            push_warped(&image, &mut ChaCha8Rng::seed_from_u64(seed), &mut pixels);
            pixels
        };
        assert_eq!(warped(1), warped(1));
        assert_ne!(warped(1), warped(2));
        assert_eq!(warped(1).len(), IMAGE_PIXELS);
    }
}
