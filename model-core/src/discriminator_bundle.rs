//! A discriminator as it leaves the trainer, so that the game goes on where it stood: `discriminator.json` and
//! `discriminator.safetensors`, like a generator's [`crate::bundle`]. A page never asks for it.

use serde::{Deserialize, Serialize};

use crate::bundle::{BundleError, WeightsFile, check_version};
use crate::config::{DiscriminatorConfig, GanKind};

/// Name of the manifest's file.
pub const DISCRIMINATOR_MANIFEST_FILE: &str = "discriminator.json";
/// Name of the weights' file.
pub const DISCRIMINATOR_WEIGHTS_FILE: &str = "discriminator.safetensors";

/// Everything about a discriminator but its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscriminatorManifest {
    /// [`crate::bundle::FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// The GAN whose discriminator this is.
    pub gan: GanKind,
    /// What the network is rebuilt from.
    pub discriminator: DiscriminatorConfig,
    /// SHA-256 of the generator's weights in the bundle that was exported with it.
    pub generator: String,
    /// The weights' file.
    pub weights: WeightsFile,
}

/// A manifest and the weights it describes.
#[derive(Debug, Clone)]
pub struct DiscriminatorBundle {
    /// The checked manifest.
    pub manifest: DiscriminatorManifest,
    /// The bytes of the safetensors file.
    pub weights: Vec<u8>,
}

impl DiscriminatorManifest {
    /// Reads and checks a manifest.
    pub fn parse(json: &[u8]) -> Result<Self, BundleError> {
        let manifest: Self = serde_json::from_slice(json)?;
        check_version(manifest.format_version)?;
        manifest.discriminator.check()?;
        manifest.weights.check()?;
        Ok(manifest)
    }

    /// The manifest as it stands in its file.
    pub fn to_json(&self) -> Result<String, BundleError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl DiscriminatorBundle {
    /// Puts a manifest and its weights together; refuses weights of another size or hash.
    pub fn open(manifest: DiscriminatorManifest, weights: Vec<u8>) -> Result<Self, BundleError> {
        manifest.weights.verify(&weights)?;
        Ok(Self { manifest, weights })
    }
}
