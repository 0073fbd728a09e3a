//! What real images go through so that none is seen twice alike: turned, scaled, moved, mirrored and re-lit; a classifier's are
//! partly covered, too.

use std::f32::consts::PI;
use std::sync::LazyLock;

use model_core::pixels::{IMAGE_SIDE, to_signed};
use rand_chacha::ChaCha8Rng;
use rand_core::RngCore;

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
/// Lobes of Lanczos's kernel on each side, each a pixel wide.
const LOBES: usize = 5;
/// Pixels along each axis that a value between them is made of.
const TAPS: usize = 2 * LOBES;
/// Parts of a pixel that are told apart.
const STEPS: usize = 256;
/// Side of the covered square, in pixels.
const COVER_SIDE: usize = 12;

/// Appends an augmented copy of a grey image in the networks' range, [-1, 1]; a strength of 1 goes as far as it may, one of 0
/// leaves the image as it is.
pub fn push_augmented(
    image: &[u8],
    mirrored: bool,
    strength: f32,
    rng: &mut ChaCha8Rng,
    pixels: &mut Vec<f32>,
) {
    let centre = (IMAGE_SIDE as f32 - 1.0) / 2.0;
    let mut up_to = |most: f32| strength * most * signed_unit(rng);
    let (sine, cosine) = up_to(MAX_TURN).sin_cos();
    let scale = 1.0 + up_to(MAX_SCALE);
    let mirror = if mirrored { -1.0 } else { 1.0 };
    let (shift_x, shift_y) = (up_to(MAX_SHIFT), up_to(MAX_SHIFT));
    let contrast = 1.0 + up_to(MAX_CONTRAST);
    let brightness = up_to(MAX_BRIGHTNESS);
    let levels: Vec<f32> = image.iter().map(|&grey| to_signed(grey)).collect();
    for y in 0..IMAGE_SIDE {
        for x in 0..IMAGE_SIDE {
            let (across, down) = (mirror * (x as f32 - centre), y as f32 - centre);
            let from_x = scale * (cosine * across - sine * down) + centre + shift_x;
            let from_y = scale * (sine * across + cosine * down) + centre + shift_y;
            let lit = contrast * sample(&levels, from_x, from_y) + brightness;
            pixels.push(lit.clamp(-1.0, 1.0));
        }
    }
}

/// A number between -1 and 1, all equally likely.
fn signed_unit(rng: &mut ChaCha8Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1u32 << 23) as f32 - 1.0
}

/// The value between pixels, by Lanczos's kernel: a cubic takes enough of the finest detail away to show in how far augmented
/// images are from real ones. Beyond the border the image is mirrored.
fn sample(image: &[f32], x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (taps(x - left), taps(y - top));
    let place = |first: f32, tap: usize| within(first as i32 + tap as i32 + 1 - LOBES as i32);
    let columns: [usize; TAPS] = std::array::from_fn(|tap| place(left, tap));
    let mut sum = 0.0;
    for (tap, weight) in down.iter().enumerate() {
        let row = place(top, tap) * IMAGE_SIDE;
        let line = columns.map(|column| image[row + column]);
        let along = line
            .iter()
            .zip(across)
            .map(|(level, weight)| level * weight);
        sum += weight * along.sum::<f32>();
    }
    sum
}

/// What the pixels around a place count for, that lies so far behind the one in the middle, 0 to 1.
fn taps(part: f32) -> &'static [f32; TAPS] {
    static TABLE: LazyLock<Vec<[f32; TAPS]>> = LazyLock::new(|| {
        (0..=STEPS)
            .map(|step| lanczos(step as f32 / STEPS as f32))
            .collect()
    });
    &TABLE[(part * STEPS as f32).round() as usize]
}

