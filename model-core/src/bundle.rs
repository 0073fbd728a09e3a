//! The bundle: a trained generator as it leaves the trainer and enters a page.
//!
//! Two files: `manifest.json` ([`Manifest`]: what it is, how it was trained, the hash of the
//! weights) and `generator.safetensors` (8-bit integers with scales and half precision, openable from Python). This is the only place
//! that knows the format; reading and writing files or URLs is the caller's, `packing.rs` turns it into networks.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{ConfigError, GanKind, GeneratorConfig};
use crate::emotion::Emotion;
use crate::pixels::IMAGE_SIDE;

/// Name of the weights' file.
pub const WEIGHTS_FILE: &str = "generator.safetensors";
/// Raised when a reader of the old format could not read the new one.
pub const FORMAT_VERSION: u32 = 3;
/// No generator of this project is larger; anything beyond is not one.
pub const MAX_WEIGHT_BYTES: u64 = 64 << 20;

/// Everything about a bundle but the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// The GAN whose generator this is.
    pub gan: GanKind,
    /// What the network is rebuilt from.
    pub generator: GeneratorConfig,
    /// The order of the seven emotion weights.
    pub emotions: Vec<Emotion>,
    /// Width and height of a face, in pixels.
    pub image_side: usize,
    /// The weights' file.
    pub weights: WeightsFile,
    /// Where the weights come from.
    pub training: Training,
}

/// The file of weights beside the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightsFile {
    /// File name, no folders.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Trainable numbers in the network.
    pub parameters: u64,
}

/// Provenance of a set of weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Preset of the run.
    pub preset: String,
    /// Data set, as the trainer names it.
    pub data: String,
    /// Hash of its images, labels and splits, whatever file they lay in; none in manifests of earlier trainers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_sha256: Option<String>,
    /// Real images seen by the discriminator.
    pub images_seen: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Git commit of the trainer, or "unknown".
    pub git_commit: String,
    /// What latents were multiplied by before the weights were written (truncation); 1 for the network as trained.
    pub truncation: f64,
    /// How far latents were edited before the weights were written, in standard deviations along the direction in which the
    /// discriminator sees the asked emotion better; 0 for the network as trained.
    pub latent_edit: f64,
    /// How much of the asked emotion faces were left with before the weights were written, the rest being neutral; 1 for the network
    /// as trained.
    pub label_interpolation: f64,
    /// What a photograph showed to which the generator was tuned, where it makes that person of every seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Emotion>,
    /// Metrics by name, as `native-trainer eval` names them.
    #[serde(default)]
    pub metrics: BTreeMap<String, f64>,
}

/// Latents multiplied by more lie where hardly any lay while the network learned.
pub const MAX_TRUNCATION: f64 = 1.5;

/// Beyond so many standard deviations no network has drawn faces while it learned.
pub const MAX_LATENT_EDIT: f64 = 3.0;

