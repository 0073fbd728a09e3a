//! `detail`: how much structure of each size the images hold, beside real ones. No classifier is asked: blur is too little
//! of the fine bands, noise and traces of the network's grid are too much.

use std::f64::consts::TAU;

use model_core::pixels::IMAGE_SIDE;
use serde::{Deserialize, Serialize};

/// Waves across an image at which a band ends: wavelengths above 12 pixels, 6 to 12, 3 to 6, and below 3.
const BAND_ENDS: [f64; 4] = [4.0, 8.0, 16.0, f64::INFINITY];
/// Bands of detail.
pub const BANDS: usize = BAND_ENDS.len();

/// Power in each band, as a share of another sample's: 1 is as much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BandPower(pub [f64; BANDS]);

impl BandPower {
    /// Names of the bands.
    pub const NAMES: [&str; BANDS] = [
        "power above 12 pixels",
        "power of 6 to 12 pixels",
        "power of 3 to 6 pixels",
        "power below 3 pixels",
    ];

    /// The power of `images` beside that of `reference`.
    pub fn of(images: &[&[u8]], reference: &[&[u8]]) -> Self {
        let (found, expected) = (powers(images), powers(reference));
        Self(std::array::from_fn(|band| found[band] / expected[band]))
    }
}

/// Mean power of the images in each band.
fn powers(images: &[&[u8]]) -> [f64; BANDS] {
    let waves = Waves::new();
    let mut sums = [0.0; BANDS];
    for image in images {
        for (sum, power) in sums.iter_mut().zip(waves.powers(image)) {
            *sum += power;
        }
    }
    sums.map(|sum| sum / images.len() as f64)
}

/// Cosines and sines of every wave over a side, and a window that lets the image fade out at its border, where the
/// jump from one side to the other would look like detail.
struct Waves {
    cosine: Vec<f64>,
    sine: Vec<f64>,
    window: Vec<f64>,
}

impl Waves {
    fn new() -> Self {
        let angle = |index: usize| {
            let (wave, place) = (index / IMAGE_SIDE, index % IMAGE_SIDE);
            TAU * ((wave * place) % IMAGE_SIDE) as f64 / IMAGE_SIDE as f64
        };
        let angles: Vec<f64> = (0..IMAGE_SIDE * IMAGE_SIDE).map(angle).collect();
        let fade =
            |place: usize| 0.5 - 0.5 * (TAU * (place as f64 + 0.5) / IMAGE_SIDE as f64).cos();
        Self {
            cosine: angles.iter().map(|angle| angle.cos()).collect(),
            sine: angles.iter().map(|angle| angle.sin()).collect(),
            window: (0..IMAGE_SIDE).map(fade).collect(),
        }
    }

    /// Power of one grey image in each band, its mean left out.
    fn powers(&self, image: &[u8]) -> [f64; BANDS] {
        let mean = image.iter().map(|&grey| f64::from(grey)).sum::<f64>() / image.len() as f64;
        // Rows to waves, then columns to waves.
        let (mut real, mut imaginary) = (Vec::new(), Vec::new());
        for (row, fade) in image.chunks_exact(IMAGE_SIDE).zip(&self.window) {
            let faded = row.iter().zip(&self.window);
            let values: Vec<f64> = faded
                .map(|(&grey, also)| (f64::from(grey) - mean) * fade * also)
                .collect();
            let along = |table: &[f64]| -> Vec<f64> {
                let waves = table.chunks_exact(IMAGE_SIDE);
                waves.map(|wave| dot(wave, &values)).collect()
            };
            real.extend(along(&self.cosine));
            imaginary.extend(along(&self.sine));
        }
        let mut powers = [0.0; BANDS];
        for across in 0..IMAGE_SIDE {
            let column = |values: &[f64]| -> Vec<f64> {
                values
                    .iter()
                    .skip(across)
                    .step_by(IMAGE_SIDE)
                    .copied()
                    .collect()
            };
            let (a, b) = (column(&real), column(&imaginary));
            let tables = self
                .cosine
                .chunks_exact(IMAGE_SIDE)
                .zip(self.sine.chunks_exact(IMAGE_SIDE));
            for (down, (cosine, sine)) in tables.enumerate() {
                let (first, second) = (
                    dot(cosine, &a) - dot(sine, &b),
                    dot(cosine, &b) + dot(sine, &a),
                );
                powers[band(down, across)] += first * first + second * second;
            }
        }
        powers
    }
}

fn dot(wave: &[f64], values: &[f64]) -> f64 {
    wave.iter()
        .zip(values)
        .map(|(wave, value)| wave * value)
        .sum()
}

/// The band of a wave, by its waves across the image in both directions.
fn band(down: usize, across: usize) -> usize {
    let waves = |index: usize| index.min(IMAGE_SIDE - index) as f64;
    let total = waves(down).hypot(waves(across));
    BAND_ENDS
        .iter()
        .position(|&end| total < end)
        .unwrap_or(BANDS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes of a wavelength, and the half of their contrast.
    fn stripes(wavelength: f64, height: f64) -> Vec<u8> {
        let grey = |pixel: usize| {
            let place = (pixel % IMAGE_SIDE) as f64;
            (128.0 + height * (TAU * place / wavelength).sin()).round() as u8
        };
        (0..IMAGE_SIDE * IMAGE_SIDE).map(grey).collect()
    }

    #[test]
    fn stripes_are_detail_of_their_own_size() {
        let (coarse, fine) = (stripes(24.0, 60.0), stripes(4.0, 60.0));
        let both = BandPower::of(&[&coarse, &fine], &[&coarse, &stripes(4.0, 30.0)]).0;
        assert!((both[0] - 1.0).abs() < 0.01, "{both:?}");
        assert!(
            (both[2] - 4.0).abs() < 0.1,
            "twice the contrast is four times the power: {both:?}"
        );
    }

    #[test]
    fn equal_samples_have_equal_detail() {
        let image = stripes(5.0, 40.0);
        assert_eq!(BandPower::of(&[&image], &[&image]), BandPower([1.0; BANDS]));
    }
}
