use burn::tensor::{Device, Tensor, Tolerance};
use model_core::bundle::{Bundle, Describes, Manifest};
use model_core::config::GanKind;
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::emotion::Emotion;
use native_trainer::bundles;
use pollster::block_on;
use training::export::{Adjustment, Exported};
use training::faces::grey_faces;

use crate::{little, pack, provenance, sampler, snapshot, step, trainer};

fn packed() -> Bundle {
    let mut run = trainer(little(GanKind::Cgan));
    step(&mut run);
    pack(&run)
}

#[test]
fn a_bundle_on_disk_gives_the_faces_that_were_packed() {
    let mut run = trainer(little(GanKind::Acgan));
    step(&mut run);
    let bundle = pack(&run);
    let directory = tempfile::tempdir().unwrap();
    bundles::write(&bundle, directory.path()).unwrap();
    let loaded = bundles::read(directory.path()).unwrap();
    assert_eq!(loaded.manifest, bundle.manifest);
    let emotions = [Emotion::Fear.weights(); 2];
    let before = sampler(&run).faces(&[1, 2], &emotions).into_data();
    let after = loaded
        .generator(&Device::flex())
        .unwrap()
        .faces(&[1, 2], &emotions)
        .into_data();
    // What quantising costs: a few grey levels of 255 at most (2/255 = 0.008).
    after.assert_approx_eq::<f32>(&before, Tolerance::absolute(0.06));
}

#[test]
fn a_truncated_and_interpolated_bundle_says_so_and_is_trained_on_from_the_network_as_it_was() {
    let mut before = trainer(little(GanKind::Acgan));
    step(&mut before);
    let adjustment = Adjustment {
        truncation: 0.5,
        label_interpolation: 0.5,
        ..Adjustment::AS_TRAINED
    };
    let snapshot = snapshot(&before);
    let exported = block_on(Exported::with(&snapshot, adjustment)).unwrap();
    let bundle = block_on(exported.pack(&provenance())).unwrap();
    assert_eq!(bundle.manifest.training.truncation, 0.5);
    let emotions = [Emotion::Fear.weights(); 2];
    let apart = |one: &Tensor<4>, other: &Tensor<4>| -> f32 {
        (one.clone() - other.clone()).abs().max().into_scalar()
    };
    let as_trained = sampler(&before).faces(&[1, 2], &emotions);
    let adjusted = sampler(&before)
        .truncated(0.5)
        .with_interpolated_labels(0.5);
    let adjusted = adjusted.faces(&[1, 2], &emotions);
    let generator = bundle.generator(&Device::flex()).unwrap();
    let made = generator.faces(&[1, 2], &emotions);
    let rounding = apart(&made, &adjusted);
    let moved = apart(&made, &as_trained);
    assert!(2.0 * rounding < moved, "{rounding} of {moved}");

    let mut options = little(GanKind::Acgan);
    options.set_from(&bundle.manifest, None);
    let mut run = trainer(options);
    run.set_out_from(&bundle, None).unwrap();
    let back = apart(&sampler(&run).faces(&[1, 2], &emotions), &as_trained);
    assert!(2.0 * back < moved, "{back} of {moved}");
    let training = pack(&run).manifest.training;
    assert_eq!(
        [training.truncation, training.label_interpolation],
        [1.0, 1.0]
    );
}

/// A manifest in which `name` is one of `wrong` is refused with `sentence`, and so is one without it.
#[track_caller]
fn assert_checked(name: &str, as_trained: &str, wrong: &[&str], sentence: &str) {
    let manifest = packed().manifest.to_json().unwrap();
    let line = format!("\"{name}\": {as_trained},");
    assert!(manifest.contains(&line), "{manifest}");
    let refused = |line_instead: &str| {
        let other = manifest.replace(&line, line_instead);
        Manifest::parse(other.as_bytes()).unwrap_err().to_string()
    };
    for wrong in wrong {
        let error = refused(&format!("\"{name}\": {wrong},"));
        assert!(error.contains(sentence), "{error}");
    }
    let error = refused("");
    assert!(
        error.contains(&format!("missing field `{name}`")),
        "{error}"
    );
}

