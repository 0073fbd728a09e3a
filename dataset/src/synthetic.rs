//! Faces drawn from a seed: a data set for tests, for a first run and for machines without FER2013.
//!
//! A face is an identity (build, skin, hair, glasses, beard), an expression and a scene (pose, light,
//! noise). Shapes are distances in face units: the origin lies between the eyes and the nose, x grows
//! to the right, y grows downwards, one unit is one pixel before the pose is applied. Only arithmetic
//! that IEEE 754 fixes to the bit is used, so a seed gives the same bytes on every machine.

mod canvas;
mod person;
mod portrait;

use model_core::emotion::Emotion;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use super::{Dataset, Split};

/// Of this many faces of an emotion in a row, the last two go to the two test splits: 80/10/10 %.
const SPLIT_CYCLE: usize = 10;

/// Enough faces for a short training to show its effect.
pub(crate) const STAND_IN_IMAGES: usize = 7_000;
pub(crate) const STAND_IN_SEED: u64 = 0;

/// What stands in for missing data.
pub fn stand_in() -> Dataset {
    synthetic(STAND_IN_IMAGES, STAND_IN_SEED)
}

/// Draws `images` faces in shuffled order, with equally many of each emotion (give or take one).
pub fn synthetic(images: usize, seed: u64) -> Dataset {
    let mut dataset = Dataset::new("synthetic");
    for face in shuffled(images, seed) {
        let emotion = Emotion::ALL[face % Emotion::COUNT];
        let split = match (face / Emotion::COUNT) % SPLIT_CYCLE {
            8 => Split::PublicTest,
            9 => Split::PrivateTest,
            _ => Split::Training,
        };
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        // Stream 0 shuffles; every face has its own, so that more images leave the first faces as they are.
        dice.0.set_stream(face as u64 + 1);
        dataset.push(&portrait::draw_face(emotion, &mut dice), emotion, split);
    }
    dataset
}

/// The numbers below `count` in random order (Fisher and Yates).
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, (rng.next_u64() % (last as u64 + 1)) as usize);
    }
    order
}

/// Random numbers in the forms that drawing needs.
struct Dice(ChaCha8Rng);

impl Dice {
    /// Uniform in [low, high).
    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.0.next_u32() >> 8) as f32 / (1 << 24) as f32)
    }

    fn chance(&mut self, probability: f32) -> bool {
        self.between(0.0, 1.0) < probability
    }

    /// Nearly N(0, 1): the sum of four bytes, less its mean, over its standard deviation.
    fn nearly_normal(&mut self) -> f32 {
        let sum: u32 = self
            .0
            .next_u32()
            .to_le_bytes()
            .into_iter()
            .map(u32::from)
            .sum();
        (sum as f32 - 510.0) / 147.8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::pixels::IMAGE_PIXELS;

    /// The mean image of each emotion in a split.
    fn class_means(dataset: &Dataset, split: Split) -> Vec<Vec<f32>> {
        let mut means = vec![vec![0.0; IMAGE_PIXELS]; Emotion::COUNT];
        let counts = dataset.counts()[split as usize];
        for index in dataset.indices(split) {
            let label = dataset.label(index).index();
            for (mean, grey) in means[label]
                .iter_mut()
                .zip(standardised(dataset.image(index)))
            {
                *mean += grey / counts[label] as f32;
            }
        }
        means
    }

    /// Mean 0 and variance 1, so that light and skin do not decide.
    fn standardised(image: &[u8]) -> Vec<f32> {
        let size = image.len() as f32;
        let mean = image.iter().map(|&grey| f32::from(grey)).sum::<f32>() / size;
        let variance = image
            .iter()
            .map(|&grey| (f32::from(grey) - mean).powi(2))
            .sum::<f32>()
            / size;
        image
            .iter()
            .map(|&grey| (f32::from(grey) - mean) / variance.sqrt().max(1.0))
            .collect()
    }

    fn nearest(image: &[f32], means: &[Vec<f32>]) -> usize {
        let distance = |mean: &[f32]| {
            image
                .iter()
                .zip(mean)
                .map(|(a, b)| (a - b).powi(2))
                .sum::<f32>()
        };
        (0..means.len())
            .min_by(|&a, &b| distance(&means[a]).total_cmp(&distance(&means[b])))
            .unwrap()
    }

    #[test]
    fn the_same_seed_draws_the_same_bytes() {
        assert_eq!(synthetic(70, 11), synthetic(70, 11));
        assert_ne!(synthetic(70, 11), synthetic(70, 12));
    }

    #[test]
    fn no_face_is_drawn_twice() {
        let dataset = synthetic(280, 0);
        let distinct: std::collections::HashSet<&[u8]> =
            (0..280).map(|index| dataset.image(index)).collect();
        assert_eq!(distinct.len(), 280);
    }

    #[test]
    fn emotions_are_balanced_and_splits_are_80_10_10() {
        assert_eq!(synthetic(700, 1).counts(), [[80; 7], [10; 7], [10; 7]]);
        assert_eq!(synthetic(10, 1).len(), 10);
        assert!(synthetic(0, 1).is_empty());
        assert!(synthetic(7, 1).counts()[0].iter().all(|&count| count == 1));
    }

    #[test]
    fn the_order_is_shuffled() {
        let dataset = synthetic(700, 1);
        let in_label_order = (1..700)
            .filter(|&i| dataset.label(i).index() == (dataset.label(i - 1).index() + 1) % 7);
        let count = in_label_order.count();
        assert!(
            count < 150,
            "{count} of 699 neighbours follow in label order, about 100 expected by chance"
        );
    }

    #[test]
    fn greys_are_neither_flat_nor_clipped() {
        let dataset = synthetic(140, 2);
        for index in 0..dataset.len() {
            let image = dataset.image(index);
            let clipped = image
                .iter()
                .filter(|&&grey| grey == 0 || grey == 255)
                .count();
            assert!(
                clipped < IMAGE_PIXELS / 2,
                "image {index}: {clipped} clipped pixels"
            );
            let range = image.iter().max().unwrap() - image.iter().min().unwrap();
            assert!(range > 60, "image {index}: greys span only {range}");
        }
    }

    #[test]
    fn expressions_can_be_told_apart_on_held_out_faces() {
        let dataset = synthetic(3500, 4);
        let means = class_means(&dataset, Split::Training);
        let held_out = dataset.indices(Split::PrivateTest);
        let is_right = |&&index: &&usize| {
            nearest(&standardised(dataset.image(index)), &means) == dataset.label(index).index()
        };
        let accuracy = held_out.iter().filter(is_right).count() as f32 / held_out.len() as f32;
        assert!(
            accuracy > 0.35,
            "nearest class mean is right in {accuracy}, chance is 0.14"
        );
    }
}
