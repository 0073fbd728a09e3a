//! From parameters to pixels.

use burn::tensor::Device;
use model_core::config::{GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::latent::latent;
use model_core::pixels::{IMAGE_PIXELS, to_grey};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use tests::now;
use web::protocol::FaceParameters;
use web::worker::inference::{generate, largest_difference, point};

#[test]
fn the_page_shows_the_faces_of_the_generator() {
    let config = GeneratorConfig {
        latent_size: 8,
        width: 4,
        up_sampling: UpSampling::Transposed,
        residual: false,
        self_modulation: false,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let generator = Generator::new(&config, &mut rng, &Device::flex());
    let parameters: Vec<FaceParameters> = (5..8)
        .map(|seed| FaceParameters::plain(seed, Emotion::Happy))
        .collect();
    let pixels = now(generate(&generator, &parameters)).expect("faces are made");
    assert_eq!(pixels.len(), 3 * IMAGE_PIXELS);
    for (index, face) in pixels.chunks_exact(IMAGE_PIXELS).enumerate() {
        let one = generator
            .faces(&[5 + index as u64], &[Emotion::Happy.weights()])
            .into_data();
        let one = one.as_slice::<f32>().expect("32-bit numbers");
        let one: Vec<u8> = one.iter().map(|&value| to_grey(value)).collect();
        assert!(largest_difference(face, &one) <= 1, "face {index}");
    }
    assert_eq!(
        largest_difference(&pixels, &pixels[1..]),
        255,
        "different sizes"
    );
}

#[test]
fn a_way_between_people_keeps_its_distance_from_the_average() {
    let face = |share, truncation| FaceParameters {
        toward: Some((2, share)),
        truncation,
        ..FaceParameters::plain(1, Emotion::Sad)
    };
    let length = |z: &[f32]| z.iter().map(|value| value * value).sum::<f32>().sqrt();
    let (one, other) = (latent(1, 64), latent(2, 64));
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(close(&point(&face(0.0, 1.0), 64), &one));
    assert!(close(&point(&face(1.0, 1.0), 64), &other));
    let shortest = length(&one).min(length(&other));
    for step in 0..=10 {
        let middle = length(&point(&face(step as f32 / 10.0, 1.0), 64));
        assert!(
            middle > 0.95 * shortest,
            "step {step}: {middle} against {shortest}"
        );
    }
    assert!((length(&point(&face(0.0, 0.5), 64)) - length(&one) / 2.0).abs() < 1e-4);
    assert_eq!(
        point(&FaceParameters::plain(1, Emotion::Sad), 64),
        one,
        "to the bit"
    );
}
