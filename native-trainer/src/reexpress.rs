//! A photograph with seven emotions: search, tuning, pictures; and the same over held-out images, for figures.

use anyhow::Context;
use dataset::{Dataset, Split};
use model_core::classifier::Classifier;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::IMAGE_PIXELS;
use training::faces::grey_faces;
use training::inversion::{Person, Pivot, Search, SearchOptions, Tuning, TuningOptions};
use training::predictions::predict;

use crate::wait::wait;

/// Steps between two reports.
const REPORT: usize = 10;

/// What a photograph is worked on with.
pub struct Reexpress<'a> {
    pub generator: &'a Generator,
    pub classifier: &'a Classifier,
    pub search: SearchOptions,
    pub tuning: TuningOptions,
    /// The first of the seeds that are tried.
    pub seed: u64,
}

/// How far it is, and how much the face differs from the photograph.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Steps of the search, and the best latent's difference in grey levels.
    Searched(usize, f32),
    /// Steps of the tuning, and the difference.
    Tuned(usize, f32),
}

impl Reexpress<'_> {
    /// The emotion that the classifier sees in a photograph.
    pub fn emotion(&self, photo: &[u8; IMAGE_PIXELS]) -> anyhow::Result<Emotion> {
        let seen = wait(predict(self.classifier, &[photo]))?.labels;
        seen.first().copied().context("no emotion was seen")
    }

    /// The person in a photograph that shows an emotion, and the pivot before the weights were tuned.
    pub fn person(
        &self,
        photo: &[u8; IMAGE_PIXELS],
        emotion: Emotion,
        tell: &mut dyn FnMut(Step),
    ) -> anyhow::Result<(Pivot, Person)> {
        let start = Search::start(self.generator, photo, emotion, self.seed, self.search);
        let mut search = wait(start)?;
        while !search.is_finished() {
            let step = search.step();
            if step.is_multiple_of(REPORT) {
                tell(Step::Searched(step, wait(search.pivot())?.error));
            }
        }
        let pivot = wait(search.pivot())?;
        let mut tuning = Tuning::start(
            self.generator,
            Some(self.classifier),
            photo,
            pivot.clone(),
            self.tuning,
        );
        while !tuning.is_finished() {
            let step = tuning.step();
            if step.is_multiple_of(REPORT) {
                tell(Step::Tuned(step, wait(tuning.error())?));
            }
        }
        Ok((pivot, tuning.person()))
    }
}

/// The seven faces of a person, as grey bytes in the order of [`Emotion::ALL`].
pub fn seven(person: &Person) -> anyhow::Result<Vec<Vec<u8>>> {
    let emotions = Emotion::ALL.map(Emotion::weights);
    Ok(wait(grey_faces(person.faces(&emotions)))?)
}

/// What came of one held-out image.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Root mean square differences from the image in grey levels: of the pivot, and after tuning.
    pub errors: [f64; 2],
    /// Share of the six other emotions in which the classifier sees what was asked for: at the pivot, and after tuning.
    pub seen: [f64; 2],
    /// Cosine between the changes from one emotion to the next, before and after tuning.
    pub kept: f64,
}

/// Re-expresses `count` PrivateTest images, evenly spread over those there are.
pub fn measure(
    with: &Reexpress<'_>,
    dataset: &Dataset,
    count: usize,
    tell: &mut dyn FnMut(&Measured),
) -> anyhow::Result<Vec<Measured>> {
    let images = dataset.indices(Split::PrivateTest);
    anyhow::ensure!(!images.is_empty(), "the data set has no PrivateTest images");
    let count = count.min(images.len());
    let chosen = (0..count).map(|n| images[n * images.len() / count]);
    chosen
        .map(|image| {
            let measured = measure_one(with, dataset, image)?;
            tell(&measured);
            Ok(measured)
        })
        .collect()
}

fn measure_one(with: &Reexpress<'_>, dataset: &Dataset, image: usize) -> anyhow::Result<Measured> {
    let photo = dataset
        .image(image)
        .try_into()
        .context("an image has another size")?;
    let emotion = dataset.label(image);
    let (pivot, person) = with.person(photo, emotion, &mut |_| ())?;
    let before = Person {
        emotion,
        z: pivot.z.clone(),
        generator: with.generator.clone(),
    };
    let sheets = [seven(&before)?, seven(&person)?];
    let own = emotion.index();
    let errors = sheets
        .each_ref()
        .map(|faces| difference(&faces[own], photo));
    let mut seen = [0.0; 2];
    for (seen, faces) in seen.iter_mut().zip(&sheets) {
        let faces: Vec<&[u8]> = faces.iter().map(Vec::as_slice).collect();
        let labels = wait(predict(with.classifier, &faces))?.labels;
        let others = labels
            .iter()
            .zip(Emotion::ALL)
            .filter(|(_, asked)| *asked != emotion);
        let right = others.filter(|(label, asked)| *label == asked).count();
        *seen = right as f64 / (Emotion::COUNT - 1) as f64;
    }
    let kept = cosine(&changes(&sheets[0], own), &changes(&sheets[1], own));
    Ok(Measured { errors, seen, kept })
}

/// Root mean square difference in grey levels.
fn difference(face: &[u8], photo: &[u8]) -> f64 {
    let squares = face
        .iter()
        .zip(photo)
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    (squares.sum::<f64>() / face.len() as f64).sqrt()
}

/// What the other faces differ by from one of them.
fn changes(faces: &[Vec<u8>], own: usize) -> Vec<f64> {
    faces
        .iter()
        .flat_map(|face| face.iter().zip(&faces[own]))
        .map(|(&a, &b)| f64::from(a) - f64::from(b))
        .collect()
}

fn cosine(left: &[f64], right: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
}
