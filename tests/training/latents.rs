use burn::module::Module;
use burn::tensor::{Device, Tensor};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::label::label_log_probability;
use model_core::latent::latent;
use pollster::block_on;
use training::export::{Adjustment, Exported};
use training::latent_direction::direction;

use crate::{little, provenance, sampler, snapshot, trainer};

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
fn along_the_direction_a_discriminator_sees_the_asked_emotion_better() {
    for gan in GanKind::ALL {
        let run = trainer(little(gan));
        let (network, discriminator) = (sampler(&run), run.discriminator.valid());
        let direction = block_on(direction(&network, &discriminator)).unwrap();
        let length: f32 = direction.clone().powi_scalar(2).sum().into_scalar();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
        // People that the direction was not measured on, as they are and edited both ways.
        let seeds: Vec<u64> = (1_000_000..1_000_700).collect();
        let emotions = Emotion::ALL.map(|emotion| emotion.weights()).repeat(100);
        let asked = emotion_rows(&emotions, &Device::flex());
        let seen = |strength: f64| -> f32 {
            let edit = direction.clone().mul_scalar(strength);
            let faces = network.clone().edited(edit).faces(&seeds, &emotions);
            let output = discriminator.forward(faces);
            let seen = label_log_probability(output.label_logits, asked.clone());
            seen.sum().into_scalar()
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
        latent_edit: 2.0,
        label_interpolation: 0.6,
    };
    let snapshot = snapshot(&run);
    let exported = block_on(Exported::with(&snapshot, adjustment)).unwrap();
    let bundle = block_on(exported.pack(&provenance())).unwrap();
    assert_eq!(bundle.manifest.training.latent_edit, 2.0);
    assert_eq!(bundle.manifest.training.label_interpolation, 0.6);
    let [_, rounded] = block_on(exported.rounding(&bundle)).unwrap();
    let emotions = [Emotion::Fear.weights(); 2];
    let direction = block_on(direction(&sampler(&run), &run.discriminator.valid())).unwrap();
    let expected = sampler(&run)
        .edited(direction.mul_scalar(2.0))
        .truncated(0.5)
        .with_interpolated_labels(0.6);
    let grey = |network: &Generator| network.faces(&[1, 2], &emotions).mul_scalar(127.5);
    let apart =
        |one: Tensor<4>, other: Tensor<4>| -> f32 { (one - other).abs().max().into_scalar() };
    let made = grey(&bundle.generator(&Device::flex()).unwrap());
    let moved = apart(grey(&sampler(&run).truncated(0.5)), made.clone());
    let error = apart(grey(&expected), made);
    assert!(
        error <= 2.0 * rounded && 2.0 * error < moved,
        "{error} {rounded} {moved}"
    );
}