/// The kernel at the places of the taps; its weights add up to 1.
fn lanczos(part: f32) -> [f32; TAPS] {
    let sinc = |x: f32| match x {
        0.0 => 1.0,
        x if x.fract() == 0.0 => 0.0,
        x => (PI * x).sin() / (PI * x),
    };
    let weights: [f32; TAPS] = std::array::from_fn(|tap| {
        let distance = part - (tap as f32 + 1.0 - LOBES as f32);
        match distance.abs() < LOBES as f32 {
            true => sinc(distance) * sinc(distance / LOBES as f32),
            false => 0.0,
        }
    });
    let sum: f32 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// A line or column of the image, for one that may lie beyond its border.
fn within(place: i32) -> usize {
    let side = IMAGE_SIDE as i32;
    let mirrored = match place {
        ..0 => -1 - place,
        place if place >= side => 2 * side - 1 - place,
        place => place,
    };
    mirrored.clamp(0, side - 1) as usize
}

/// Greys out a square in half of all images.
pub fn cover_half(pixels: &mut [f32], rng: &mut ChaCha8Rng) {
    if rng.next_u32() & 1 == 1 {
        cover(pixels, rng);
    }
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
    use crate::metrics::bands::BandPower;
    use dataset::synthetic;
    use model_core::pixels::{IMAGE_PIXELS, to_grey};
    use rand_core::SeedableRng;

    #[test]
    fn a_sample_is_the_pixel_where_there_is_one_and_goes_straight_along_a_slope() {
        let image: Vec<f32> = (0..IMAGE_PIXELS)
            .map(|pixel| (2 * (pixel % IMAGE_SIDE) + pixel / IMAGE_SIDE) as f32 / 127.5 - 1.0)
            .collect();
        let at = |x: f32, y: f32| (2.0 * x + y) / 127.5 - 1.0;
        for (x, y, error) in [(8.0, 9.0, 1e-6), (8.5, 9.0, 1e-5), (20.25, 30.75, 1e-3)] {
            assert!((sample(&image, x, y) - at(x, y)).abs() < error, "{x} {y}");
        }
        assert_eq!(sample(&image, -2.0, 0.0), sample(&image, 1.0, 0.0));
        assert_eq!(sample(&image, 0.0, 48.0), sample(&image, 0.0, 47.0));
    }

    fn image() -> Vec<u8> {
        (0..IMAGE_PIXELS).map(|pixel| (pixel % 251) as u8).collect()
    }

    fn augmented(mirrored: bool, strength: f32, seed: u64) -> Vec<f32> {
        let (mut rng, mut pixels) = (ChaCha8Rng::seed_from_u64(seed), Vec::new());
        push_augmented(&image(), mirrored, strength, &mut rng, &mut pixels);
        pixels
    }

    #[test]
    fn a_seed_warps_alike_and_another_does_not() {
        assert_eq!(augmented(false, 1.0, 1), augmented(false, 1.0, 1));
        assert_ne!(augmented(false, 1.0, 1), augmented(false, 1.0, 2));
        assert!(
            augmented(true, 1.0, 1)
                .iter()
                .all(|level| level.abs() <= 1.0)
        );
    }

    #[test]
    fn no_strength_leaves_the_image_or_mirrors_it() {
        let plain: Vec<f32> = image().iter().map(|&grey| to_signed(grey)).collect();
        assert_eq!(augmented(false, 0.0, 1), plain);
        let mirror = plain.chunks(IMAGE_SIDE).flat_map(|row| row.iter().rev());
        assert_eq!(augmented(true, 0.0, 1), mirror.copied().collect::<Vec<_>>());
    }

    #[test]
    fn augmented_images_keep_detail_of_every_size() {
        let faces = synthetic(100, 3);
        let images: Vec<&[u8]> = (0..faces.len()).map(|index| faces.image(index)).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let augmented: Vec<Vec<u8>> = images
            .iter()
            .map(|image| {
                let mut pixels = Vec::new();
                push_augmented(image, false, 0.6, &mut rng, &mut pixels);
                pixels.into_iter().map(to_grey).collect()
            })
            .collect();
        let augmented: Vec<&[u8]> = augmented.iter().map(Vec::as_slice).collect();
        let BandPower(bands) = BandPower::of(&augmented, &images);
        println!("detail of augmented images beside the others': {bands:.3?}");
        assert!(
            bands.iter().all(|band| (0.8..1.1).contains(band)),
            "{bands:?}"
        );
    }

    #[test]
    fn half_of_the_images_are_covered() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let covered = (0..400).filter(|_| {
            let mut pixels = vec![0.5; IMAGE_PIXELS];
            cover_half(&mut pixels, &mut rng);
            let grey = pixels.iter().filter(|&&level| level == 0.0).count();
            assert!([0, COVER_SIDE * COVER_SIDE].contains(&grey));
            grey > 0
        });
        assert!((150..250).contains(&covered.count()));
    }
}
