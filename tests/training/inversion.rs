//! From a photograph to a person, with a shipped generator and a face that it has never seen.

use std::fs;

use burn::tensor::Device;
use dataset::synthetic;
use model_core::bundle::{Bundle, Describes, Manifest};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::IMAGE_PIXELS;
use model_core::reading::named_tensors;
use pollster::block_on;
use training::faces::grey_faces;
use training::inversion::{Person, Pivot, Search, SearchOptions, Tuning, TuningOptions};

const SEARCH: SearchOptions = SearchOptions {
    candidates: 8,
    starts: 2,
    steps: 20,
    ..SearchOptions::DEFAULT
};
const TUNING: TuningOptions = TuningOptions {
    steps: 10,
    ..TuningOptions::DEFAULT
};

fn shipped() -> Bundle {
    let folder = tests::repository().join("web/assets/models/acgan");
    let manifest = Manifest::parse(&fs::read(folder.join(Manifest::FILE)).unwrap()).unwrap();
    let weights = fs::read(folder.join(&manifest.weights.file)).unwrap();
    Bundle::open(manifest, weights).unwrap()
}

fn photo() -> ([u8; IMAGE_PIXELS], Emotion) {
    let faces = synthetic(7, 3);
    (faces.image(0).try_into().unwrap(), faces.label(0))
}

/// The pivot at the start of the search and at its end, the person, and the tuned face's difference from the photograph.
fn found(generator: &Generator) -> (Pivot, Pivot, Person, f32) {
    let (photo, emotion) = photo();
    let mut search = block_on(Search::start(generator, &photo, emotion, 5, SEARCH)).unwrap();
    let first = block_on(search.pivot()).unwrap();
    while !search.is_finished() {
        search.step();
    }
    let pivot = block_on(search.pivot()).unwrap();
    let mut tuning = Tuning::start(generator, None, &photo, pivot.clone(), TUNING);
    assert_eq!(block_on(tuning.error()).unwrap(), pivot.error);
    while !tuning.is_finished() {
        tuning.step();
    }
    let error = block_on(tuning.error()).unwrap();
    (first, pivot, tuning.person(), error)
}

fn seven(person: &Person) -> Vec<Vec<u8>> {
    let emotions = Emotion::ALL.map(|emotion| emotion.weights());
    block_on(grey_faces(person.faces(&emotions))).unwrap()
}

#[test]
fn a_search_finds_a_liker_face_and_a_tuning_a_liker_one_still() {
    let generator = shipped().generator(&Device::flex()).unwrap();
    let (first, pivot, person, error) = found(&generator);
    assert!(
        pivot.error < 0.9 * first.error,
        "{} of {}",
        pivot.error,
        first.error
    );
    assert!(error < 0.9 * pivot.error, "{error} of {}", pivot.error);
    // The error is what it says: grey levels between the face with the photograph's emotion and the photograph.
    let (photo, emotion) = photo();
    let face = &seven(&person)[emotion.index()];
    let squares = face
        .iter()
        .zip(&photo)
        .map(|(&a, &b)| (f32::from(a) - f32::from(b)).powi(2));
    let seen = (squares.sum::<f32>() / IMAGE_PIXELS as f32).sqrt();
    assert!((seen - error).abs() < 0.5, "{seen} and {error}");
}

#[test]
fn the_same_photograph_and_seed_give_the_same_person() {
    let generator = shipped().generator(&Device::flex()).unwrap();
    let [(_, _, one, _), (_, _, other, _)] = [found(&generator), found(&generator)];
    assert_eq!(one.z, other.z);
    assert_eq!(seven(&one), seven(&other));
}

#[test]
fn a_tuning_leaves_what_latents_and_emotions_meet() {
    let generator = shipped().generator(&Device::flex()).unwrap();
    let (_, _, person, _) = found(&generator);
    let tensors = |generator: &Generator| block_on(named_tensors(generator)).unwrap();
    for (before, after) in tensors(&generator).iter().zip(tensors(&person.generator)) {
        let stays = before.name == "start.weight" || before.name.contains("norm");
        assert_eq!(before.numbers == after.numbers, stays, "{}", before.name);
    }
}

#[test]
fn a_persons_bundle_makes_that_person_of_every_seed() {
    let bundle = shipped();
    let (_, _, person, _) = found(&bundle.generator(&Device::flex()).unwrap());
    let packed = block_on(person.pack(&bundle.manifest)).unwrap();
    let again = Bundle::open(packed.manifest, packed.weights).unwrap();
    let generator = again.generator(&Device::flex()).unwrap();
    let emotions = Emotion::ALL.map(|emotion| emotion.weights());
    let faces = block_on(grey_faces(
        generator.faces(&[1, 2, 3, 4, 5, 6, 7], &emotions),
    ))
    .unwrap();
    for (face, expected) in faces.iter().zip(seven(&person)) {
        let apart = face
            .iter()
            .zip(&expected)
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(apart <= Some(8), "{apart:?} grey levels by rounded weights");
    }
}