/// Why something is no bundle of ours.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("the manifest is not valid: {0}")]
    Manifest(#[from] serde_json::Error),
    #[error(
        "the manifest has format version {found}, this build reads {FORMAT_VERSION}: export the model again with a matching trainer"
    )]
    Version { found: u32 },
    #[error("the manifest describes another kind of model: {0}")]
    Contract(String),
    #[error("the manifest's network cannot be built: {0}")]
    Config(#[from] ConfigError),
    #[error(
        "the weights are {found} bytes, the manifest says {expected}: the file is incomplete or another one"
    )]
    Size { found: u64, expected: u64 },
    #[error(
        "the weights have SHA-256 {found}, the manifest says {expected}: the file is damaged or another one"
    )]
    Hash { found: String, expected: String },
    #[error(transparent)]
    Weights(#[from] crate::weights::WeightsError),
    #[cfg(feature = "networks")]
    #[error(transparent)]
    Read(#[from] crate::reading::ReadError),
}

/// What all manifests have in common, whichever network theirs is.
pub trait Describes: Serialize + DeserializeOwned {
    /// Name of the manifest's file.
    const FILE: &'static str;
    /// What manifest and weights are together.
    const KIND: &'static str;

    /// The weights' file.
    fn weights(&self) -> &WeightsFile;

    /// Refuses what no network of this project is built from.
    fn check(&self) -> Result<(), BundleError>;

    /// Reads and checks a manifest.
    fn parse(json: &[u8]) -> Result<Self, BundleError> {
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
        }
        let Version { format_version } = serde_json::from_slice(json)?;
        if format_version != FORMAT_VERSION {
            return Err(BundleError::Version {
                found: format_version,
            });
        }
        let manifest: Self = serde_json::from_slice(json)?;
        manifest.check()?;
        manifest.weights().check()?;
        Ok(manifest)
    }

    /// The manifest as it is in its file. Refuses what [`Self::parse`] would refuse, so that nothing is written that cannot be read.
    fn to_json(&self) -> Result<String, BundleError> {
        self.check()?;
        self.weights().check()?;
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl Describes for Manifest {
    const FILE: &'static str = "manifest.json";
    const KIND: &'static str = "bundle";

    fn weights(&self) -> &WeightsFile {
        &self.weights
    }

    fn check(&self) -> Result<(), BundleError> {
        self.generator.check()?;
        let contract = |text: String| Err(BundleError::Contract(text));
        if self.emotions != Emotion::ALL {
            return contract(format!("its emotions are {:?}", self.emotions));
        }
        if self.image_side != IMAGE_SIDE {
            return contract(format!("its faces are {0}x{0} pixels", self.image_side));
        }
        let truncation = self.training.truncation;
        if !(truncation > 0.0 && truncation <= MAX_TRUNCATION) {
            return contract(format!("its latents are multiplied by {truncation}"));
        }
        let edit = self.training.latent_edit;
        if !(0.0..=MAX_LATENT_EDIT).contains(&edit) {
            return contract(format!("its latents are edited by {edit}"));
        }
        let share = self.training.label_interpolation;
        if !(share > 0.0 && share <= 1.0) {
            return contract(format!("its emotions are multiplied by {share}"));
        }
        let mut metrics = self.training.metrics.iter();
        if let Some((name, value)) = metrics.find(|(_, value)| !value.is_finite()) {
            return contract(format!("its metric {name} is {value}, which is no number"));
        }
        Ok(())
    }
}

/// A manifest and the weights it describes.
#[derive(Debug, Clone)]
pub struct Packed<M> {
    /// The checked manifest.
    pub manifest: M,
    /// The bytes of the safetensors file.
    pub weights: Vec<u8>,
}

/// A generator's.
pub type Bundle = Packed<Manifest>;

impl<M: Describes> Packed<M> {
    /// Puts a manifest and its weights together; refuses weights of another size or hash.
    pub fn open(manifest: M, weights: Vec<u8>) -> Result<Self, BundleError> {
        manifest.weights().verify(&weights)?;
        Ok(Self { manifest, weights })
    }
}

impl WeightsFile {
    /// Refuses bytes of another size or hash.
    pub fn verify(&self, weights: &[u8]) -> Result<(), BundleError> {
        self.verify_described(weights.len() as u64, || sha256(weights))
    }

    /// The same for bytes whose hash, in lower-case hexadecimal, the caller knows or finds out.
    pub fn verify_described(
        &self,
        found: u64,
        sha256: impl FnOnce() -> String,
    ) -> Result<(), BundleError> {
        let expected = self.bytes;
        if found != expected {
            return Err(BundleError::Size { found, expected });
        }
        let found = sha256();
        if found != self.sha256 {
            let expected = self.sha256.clone();
            return Err(BundleError::Hash { found, expected });
        }
        Ok(())
    }

    /// Refuses what no bundle of this project names: a path, or a file beyond all sizes.
    pub fn check(&self) -> Result<(), BundleError> {
        let contract = |text: String| Err(BundleError::Contract(text));
        if self.bytes > MAX_WEIGHT_BYTES {
            return contract(format!("its weights take {} bytes", self.bytes));
        }
        let file = &self.file;
        if file.is_empty() || file.contains(['/', '\\']) || file.starts_with('.') {
            return contract(format!("'{file}' is not a plain file name"));
        }
        Ok(())
    }
}

/// SHA-256 as manifests write it.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// A hash as manifests write it.
pub fn hexadecimal(hash: &[u8]) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
