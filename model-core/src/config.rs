//! Model configuration: what the networks are built from, and what travels with the weights.
//!
//! A configuration read from a file may be hostile, so [`GeneratorConfig::check`] bounds every
//! size before anything is allocated.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which of the two GANs a model belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GanKind {
    /// Conditional GAN: the discriminator judges realism and match with the label.
    Cgan,
    /// Auxiliary-classifier GAN: the discriminator judges realism and predicts the emotion.
    Acgan,
}

/// Text that names neither GAN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a GAN of this project: expected cgan or acgan")]
pub struct UnknownGan(pub String);

impl GanKind {
    /// Both kinds.
    pub const ALL: [GanKind; 2] = [GanKind::Cgan, GanKind::Acgan];

    /// The name used in options, folders and manifests.
    pub const fn name(self) -> &'static str {
        match self {
            GanKind::Cgan => "cgan",
            GanKind::Acgan => "acgan",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            GanKind::Cgan => "cGAN",
            GanKind::Acgan => "ACGAN",
        }
    }
}

impl fmt::Display for GanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for GanKind {
    type Err = UnknownGan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownGan(text.to_owned()))
    }
}

/// How the generator doubles the size of a feature map. Measured in docs/training.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpSampling {
    /// Transposed convolution, kernel 4, stride 2.
    Transposed,
    /// Nearest-neighbour enlargement, then a 3x3 convolution; computed as a transposed one, and exported as such.
    Nearest,
    /// A 3x3 convolution to four times the channels, then pixel shuffle.
    Shuffle,
}

/// Sizes of a generator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratorConfig {
    /// Length of the latent vector z.
    pub latent_size: usize,
    /// Channels of the 24x24 maps; 12x12 has twice, 6x6 four times as many.
    pub width: usize,
    /// How feature maps are enlarged.
    pub up_sampling: UpSampling,
    /// Channels of maps at the full 48x48; 0 makes the pixels straight from the 24x24 maps, as bundles without
    /// this number do.
    #[serde(default)]
    pub fine_width: usize,
    /// Whether every normalisation has a scale and shift for each emotion, or one for all; then the emotion enters
    /// beside z alone. Measured in docs/training.md.
    #[serde(default = "yes")]
    pub conditional_norm: bool,
    /// Whether a residual block follows every doubling: a normalisation and a 3x3 convolution more, which begin by adding
    /// nothing.
    #[serde(default)]
    pub residual: bool,
    /// Whether z, too, scales and shifts in every normalisation (self-modulation, Chen et al. 2019).
    #[serde(default)]
    pub self_modulation: bool,
}

/// Bundles without this switch were written when there was no other way.
fn yes() -> bool {
    true
}

/// Sizes of a discriminator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscriminatorConfig {
    /// Channels of the 24x24 maps; each halving of the size doubles them.
    pub width: usize,
    /// Whether weights are divided by their largest singular value (Miyato et al. 2018).
    pub spectral_norm: bool,
    /// Images that are looked at together: how much each feature varies among them counts for their realism, so that too
    /// little variety shows (minibatch standard deviation, Karras et al. 2018). 0 for none.
    #[serde(default)]
    pub variety_group: usize,
    /// Length of the vectors in which the ACGAN's discriminator compares images of a batch with one another to tell their
    /// emotions apart (ReACGAN, Kang et al. 2021). 0 for a classifier that sees one image at a time.
    #[serde(default)]
    pub class_embedding: usize,
    /// Whether it counts where in the last 3x3 maps a feature is: a fully connected layer reads them whole, beside their sum,
    /// which tells what is in a face and not where.
    #[serde(default)]
    pub dense: bool,
    /// Whether a 3x3 convolution more, which begins by adding nothing, follows at 12x12 and at 6x6.
    #[serde(default)]
    pub residual: bool,
}

/// A configuration that no network is built from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {found}: expected {low} to {high}")]
pub struct ConfigError {
    name: &'static str,
    found: usize,
    low: usize,
    high: usize,
}

impl GeneratorConfig {
    /// Refuses sizes that are zero or beyond anything this project trains.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("latent_size", self.latent_size, 1, 1024)?;
        within("generator width", self.width, 1, 256)?;
        within("generator fine_width", self.fine_width, 0, 256)
    }

    /// What a folded generator is rebuilt from.
    pub fn folded(&self) -> Self {
        let up_sampling = match self.up_sampling {
            UpSampling::Nearest => UpSampling::Transposed,
            other => other,
        };
        Self {
            up_sampling,
            ..self.clone()
        }
    }
}

impl DiscriminatorConfig {
    /// Refuses sizes that are zero or beyond anything this project trains.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("discriminator width", self.width, 1, 256)?;
        within(
            "discriminator class_embedding",
            self.class_embedding,
            0,
            1024,
        )
    }
}

fn within(name: &'static str, found: usize, low: usize, high: usize) -> Result<(), ConfigError> {
    if (low..=high).contains(&found) {
        return Ok(());
    }
    Err(ConfigError {
        name,
        found,
        low,
        high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gan_is_named_in_any_case() {
        assert_eq!("ACGAN".parse(), Ok(GanKind::Acgan));
        assert_eq!("cgan".parse(), Ok(GanKind::Cgan));
        assert!("stylegan".parse::<GanKind>().is_err());
    }

    #[test]
    fn an_oversized_generator_is_refused_by_name() {
        let config = GeneratorConfig {
            latent_size: 64,
            width: 1_000_000,
            up_sampling: UpSampling::Transposed,
            fine_width: 0,
            conditional_norm: true,
            residual: false,
            self_modulation: false,
        };
        let message = config.check().map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err("generator width is 1000000: expected 1 to 256".into())
        );
    }
}
