//! The faces on the page are those that `native-trainer sample` makes.

use std::fs;
use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::native::native_face;
use crate::shown::{assert_nothing_broken, assert_same_face, face_attribute, shown_face, text_of};
use crate::{FIRST_FACE, NEXT_FACE, SEED, Visit, built_site};

/// Chooses each GAN and each of the emotions with the pointer, and compares every face.
fn click_through(chrome: &Chrome, dist: &Path, backend: &str, emotions: &[Emotion]) {
    for (index, gan) in GanKind::ALL.into_iter().enumerate() {
        chrome.click(&format!("gan-{gan}"));
        for &emotion in emotions {
            chrome.click(&format!("emotion-{emotion}"));
            let limit = if index == 0 { FIRST_FACE } else { NEXT_FACE };
            let shown = shown_face(chrome, "face", gan, emotion, SEED, limit);
            let what = format!("{backend}, {gan}, {emotion}");
            assert_eq!(
                face_attribute(chrome, "backend"),
                backend,
                "{what}: backend"
            );
            let milliseconds: f64 = face_attribute(chrome, "milliseconds")
                .parse()
                .unwrap_or(-1.0);
            assert!(milliseconds >= 0.0, "{what}: {milliseconds} ms");
            println!("{what}: {milliseconds} ms");
            assert_same_face(&shown, &native_face(dist, gan, emotion, SEED), &what);
        }
    }
}

#[test]
fn webgpu_makes_the_faces_of_native_trainer_sample() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(true) else {
        return;
    };
    chrome.open(&site.page("?gan=cgan&seed=6"));
    click_through(&chrome, &dist, "webgpu", &[Emotion::Happy, Emotion::Angry]);
    let status = text_of(&chrome, "status");
    assert!(
        status.starts_with("WebGPU on "),
        "the status says '{status}'"
    );
    chrome.click("view-compare");
    shown_face(
        &chrome,
        "compare-cgan",
        GanKind::Cgan,
        Emotion::Angry,
        SEED,
        NEXT_FACE,
    );
    assert_nothing_broken(&chrome, &site);
}

#[test]
fn the_cpu_makes_the_faces_of_native_trainer_sample() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    chrome.open(&site.page("?gan=acgan&emotion=surprise&seed=6"));
    let first = shown_face(
        &chrome,
        "face",
        GanKind::Acgan,
        Emotion::Surprise,
        SEED,
        FIRST_FACE,
    );
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Surprise, SEED);
    assert_same_face(&first, &expected, "the face of the address");
    let latent = tests::LATENT_OF_SEED_6
        .map(|bits| bits.to_string())
        .join(" ");
    assert_eq!(
        face_attribute(&chrome, "latent"),
        latent,
        "the latents of seed {SEED} in wasm"
    );
    click_through(&chrome, &dist, "cpu", &Emotion::ALL);
    let status = text_of(&chrome, "status");
    assert!(
        status.starts_with("CPU (wasm SIMD), because "),
        "the status says '{status}'"
    );
    println!("status: {status}");
    let query = chrome.execute("return location.search");
    assert_eq!(
        query, "?gan=acgan&emotion=neutral&seed=6",
        "the address follows"
    );
    assert_nothing_broken(&chrome, &site);
}

#[test]
fn the_page_itself_holds_no_network() {
    let Some(dist) = built_site() else { return };
    let files = fs::read_dir(&dist)
        .expect("the site can be listed")
        .flatten();
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let program = |entry: &fs::DirEntry| {
        name(entry).starts_with("page-") && name(entry).ends_with("_bg.wasm")
    };
    let sizes = files
        .filter(program)
        .map(|entry| entry.metadata().map_or(u64::MAX, |data| data.len()));
    let sizes: Vec<u64> = sizes.collect();
    assert_eq!(sizes.len(), 1, "one program of the page");
    assert!(
        sizes[0] < 800_000,
        "the page's program is {} bytes: has Burn got in?",
        sizes[0]
    );
}

#[test]
fn the_first_face_is_a_picture_of_what_the_network_makes() {
    let Some(dist) = built_site() else { return };
    let picture = image::open(dist.join("first-face.png")).expect("the picture of the first face");
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Happy, SEED);
    assert_same_face(
        &picture.into_luma8().into_raw(),
        &expected,
        "first-face.png",
    );
}