#[test]
fn a_latent_edit_that_no_export_writes_is_refused() {
    assert_checked(
        "latent_edit",
        "0.0",
        &["-0.1", "3.1"],
        "latents are edited by",
    );
}

#[test]
fn a_label_interpolation_that_no_export_writes_is_refused() {
    let wrong = ["0.0", "-0.5", "1.1"];
    assert_checked(
        "label_interpolation",
        "1.0",
        &wrong,
        "emotions are multiplied by",
    );
}

#[test]
fn a_truncation_that_no_export_writes_is_refused() {
    let wrong = ["0.0", "-1.0", "1.6"];
    assert_checked("truncation", "1.0", &wrong, "latents are multiplied by");
}

#[test]
fn manifests_from_elsewhere_are_refused() {
    let manifest = packed().manifest;
    let changed = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        let json = serde_json::to_vec(&manifest).unwrap();
        Manifest::parse(&json).unwrap_err().to_string()
    };
    for version in [1, 2, 4] {
        let refused = changed(&|m| m.format_version = version);
        let sentence = format!("format version {version}, this build reads 3");
        assert!(refused.contains(&sentence), "{refused}");
    }
    assert!(changed(&|m| m.weights.file = "../x".into()).contains("not a plain file name"));
    assert!(changed(&|m| m.emotions.swap(0, 1)).contains("another kind of model"));
    assert!(changed(&|m| m.generator.width = 1 << 40).contains("generator width"));
    assert!(changed(&|m| m.weights.bytes = u64::MAX).contains("bytes"));
    assert!(Manifest::parse(b"{").is_err());
}

#[test]
fn a_manifest_that_could_not_be_read_is_not_written() {
    let mut bundle = packed();
    let metrics = &mut bundle.manifest.training.metrics;
    metrics.insert("gan_train_share".into(), f64::NAN);
    let directory = tempfile::tempdir().unwrap();
    let error = format!(
        "{:#}",
        bundles::write(&bundle, directory.path()).unwrap_err()
    );
    assert!(
        error.contains("its metric gan_train_share is NaN, which is no number"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_bundle_names_its_data_by_a_hash_and_one_without_is_read() {
    let manifest = packed().manifest;
    let hash = manifest.training.data_sha256.clone();
    assert_eq!(hash, Some(dataset::synthetic(70, 1).hash()));
    let json = manifest.to_json().unwrap();
    let without = json.lines().filter(|line| !line.contains("data_sha256"));
    let without: String = without.collect();
    let earlier = Manifest::parse(without.as_bytes()).unwrap();
    assert_eq!(earlier.training.data_sha256, None);
}

#[test]
fn the_shipped_bundles_load_and_show_faces() {
    for gan in GanKind::ALL {
        let directory = tests::repository()
            .join("web/assets/models")
            .join(gan.name());
        let bundle: Bundle = bundles::read(&directory).unwrap();
        assert_eq!(bundle.manifest.gan, gan);
        assert!(bundle.manifest.weights.parameters <= 2_500_000);
        assert!(bundle.manifest.training.images_seen > 0);
        let generator = bundle.generator(&Device::flex()).unwrap();
        let emotions = Emotion::ALL.map(Emotion::weights);
        for face in block_on(grey_faces(generator.faces(&[0; 7], &emotions))).unwrap() {
            let (darkest, brightest) = (face.iter().min().unwrap(), face.iter().max().unwrap());
            assert!(
                brightest - darkest > 60,
                "{gan}: a face without contrast, {darkest} to {brightest}"
            );
        }
    }
}

#[test]
fn the_shipped_discriminators_load_and_belong_to_the_shipped_generators() {
    for gan in GanKind::ALL {
        let [generators, discriminators] = ["web/assets/models", "native-trainer/discriminators"];
        let directory = |parent: &str| tests::repository().join(parent).join(gan.name());
        let bundle: Bundle = bundles::read(&directory(generators)).unwrap();
        let kept: DiscriminatorBundle = bundles::read(&directory(discriminators)).unwrap();
        assert_eq!(kept.manifest.gan, gan);
        assert_eq!(
            kept.manifest.generator, bundle.manifest.weights.sha256,
            "{gan}"
        );
        kept.discriminator(&Device::flex()).unwrap();
    }
}
