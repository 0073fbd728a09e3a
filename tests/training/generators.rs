use burn::module::Module;
use burn::tensor::Device;
use model_core::config::{GanKind, GeneratorConfig, UpSampling};
use model_core::generator::Generator;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use training::options::Preset;

use crate::networks::{StirModulation, StirZeros, built, configurations, plain, requests};
use crate::weights;

fn faces(network: &Generator) -> Vec<f32> {
    let (z, labels) = requests(14);
    let faces = network.forward_train(z, labels);
    faces.into_data().iter::<f32>().collect()
}

#[test]
fn every_kind_of_generator_makes_48x48_faces_in_range() {
    for config in configurations() {
        let (z, labels) = requests(3);
        let faces = built(&config).forward_train(z, labels);
        assert_eq!(faces.dims(), [3, 1, 48, 48], "{config:?}");
        let values: Vec<f32> = faces.into_data().iter::<f32>().collect();
        assert!(
            values.iter().all(|value| value.abs() <= 1.0),
            "{config:?} leaves [-1, 1]"
        );
    }
}

#[test]
fn a_seed_gives_the_same_network_twice() {
    for config in configurations() {
        assert_eq!(weights(&built(&config)), weights(&built(&config)));
    }
}

#[test]
fn residual_blocks_begin_by_changing_nothing_and_then_take_part() {
    for self_modulation in [false, true] {
        let without = GeneratorConfig {
            self_modulation,
            ..plain(UpSampling::Nearest)
        };
        let with = GeneratorConfig {
            residual: true,
            ..without.clone()
        };
        let network = built(&without);
        let grown = network.clone().with_residuals();
        assert_eq!(faces(&network), faces(&grown), "{without:?}");
        assert_eq!(weights(&grown), weights(&built(&with)), "{with:?}");
        let stirred = grown.map(&mut StirZeros::default()); // their kernels, and no others
        assert_ne!(faces(&network), faces(&stirred), "{with:?}");
    }
}

#[test]
fn self_modulation_begins_by_changing_nothing_and_then_takes_part_in_every_normalisation() {
    for residual in [false, true] {
        let without = GeneratorConfig {
            residual,
            ..plain(UpSampling::Nearest)
        };
        let with = GeneratorConfig {
            self_modulation: true,
            ..without.clone()
        };
        let network = built(&without);
        let modulated = network.clone().with_modulation();
        assert_eq!(faces(&network), faces(&modulated), "{without:?}");
        assert_eq!(weights(&modulated), weights(&built(&with)), "{with:?}");

        let modulated = modulated.map(&mut StirZeros::default()); // the kernels of residual blocks
        let tables = 2 * (4 + if residual { 3 } else { 0 });
        for table in 0..tables {
            let stirred = modulated.clone().map(&mut StirModulation::of(table));
            assert_ne!(faces(&stirred), faces(&modulated), "{with:?}, {table}");
        }
        let beyond = modulated.clone().map(&mut StirModulation::of(tables));
        assert_eq!(faces(&beyond), faces(&modulated), "there are {tables}");
    }
}

#[test]
fn the_shipped_size_stays_within_two_and_a_half_million_parameters() {
    for preset in [Preset::Tiny, Preset::Small, Preset::Base] {
        let config = preset.options(GanKind::Acgan).generator;
        let network = Generator::new(&config, &mut ChaCha8Rng::seed_from_u64(0), &Device::flex());
        assert!(
            network.num_params() <= 2_500_000,
            "{}: {}",
            preset.name(),
            network.num_params()
        );
    }
}
