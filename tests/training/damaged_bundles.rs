//! Bundles whose weights are damaged, hostile or another network's.

use burn::tensor::Device;
use model_core::bundle::{Bundle, BundleError, Describes, Manifest};
use model_core::classifier_bundle::ClassifierBundle;
use model_core::config::GanKind;
use native_trainer::bundles;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

use crate::{little, pack, trainer};

fn packed() -> Bundle {
    pack(&trainer(little(GanKind::Cgan)))
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
fn a_classifiers_weights_are_checked_as_a_bundles() {
    let directory = tests::repository().join("native-trainer/classifiers/fer2013");
    let ClassifierBundle { manifest, weights } = bundles::read(&directory).unwrap();
    let error = |weights: Vec<u8>| {
        let mut manifest = manifest.clone();
        let hash = Sha256::digest(&weights);
        manifest.weights.bytes = weights.len() as u64;
        manifest.weights.sha256 = format!("{hash:x}");
        let bundle = ClassifierBundle::open(manifest, weights).unwrap();
        bundle.classifier(&Device::flex()).unwrap_err().to_string()
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
    let cut = ClassifierBundle::open(manifest.clone(), cut).unwrap_err();
    assert!(matches!(cut, BundleError::Size { .. }), "{cut}");
    let mut damaged = weights;
    damaged[first] ^= 1;
    let damaged = ClassifierBundle::open(manifest, damaged).unwrap_err();
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
