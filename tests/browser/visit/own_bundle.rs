//! The visitor's own network.

use std::fs;
use std::path::{Path, PathBuf};

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::native::native_face;
use crate::shown::{assert_nothing_broken, assert_same_face, bytes, text_of};
use crate::visit::{large, open};
use crate::{NEXT_FACE, SEED, Visit, audit};

/// Why the files last brought cannot be used.
const REFUSAL: &str = "return document.querySelector(\"[data-testid='own-error']\")?.innerText";
/// Whether the large face is by the visitor's own network.
const OWN: &str = "return document.querySelector(\"[data-testid='face'][data-state='ready']\")?.dataset.gan === 'own'";

#[test]
fn a_bundle_of_ones_own_is_played_with_and_a_bad_one_explained() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    let folder = fs::canonicalize(dist.join("models/cgan")).expect("a bundle");
    pick_weights_alone(&chrome, &folder);
    pick_damaged_weights(&chrome, &folder);
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    pick_both_files(&chrome, &folder);
    let expected = native_face(&dist, GanKind::Cgan, Emotion::Happy, SEED);
    let rgba = chrome.execute("return Array.from(document.querySelector(\"[data-testid='face']\").getContext('2d').getImageData(0, 0, 48, 48).data).filter((_, index) => index % 4 === 0)");
    assert_same_face(&bytes(&rgba), &expected, "one's own network");
    assert_eq!(text_of(&chrome, "own-error"), "", "the error is gone");
    chrome.click("gan-acgan");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    // Anywhere on the page.
    chrome.drop_files("face", &[folder.display().to_string()]);
    chrome.wait("one's own face from a folder", OWN, NEXT_FACE);
    chrome.click("gan-acgan");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    drop_a_manifest_alone(&chrome);
    assert_nothing_broken(&chrome, &site);
}

/// Waits for a refusal that says what is missing.
fn assert_missing(chrome: &Chrome, words: &str) {
    let said = chrome.wait("what is missing", REFUSAL, NEXT_FACE);
    let said = said.as_str().unwrap_or_default();
    assert!(said.contains(words), "'{said}' does not say '{words}'");
}

fn pick(chrome: &Chrome, files: &[PathBuf]) {
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    chrome.type_into("own-files", &files.join("\n"));
}

fn pick_weights_alone(chrome: &Chrome, folder: &Path) {
    pick(chrome, &[folder.join("generator.safetensors")]);
    assert_missing(chrome, "there is no manifest.json");
}

fn pick_damaged_weights(chrome: &Chrome, folder: &Path) {
    let damaged = tempfile::TempDir::new().expect("a folder");
    let bad = damaged.path().join("generator.safetensors");
    let mut weights = fs::read(folder.join("generator.safetensors")).expect("weights");
    let middle = weights.len() / 2;
    weights[middle] ^= 1;
    fs::write(&bad, &weights).expect("a damaged copy");
    pick(chrome, &[folder.join("manifest.json"), bad]);
    let script = format!(
        "{REFUSAL}?.includes('SHA-256') ? document.querySelector(\"[data-testid='own-error']\").innerText : null"
    );
    let said = chrome.wait("the damage", &script, NEXT_FACE);
    println!("damaged bundle: {said}");
    if let Ok(axe) = audit::program() {
        audit::assert_accessible(chrome, &axe, "a bundle refused");
    }
}

fn pick_both_files(chrome: &Chrome, folder: &Path) {
    let files = ["manifest.json", "generator.safetensors"].map(|name| folder.join(name));
    pick(chrome, &files);
    chrome.wait("one's own face", OWN, NEXT_FACE);
}

fn drop_a_manifest_alone(chrome: &Chrome) {
    let drop = "return fetch('models/cgan/manifest.json').then((it) => it.blob()).then((blob) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([blob], 'manifest.json'));
        window.dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
        return true;
    })";
    chrome.execute(drop);
    assert_missing(chrome, "generator.safetensors");
}
