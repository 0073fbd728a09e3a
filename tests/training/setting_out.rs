//! Runs that set out with what another run published.

use burn::tensor::{Device, Tolerance};
use model_core::bundle::Bundle;
use model_core::config::{GanKind, GeneratorConfig};
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::generator::Generator;
use model_core::weights::NamedTensor;
use pollster::block_on;
use training::export::pack_discriminator;
use training::trainer::Trainer;

use crate::{little, sampler, snapshot, step, trainer, weights};

/// A run of one step, and what it exports.
fn published(gan: GanKind) -> (Trainer, Bundle, DiscriminatorBundle) {
    let mut run = trainer(little(gan));
    step(&mut run);
    let bundle = crate::pack(&run);
    let discriminator = block_on(pack_discriminator(&snapshot(&run), &bundle)).unwrap();
    (run, bundle, discriminator)
}

#[test]
fn a_run_sets_out_with_the_discriminator_that_was_exported_with_the_bundle() {
    for gan in GanKind::ALL {
        let (before, bundle, kept) = published(gan);
        assert_eq!(kept.manifest.generator, bundle.manifest.weights.sha256);
        let mut options = little(gan);
        options.seed = 9;
        options.set_from(&bundle.manifest, Some(&kept.manifest));
        let mut run = trainer(options);
        run.set_out_from(&bundle, Some(&kept)).unwrap();
        let old = weights(&before.discriminator).into_iter();
        for (old, new) in old.zip(weights(&run.discriminator)) {
            assert_eq!((&old.name, &old.shape), (&new.name, &new.shape));
            let numbers = old.numbers.iter().zip(&new.numbers);
            let farthest = numbers.map(|(old, new)| (old - new).abs());
            let farthest = farthest.fold(0.0, f32::max);
            assert!(farthest <= 5e-3, "{}: {farthest}", old.name);
        }

        let mut other = kept.clone();
        other.manifest.discriminator.width += 1;
        let error = run.set_out_from(&bundle, Some(&other)).unwrap_err();
        assert!(
            error.to_string().starts_with("the weights do not fit"),
            "{error}"
        );
    }
}

/// A run that goes on with a bundle's generator, to which something is added; begins by changing no face and trains all of it.
fn grown(add: impl Fn(&mut GeneratorConfig)) -> (Trainer, Trainer) {
    let mut before = trainer(little(GanKind::Acgan));
    step(&mut before);
    let bundle = crate::pack(&before);
    let mut options = little(GanKind::Acgan);
    options.set_from(&bundle.manifest, None);
    add(&mut options.generator);
    options.discriminator_only_images = 0;
    let mut run = trainer(options);
    run.set_out_from(&bundle, None).unwrap();
    let faces = |bundle: &Bundle| {
        let generator = bundle.generator(&Device::flex()).unwrap();
        generator.faces(&[1, 2], &[[1.0 / 7.0; 7]; 2]).into_data()
    };
    let close = Tolerance::absolute(1e-2); // rounded twice
    faces(&crate::pack(&run)).assert_approx_eq::<f32>(&faces(&bundle), close);
    step(&mut run);
    (before, run)
}

#[test]
fn a_run_adds_residual_blocks_to_a_bundles_generator_and_trains_them() {
    let (before, run) = grown(|generator| generator.residual = true);
    assert!(crate::pack(&run).manifest.generator.residual);
    assert_eq!(
        weights(&run.generator).len(),
        weights(&before.generator).len() + 3 * 4,
        "a norm's two tables, a convolution's weights and bias behind each of three doublings"
    );
    let untrained = run.generator.clone().with_residuals();
    assert_ne!(weights(&run.generator), weights(&untrained));
}

#[test]
fn a_run_adds_self_modulation_to_a_bundles_generator_and_trains_it() {
    let (before, run) = grown(|generator| generator.self_modulation = true);
    let exported = crate::pack(&run);
    assert!(exported.manifest.generator.self_modulation);
    exported.generator(&Device::flex()).unwrap();
    let tables = |network: &Generator| {
        let mut tables = weights(network);
        tables.retain(|tensor| tensor.name.starts_with("norms."));
        tables
    };
    let (before, after) = (tables(&before.generator), tables(&run.generator));
    assert_eq!((before.len(), after.len()), (4 * 2, 4 * 2));
    for (before, after) in before.iter().zip(&after) {
        let [emotions, channels] = before.shape[..] else {
            panic!("{}: {:?}", before.name, before.shape);
        };
        assert_eq!(after.shape, [emotions + 8, channels], "8 numbers of z");
        let for_z = &after.numbers[emotions * channels..];
        let trained = for_z.iter().all(|&number| number != 0.0);
        assert!(trained, "{}: {for_z:?}", after.name);
    }
}

#[test]
fn a_run_adds_a_dense_layer_to_a_published_discriminator_and_trains_it() {
    for gan in GanKind::ALL {
        let (before, bundle, kept) = published(gan);
        let mut options = little(gan);
        options.set_from(&bundle.manifest, Some(&kept.manifest));
        options.discriminator.dense = true;
        let mut run = trainer(options);
        run.set_out_from(&bundle, Some(&kept)).unwrap();
        let sets_out = weights(&run.discriminator);
        assert_eq!(
            sets_out.len(),
            weights(&before.discriminator).len() + 2,
            "the layer's weights and bias"
        );
        step(&mut run);
        let still = weights(&run.discriminator)
            .into_iter()
            .zip(sets_out)
            .filter(|(new, old)| new == old)
            .count();
        assert_eq!(still, 0, "{gan}: all of it moves");
        let exported = crate::pack(&run);
        let kept = block_on(pack_discriminator(&snapshot(&run), &exported)).unwrap();
        assert_eq!(kept.manifest.discriminator, run.options().discriminator);
        kept.discriminator(&Device::flex()).unwrap();
    }
}

#[test]
fn a_run_sets_out_with_a_bundles_faces_and_a_new_discriminator_learns_alone_first() {
    let mut before = trainer(little(GanKind::Cgan));
    step(&mut before);
    let bundle = crate::pack(&before);
    let mut options = little(GanKind::Acgan);
    options.set_from(&bundle.manifest, None);
    options.discriminator_only_images = 2 * options.batch as u64;
    let mut run = trainer(options);
    run.set_out_from(&bundle, None).unwrap();

    let faces = |run: &Trainer| {
        let faces = sampler(run).faces(&[1, 2], &[[1.0 / 7.0; 7]; 2]);
        faces.into_data()
    };
    let published = bundle.generator(&Device::flex()).unwrap();
    let published = published.faces(&[1, 2], &[[1.0 / 7.0; 7]; 2]).into_data();
    let close = Tolerance::absolute(1e-4);
    faces(&run).assert_approx_eq::<f32>(&published, close);

    let (generator, discriminator) = (weights(&run.generator), weights(&run.discriminator));
    step(&mut run);
    step(&mut run);
    assert!(
        weights(&run.generator) == generator,
        "while the discriminator learned alone, the generator moved"
    );
    assert_ne!(weights(&run.discriminator), discriminator);
    step(&mut run);
    let missing = |moved: &[NamedTensor]| {
        moved
            .iter()
            .zip(&generator)
            .filter(|(new, old)| new == old)
            .count()
    };
    assert_eq!(missing(&weights(&run.generator)), 0, "then all of it moves");
    assert_eq!(
        crate::pack(&run).manifest.training.images_seen,
        4 * 4,
        "images of both runs"
    );
}
