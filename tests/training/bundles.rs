use burn::tensor::{Device, Tensor, Tolerance};
use model_core::bundle::{Bundle, BundleError, Describes, Manifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::judge_bundle::JudgeBundle;
use model_core::weights::{NamedTensor, Weights, written};
use native_trainer::export::{self, Adjustment, Exported};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};

use crate::{little, pack, provenance, trainer};

fn packed() -> Bundle {
    let mut run = trainer(little(GanKind::Cgan));
    drop(run.step());
    pack(&run)
}

#[test]
fn a_bundle_on_disk_gives_the_faces_that_were_packed() {
    let mut run = trainer(little(GanKind::Acgan));
    drop(run.step());
    let bundle = pack(&run);
    let directory = tempfile::tempdir().unwrap();
    export::write(&bundle, directory.path()).unwrap();
    let loaded = export::read(directory.path()).unwrap();
    assert_eq!(loaded.manifest, bundle.manifest);
    let emotions = [Emotion::Fear.weights(); 2];
    let before = run.sampler().faces(&[1, 2], &emotions).into_data();
    let after = loaded
        .generator(&Device::flex())
        .unwrap()
        .faces(&[1, 2], &emotions)
        .into_data();
    // What quantising costs: a few grey levels of 255 at most (2/255 = 0.008).
    after.assert_approx_eq::<f32>(&before, Tolerance::absolute(0.06));
}

#[test]
fn a_truncated_and_milder_bundle_says_so_and_is_trained_on_from_the_network_as_it_was() {
    let mut before = trainer(little(GanKind::Acgan));
    drop(before.step());
    let adjustment = Adjustment {
        truncation: 0.5,
        intensity: 0.5,
        ..Adjustment::AS_TRAINED
    };
    let exported = Exported::with(&before, adjustment).unwrap();
    let bundle = exported.pack(&before, &provenance()).unwrap();
    assert_eq!(bundle.manifest.training.truncation, 0.5);
    let emotions = [Emotion::Fear.weights(); 2];
    let apart = |one: &Tensor<4>, other: &Tensor<4>| -> f32 {
        (one.clone() - other.clone()).abs().max().into_scalar()
    };
    let as_trained = before.sampler().faces(&[1, 2], &emotions);
    let adjusted = before.sampler().truncated(0.5).with_intensity(0.5);
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
    let back = apart(&run.sampler().faces(&[1, 2], &emotions), &as_trained);
    assert!(2.0 * back < moved, "{back} of {moved}");
    let training = pack(&run).manifest.training;
    assert_eq!([training.truncation, training.intensity], [1.0, 1.0]);
}

