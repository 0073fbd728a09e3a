//! A discriminator as it leaves the trainer, so that the game goes on where it stood: `discriminator.json` and
//! `discriminator.safetensors`, like a generator's [`crate::bundle`]. A page never asks for it.

use serde::{Deserialize, Serialize};

use crate::bundle::{BundleError, Describes, Packed, WeightsFile};
use crate::config::{DiscriminatorConfig, GanKind};

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

/// A discriminator's manifest and weights.
pub type DiscriminatorBundle = Packed<DiscriminatorManifest>;

impl Describes for DiscriminatorManifest {
    const FILE: &'static str = "discriminator.json";
    const KIND: &'static str = "discriminator";

    fn weights(&self) -> &WeightsFile {
        &self.weights
    }

    fn check(&self) -> Result<(), BundleError> {
        Ok(self.discriminator.check()?)
    }
}
