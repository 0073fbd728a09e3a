use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData, Tolerance};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use native_trainer::direction::direction;
use native_trainer::export::{Adjustment, Exported};

use crate::{little, provenance, trainer};

/// The same numbers are asked of the browser in `browser/`: same seed, same face, everywhere.
#[test]
fn a_seed_gives_these_latents_to_the_bit() {
    let bits: Vec<u32> = latent(6, 4).into_iter().map(f32::to_bits).collect();
    assert_eq!(bits, tests::LATENT_OF_SEED_6, "{:?}", latent(6, 4));
}

#[test]
fn a_longer_latent_begins_like_a_shorter_one() {
    assert_eq!(latent(3, 64)[..5], latent(3, 5)[..]);
}

#[test]
fn latents_are_standard_normal_and_differ_by_seed() {
    let z: Vec<f32> = (0..200).flat_map(|seed| latent(seed, 100)).collect();
    let count = z.len() as f32;
    let mean = z.iter().sum::<f32>() / count;
    let variance = z.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
    assert!(mean.abs() < 0.03, "mean {mean}");
    assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    assert_ne!(latent(1, 8), latent(2, 8));
}

#[test]
fn moved_latents_are_those_that_were_drawn_and_a_shift() {
    let network = trainer(little(GanKind::Cgan)).sampler();
    let row =
        |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, [1, 8]), &Device::flex());
    let shift: Vec<f32> = (0..8).map(|place| place as f32 / 8.0 - 0.3).collect();
    let z = latent(3, 8);
    let there = z.iter().zip(&shift).map(|(z, shift)| z + shift).collect();
    let emotion = emotion_rows(&[Emotion::Sad.weights()], &Device::flex());
    let expected = network.forward(row(there), emotion.clone()).into_data();
    let moved = network.shifted(row(shift)).forward(row(z), emotion);
    let tolerance = Tolerance::absolute(1e-5);
    moved
        .into_data()
        .assert_approx_eq::<f32>(&expected, tolerance);
}

#[test]
fn along_the_direction_a_discriminator_sees_the_asked_emotion_better() {
    for gan in GanKind::ALL {
        let run = trainer(little(gan));
        let (network, judge) = (run.sampler(), run.discriminator.valid());
        let direction = direction(&network, &judge).unwrap();
        let length: f32 = direction.clone().powi_scalar(2).sum().into_scalar();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
        // People that the direction was not measured on, as they are and moved both ways.
        let seeds: Vec<u64> = (1_000_000..1_000_700).collect();
        let emotions = Emotion::ALL.map(|emotion| emotion.weights()).repeat(100);
        let asked = emotion_rows(&emotions, &Device::flex());
        let seen = |shift: f64| -> f32 {
            let moved = network.clone().shifted(direction.clone().mul_scalar(shift));
            let faces = moved.faces(&seeds, &emotions);
            let by_label = judge.forward(faces, asked.clone()).by_label().unwrap();
            (log_softmax(by_label, 1) * asked.clone())
                .sum()
                .into_scalar()
        };
        let [back, still, on] = [-0.5, 0.0, 0.5].map(seen);
        assert!(back < still && still < on, "{gan:?}: {back} {still} {on}");
    }
}

#[test]
fn what_export_adjusts_stands_in_the_manifest_and_in_the_faces() {
    let run = trainer(little(GanKind::Acgan));
    let adjustment = Adjustment {
        truncation: 0.5,
        shift: 2.0,
        intensity: 0.6,
    };
    let exported = Exported::with(&run, adjustment).unwrap();
    let bundle = exported.pack(&run, &provenance()).unwrap();
    assert_eq!(bundle.manifest.training.latent_shift, 2.0);
    assert_eq!(bundle.manifest.training.intensity, 0.6);
    let [_, rounded] = exported.rounding(&bundle).unwrap();
    let emotions = [Emotion::Fear.weights(); 2];
    let direction = direction(&run.sampler(), &run.discriminator.valid()).unwrap();
    let expected = run
        .sampler()
        .shifted(direction.mul_scalar(2.0))
        .truncated(0.5)
        .with_intensity(0.6);
    let grey = |network: &Generator| network.faces(&[1, 2], &emotions).mul_scalar(127.5);
    let apart =
        |one: Tensor<4>, other: Tensor<4>| -> f32 { (one - other).abs().max().into_scalar() };
    let made = grey(&bundle.generator(&Device::flex()).unwrap());
    let moved = apart(grey(&run.sampler().truncated(0.5)), made.clone());
    let error = apart(grey(&expected), made);
    assert!(
        error <= 2.0 * rounded && 2.0 * error < moved,
        "{error} {rounded} {moved}"
    );
}
