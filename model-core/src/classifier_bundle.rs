//! The classifier as it leaves the trainer: `classifier.json` and `classifier.safetensors`, like a generator's [`crate::bundle`].

use serde::{Deserialize, Serialize};

use crate::bundle::{BundleError, Describes, Packed, WeightsFile};
use crate::emotion::Emotion;

/// Name of the weights' file.
pub const CLASSIFIER_WEIGHTS_FILE: &str = "classifier.safetensors";
/// Widths that a classifier is built with.
pub const CLASSIFIER_WIDTHS: std::ops::RangeInclusive<usize> = 1..=128;
/// Stages that a classifier is built with.
const CLASSIFIER_STAGES: std::ops::RangeInclusive<usize> = 1..=4;

/// Everything about a classifier but its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierManifest {
    /// [`crate::bundle::FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// Channels of the first stage.
    pub width: usize,
    /// Stages.
    pub stages: usize,
    /// The order of the logits.
    pub emotions: Vec<Emotion>,
    /// The weights' file.
    pub weights: WeightsFile,
    /// Where the weights come from.
    pub training: ClassifierTraining,
}

/// Provenance of a classifier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassifierTraining {
    /// Data set, as the trainer names it.
    pub data: String,
    /// Hash of its images, labels and splits, whatever file they lay in; none in manifests of earlier trainers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_sha256: Option<String>,
    /// Images seen.
    pub images_seen: u64,
    /// Seed of weights and batches.
    pub seed: u64,
    /// Share of PrivateTest (without images that stand in Training too) in which it sees the label, 0 to 1.
    pub accuracy: f64,
    /// Git commit of the trainer, or "unknown".
    pub git_commit: String,
}

/// A classifier's manifest and weights.
pub type ClassifierBundle = Packed<ClassifierManifest>;

impl Describes for ClassifierManifest {
    const FILE: &'static str = "classifier.json";
    const KIND: &'static str = "classifier";

    fn weights(&self) -> &WeightsFile {
        &self.weights
    }

    fn check(&self) -> Result<(), BundleError> {
        let contract = |text: String| Err(BundleError::Contract(text));
        if self.emotions != Emotion::ALL {
            return contract(format!("its emotions are {:?}", self.emotions));
        }
        for (name, found, expected) in [
            ("width is", self.width, CLASSIFIER_WIDTHS),
            ("stages are", self.stages, CLASSIFIER_STAGES),
        ] {
            if !expected.contains(&found) {
                let (low, high) = expected.into_inner();
                return contract(format!("its {name} {found}: expected {low} to {high}"));
            }
        }
        let accuracy = self.training.accuracy;
        if !(0.0..=1.0).contains(&accuracy) {
            return contract(format!("its accuracy is {accuracy}: expected 0 to 1"));
        }
        Ok(())
    }
}
