//! The judge as it leaves the trainer: `judge.json` and `judge.safetensors`, like a generator's [`crate::bundle`].

use serde::{Deserialize, Serialize};

use crate::bundle::{BundleError, WeightsFile, check_version};
use crate::emotion::Emotion;

/// Name of the manifest's file.
pub const JUDGE_MANIFEST_FILE: &str = "judge.json";
/// Name of the weights' file.
pub const JUDGE_WEIGHTS_FILE: &str = "judge.safetensors";
/// Widths that a judge is built with.
pub const JUDGE_WIDTHS: std::ops::RangeInclusive<usize> = 1..=128;
/// Stages that a judge is built with.
const JUDGE_STAGES: std::ops::RangeInclusive<usize> = 1..=4;

fn stages_of_version_1() -> usize {
    3
}

/// Everything about a judge but its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgeManifest {
    /// [`crate::bundle::FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// Channels of the first stage.
    pub width: usize,
    /// Stages; the judges of version 1 had three.
    #[serde(default = "stages_of_version_1")]
    pub stages: usize,
    /// The order of the logits.
    pub emotions: Vec<Emotion>,
    /// The weights' file.
    pub weights: WeightsFile,
    /// Where the weights come from.
    pub training: JudgeTraining,
}

/// Provenance of a judge.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JudgeTraining {
    /// Data set, as the trainer names it.
    pub data: String,
    /// Images seen.
    pub images_seen: u64,
    /// Seed of weights and batches.
    pub seed: u64,
    /// Share of PrivateTest (without images that stand in Training too) in which it sees the label, 0 to 1.
    pub accuracy: f64,
    /// Git commit of the trainer, or "unknown".
    pub git_commit: String,
}

/// A manifest and the weights it describes.
#[derive(Debug, Clone)]
pub struct JudgeBundle {
    pub manifest: JudgeManifest,
    /// The bytes of the safetensors file.
    pub weights: Vec<u8>,
}

impl JudgeManifest {
    /// Reads and checks a manifest.
    pub fn parse(json: &[u8]) -> Result<Self, BundleError> {
        let manifest: Self = serde_json::from_slice(json)?;
        check_version(manifest.format_version)?;
        if manifest.emotions != Emotion::ALL {
            return Err(BundleError::Contract(format!(
                "its emotions are {:?}",
                manifest.emotions
            )));
        }
        if !JUDGE_WIDTHS.contains(&manifest.width) {
            return Err(BundleError::Contract(format!(
                "its width is {}: expected {} to {}",
                manifest.width,
                JUDGE_WIDTHS.start(),
                JUDGE_WIDTHS.end()
            )));
        }
        if !JUDGE_STAGES.contains(&manifest.stages) {
            return Err(BundleError::Contract(format!(
                "its stages are {}: expected {} to {}",
                manifest.stages,
                JUDGE_STAGES.start(),
                JUDGE_STAGES.end()
            )));
        }
        manifest.weights.check()?;
        Ok(manifest)
    }

    /// The manifest as it stands in its file.
    pub fn to_json(&self) -> Result<String, BundleError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl JudgeBundle {
    /// Puts a manifest and its weights together; refuses weights of another size or hash.
    pub fn open(manifest: JudgeManifest, weights: Vec<u8>) -> Result<Self, BundleError> {
        manifest.weights.verify(&weights)?;
        Ok(Self { manifest, weights })
    }
}