/// A manifest in which `name` is one of `wrong` is refused with `said`; without it, it is read and returned.
#[track_caller]
fn checked_and_left_out(name: &str, as_trained: &str, wrong: &[&str], said: &str) -> Manifest {
    let manifest = packed().manifest.to_json().unwrap();
    let line = format!("\"{name}\": {as_trained}");
    assert!(manifest.contains(&line), "{manifest}");
    for wrong in wrong {
        let wrong = manifest.replace(&line, &format!("\"{name}\": {wrong}"));
        let error = Manifest::parse(wrong.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let older = manifest.replace(&format!("{line},"), "");
    assert_ne!(older, manifest);
    Manifest::parse(older.as_bytes()).unwrap()
}

#[test]
fn a_shift_that_no_export_writes_is_refused_and_none_means_as_trained() {
    let wrong = ["-0.1", "3.1"];
    let older = checked_and_left_out("latent_shift", "0.0", &wrong, "latents are moved by");
    assert_eq!(older.training.latent_shift, 0.0);
}

#[test]
fn an_intensity_that_no_export_writes_is_refused_and_none_means_as_trained() {
    let wrong = ["0.0", "-0.5", "1.1"];
    let older = checked_and_left_out("intensity", "1.0", &wrong, "emotions are multiplied by");
    assert_eq!(older.training.intensity, 1.0);
}

#[test]
fn a_truncation_that_no_export_writes_is_refused_and_none_means_as_trained() {
    let wrong = ["0.0", "-1.0", "1.6"];
    let older = checked_and_left_out("truncation", "1.0", &wrong, "latents are multiplied by");
    assert_eq!(older.training.truncation, 1.0);
}

#[test]
fn large_tensors_are_integers_with_scales_and_the_rest_is_half_precision() {
    let bundle = packed();
    let file = SafeTensors::deserialize(&bundle.weights).unwrap();
    for (name, tensor) in file.iter() {
        let large = tensor.shape().len() >= 2 && tensor.shape().iter().product::<usize>() >= 1000;
        let expected = if large { Dtype::I8 } else { Dtype::F16 };
        assert_eq!(tensor.dtype(), expected, "{name}");
        if large {
            let scales = file.tensor(&format!("{name}.scale")).unwrap();
            assert_eq!(scales.shape()[1], tensor.shape()[1], "{name}");
        }
    }
    let start = file.tensor("start.weight").unwrap();
    assert_eq!(start.dtype(), Dtype::I8, "the largest tensor of all");
}

#[test]
fn a_quantised_number_is_about_half_a_step_away_at_most() {
    // The second place holds zeros alone, the third one large number among small ones.
    let numbers: Vec<f32> = (0..1200)
        .map(|index| match index % 3 {
            0 => (index as f32 - 600.0) / 600.0,
            1 => 0.0,
            _ => f32::from(u8::from(index == 2)) * 100.0 + 0.25,
        })
        .collect();
    let tensor = NamedTensor {
        name: "w".into(),
        shape: vec![400, 3, 1],
        numbers: numbers.clone(),
    };
    let small = written(&[tensor]).unwrap();
    assert!(small.len() < 1400, "{}", small.len());
    let back = Weights::read(&small).unwrap();
    assert_eq!(back.names(), ["w"]);
    let back = back.tensor("w").unwrap();
    assert_eq!(back.shape, [400, 3, 1]);
    for (index, (found, expected)) in back.numbers.iter().zip(&numbers).enumerate() {
        let step = [1.0, 0.0, 100.25][index % 3] / 127.0;
        assert!(
            (found - expected).abs() <= 0.57 * step,
            "{index}: {found}, {expected}"
        );
    }
    let integers = TensorView::new(Dtype::I8, vec![400, 3], &[1; 1200]).unwrap();
    let integers = safetensors::serialize([("w", integers)], None).unwrap();
    let error = Weights::read(&integers).unwrap().tensor("w").unwrap_err();
    let error = error.to_string();
    assert!(error.contains("integers without scales"), "{error}");
}

#[test]
fn no_output_of_a_quantised_matrix_has_steps_much_finer_than_most() {
    let numbers: Vec<f32> = (0..1200)
        .map(|index| (index as f32).sin() * [8.0, 1.0, 0.1][index % 3])
        .collect();
    let tensor = NamedTensor {
        name: "w".into(),
        shape: vec![400, 3],
        numbers: numbers.clone(),
    };
    let file = written(&[tensor]).unwrap();
    let back = Weights::read(&file).unwrap().tensor("w").unwrap();
    for (index, (found, expected)) in back.numbers.iter().zip(&numbers).enumerate() {
        let step = [8.0, 2.0, 2.0][index % 3] / 127.0;
        assert!((found - expected).abs() <= 0.57 * step, "{index}");
        let steps = found / step;
        assert!((steps - steps.round()).abs() < 0.1, "{index}: {steps}");
    }
}

#[test]
fn damaged_weights_are_refused_in_a_sentence() {
    let Bundle {
        manifest,
        mut weights,
    } = packed();
    weights.pop();
    let short = Bundle::open(manifest.clone(), weights.clone()).unwrap_err();
    assert!(matches!(short, BundleError::Size { .. }), "{short}");
    weights.push(0xAA);
    let damaged = Bundle::open(manifest, weights).unwrap_err();
    assert!(
        damaged.to_string().contains("damaged or another one"),
        "{damaged}"
    );
}

#[test]
fn weights_of_another_network_are_refused() {
    let Bundle {
        mut manifest,
        weights,
    } = packed();
    manifest.generator.width = 8;
    let bundle = Bundle::open(manifest, weights).unwrap();
    let error = bundle.generator(&Device::flex()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the weights do not fit the network"),
        "{error}"
    );
}

/// A bundle whose manifest describes `weights` truly, whatever they are.
fn rehashed(mut manifest: Manifest, weights: Vec<u8>) -> Bundle {
    let hash = Sha256::digest(&weights);
    manifest.weights.bytes = weights.len() as u64;
    manifest.weights.sha256 = format!("{hash:x}");
    Bundle::open(manifest, weights).unwrap()
}

/// Bytes of a file of weights before its numbers.
fn header(weights: &[u8]) -> usize {
    8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize
}

#[test]
fn weights_that_are_no_numbers_and_oversized_headers_are_refused_in_a_sentence() {
    let Bundle { manifest, weights } = packed();
    let error = |weights| {
        let bundle = rehashed(manifest.clone(), weights);
        bundle.generator(&Device::flex()).unwrap_err().to_string()
    };
    let mut nan = weights.clone();
    let first = header(&nan); // of the numbers, which begin with those of half precision
    nan[first..first + 2].copy_from_slice(&[0x00, 0x7E]); // a half-precision NaN
    assert!(error(nan).contains("not finite"));
    let mut huge = weights.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(error(huge).contains("claims more than"));
    assert!(error(weights[..4].to_vec()).starts_with("the weights do not fit"));
    assert!(error(Vec::new()).starts_with("the weights do not fit"));
}

#[test]
fn a_judges_weights_are_checked_as_a_bundles() {
    let directory = tests::repository().join("native-trainer/judges/fer2013");
    let JudgeBundle { manifest, weights } = export::read(&directory).unwrap();
    let error = |weights: Vec<u8>| {
        let mut manifest = manifest.clone();
        let hash = Sha256::digest(&weights);
        manifest.weights.bytes = weights.len() as u64;
        manifest.weights.sha256 = format!("{hash:x}");
        let bundle = JudgeBundle::open(manifest, weights).unwrap();
        bundle.judge(&Device::flex()).unwrap_err().to_string()
    };
    let mut nan = weights.clone();
    let first = header(&nan);
    nan[first..first + 2].copy_from_slice(&[0x00, 0x7E]);
    assert!(error(nan).contains("not finite"));
    let mut huge = weights.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(error(huge).contains("claims more than"));
    assert!(error(packed().weights).starts_with("the weights do not fit"));
    let mut cut = weights.clone();
    cut.pop();
    let cut = JudgeBundle::open(manifest.clone(), cut).unwrap_err();
    assert!(matches!(cut, BundleError::Size { .. }), "{cut}");
    let mut damaged = weights;
    damaged[first] ^= 1;
    let damaged = JudgeBundle::open(manifest, damaged).unwrap_err();
    assert!(matches!(damaged, BundleError::Hash { .. }), "{damaged}");
}

#[test]
fn two_thousand_mutated_weight_files_and_manifests_never_panic() {
    let Bundle { manifest, weights } = packed();
    let json = manifest.to_json().unwrap().into_bytes();
    let header = header(&weights);
    let mut rng = ChaCha8Rng::seed_from_u64(2000);
    for _ in 0..2000 {
        let mut damaged = weights.clone();
        for _ in 0..1 + rng.next_u32() % 4 {
            // Most of the meaning is in the header.
            let place = rng.next_u32() as usize % header;
            damaged[place] = rng.next_u32() as u8;
        }
        drop(rehashed(manifest.clone(), damaged).generator(&Device::flex()));
        let mut damaged = json.clone();
        for _ in 0..1 + rng.next_u32() % 4 {
            let place = rng.next_u32() as usize % damaged.len();
            damaged[place] = rng.next_u32() as u8;
        }
        damaged.truncate(damaged.len() - rng.next_u32() as usize % 3);
        drop(Manifest::parse(&damaged));
    }
}

#[test]
fn manifests_from_elsewhere_are_refused() {
    let manifest = packed().manifest;
    let changed = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        Manifest::parse(manifest.to_json().unwrap().as_bytes())
            .unwrap_err()
            .to_string()
    };
    assert!(changed(&|m| m.format_version = 9).contains("format version 9"));
    assert!(changed(&|m| m.weights.file = "../x".into()).contains("not a plain file name"));
    assert!(changed(&|m| m.emotions.swap(0, 1)).contains("another kind of model"));
    assert!(changed(&|m| m.generator.width = 1 << 40).contains("generator width"));
    assert!(changed(&|m| m.weights.bytes = u64::MAX).contains("bytes"));
    assert!(Manifest::parse(b"{").is_err());
}

#[test]
fn the_shipped_bundles_load_and_show_faces() {
    for gan in GanKind::ALL {
        let directory = tests::repository()
            .join("web/assets/models")
            .join(gan.name());
        let bundle: Bundle = export::read(&directory).unwrap();
        assert_eq!(bundle.manifest.gan, gan);
        assert!(bundle.manifest.weights.parameters <= 2_500_000);
        assert!(bundle.manifest.training.images_seen > 0);
        let generator = bundle.generator(&Device::flex()).unwrap();
        let emotions = Emotion::ALL.map(Emotion::weights);
        for face in native_trainer::grid::grey_faces(generator.faces(&[0; 7], &emotions)) {
            let (darkest, brightest) = (face.iter().min().unwrap(), face.iter().max().unwrap());
            assert!(
                brightest - darkest > 60,
                "{gan}: a face without contrast, {darkest} to {brightest}"
            );
        }
    }
}
