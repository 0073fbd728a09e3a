//! The tuning of a generator to one photograph, at its pivot.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Tensor, TensorData};
use model_core::classifier::Classifier;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::label::cross_entropy;
use model_core::pixels::IMAGE_PIXELS;
use model_core::reading::{ReadError, numbers};

use super::search::Pivot;
use super::{Person, errors, grey_levels};
use crate::annealing::annealed;
use crate::faces::signed_images;

/// How a generator is tuned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TuningOptions {
    pub steps: usize,
    /// Learning rate of the first step; it falls to nothing.
    pub rate: f64,
    /// Weight of what is held: the pivot's changes from one emotion to the next.
    pub held: f64,
    /// Weight of the classifier's cross-entropy on the six other emotions.
    pub classified: f64,
}

impl TuningOptions {
    /// docs/photo.md has what they give.
    pub const DEFAULT: Self = Self {
        steps: 60,
        rate: 1e-3,
        held: 1.0,
        classified: 0.0,
    };
}

/// A tuning under way.
pub struct Tuning {
    generator: Generator,
    classifier: Option<Classifier>,
    optimizer: ModuleOptimizer,
    options: TuningOptions,
    pivot: Pivot,
    photo: Tensor<4>,
    /// The pivot, once for each emotion `[7, latent_size]`, and the emotions `[7, 7]`.
    asked: [Tensor<2>; 2],
    /// The seven faces less the one that is like the photograph, before the first step `[7, 1, 48, 48]`.
    changes: Tensor<4>,
    step: usize,
}

impl Tuning {
    /// For the photograph that the pivot was found for. A classifier is asked only if its cross-entropy has a weight.
    pub fn start(
        generator: &Generator,
        classifier: Option<&Classifier>,
        photo: &[u8; IMAGE_PIXELS],
        pivot: Pivot,
        options: TuningOptions,
    ) -> Self {
        let device = generator.device();
        let size = pivot.z.len();
        let z = TensorData::new(pivot.z.repeat(Emotion::COUNT), [Emotion::COUNT, size]);
        let emotions = Emotion::ALL.map(|emotion| emotion.weights());
        let asked = [
            Tensor::from_data(z, &device),
            emotion_rows(&emotions, &device),
        ];
        let [z, emotions] = asked.clone();
        Self {
            changes: changes(generator.forward(z, emotions), pivot.emotion),
            generator: generator.clone().for_tuning(),
            classifier: classifier.filter(|_| options.classified > 0.0).cloned(),
            optimizer: AdamConfig::new().init(),
            photo: signed_images(&[photo], &device),
            asked,
            options,
            pivot,
            step: 0,
        }
    }

    /// Whether all steps are done.
    pub fn is_finished(&self) -> bool {
        self.step >= self.options.steps
    }

    /// Moves the weights once; returns how often that was done.
    pub fn step(&mut self) -> usize {
        let faces = self.faces(&self.generator);
        let likeness = errors(self.own(faces.clone()), self.photo.clone());
        let changed = changes(faces.clone(), self.pivot.emotion);
        let held = errors(changed, self.changes.clone()).mean();
        let mut loss = likeness + held.mul_scalar(self.options.held);
        if let Some(classifier) = &self.classifier {
            let [_, emotions] = self.asked.clone();
            let seen = cross_entropy(classifier.forward(faces).logits, emotions);
            loss = loss + seen.mul_scalar(self.options.classified);
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &self.generator);
        let rate = annealed(
            self.options.rate,
            self.step as f64 / self.options.steps as f64,
        );
        self.generator = self.optimizer.step(rate, self.generator.clone(), gradients);
        self.step += 1;
        self.step
    }

    /// The person so far.
    pub fn person(&self) -> Person {
        Person {
            emotion: self.pivot.emotion,
            z: self.pivot.z.clone(),
            generator: self.generator.valid(),
        }
    }

    /// Root mean square difference from the photograph so far, in grey levels.
    pub async fn error(&self) -> Result<f32, ReadError> {
        let face = self.own(self.faces(&self.generator.valid()));
        let error = numbers(errors(face, self.photo.clone())).await?;
        Ok(grey_levels(error.first().copied().unwrap_or(f32::NAN)))
    }

    /// All seven faces `[7, 1, 48, 48]`.
    fn faces(&self, generator: &Generator) -> Tensor<4> {
        let [z, emotions] = self.asked.clone();
        generator.forward(z, emotions)
    }

    /// The one of seven faces that shows the photograph's emotion `[1, 1, 48, 48]`.
    fn own(&self, faces: Tensor<4>) -> Tensor<4> {
        faces.narrow(0, self.pivot.emotion.index(), 1)
    }
}

/// What every emotion changes in the face of one of them `[7, 1, 48, 48]`.
fn changes(faces: Tensor<4>, emotion: Emotion) -> Tensor<4> {
    let own = faces.clone().narrow(0, emotion.index(), 1);
    faces - own
}
