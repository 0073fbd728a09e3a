//! The opt-in backend burn-ndarray gives the faces that burn-flex gives.
//!
//! Out of the default build: `cargo test -p native-trainer --features ndarray --test ndarray`.

#![allow(deprecated)] // that is what is tested

use burn::tensor::{Device, Tolerance};
use model_core::config::{GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

#[test]
fn a_tiny_generator_shows_the_same_faces_on_ndarray_and_flex() {
    for (up_sampling, residual, self_modulation) in [
        (UpSampling::Transposed, false, false),
        (UpSampling::Nearest, true, true),
    ] {
        let config = GeneratorConfig {
            latent_size: 6,
            width: 4,
            up_sampling,
            residual,
            self_modulation,
        };
        let faces = |device: &Device| {
            let network = Generator::new(&config, &mut ChaCha8Rng::seed_from_u64(3), device);
            let emotions = Emotion::ALL.map(Emotion::weights);
            network.faces(&[0, 1, 2, 3, 4, 5, 6], &emotions).into_data()
        };
        let flex = faces(&Device::flex());
        faces(&Device::ndarray()).assert_approx_eq::<f32>(&flex, Tolerance::absolute(1e-5));
    }
}
