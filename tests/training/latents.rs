use model_core::latent::latent;

/// The same numbers are asked of the browser in `browser.rs`: same seed, same face, everywhere.
#[test]
fn a_seed_gives_these_latents_to_the_bit() {
    let bits: Vec<u32> = latent(8, 4).into_iter().map(f32::to_bits).collect();
    assert_eq!(bits, tests::LATENT_OF_SEED_8, "{:?}", latent(8, 4));
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
