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
    /// Conditional GAN: the discriminator tells in one logit whether an image is real and shows its label.
    Cgan,
    /// Auxiliary-classifier GAN: the discriminator tells whether an image is real, and predicts its label beside that.
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

/// How the generator doubles the size of a feature map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpSampling {
    /// Nearest-neighbour enlargement, then a 3x3 convolution: what a new run learns.
    Nearest,
    /// Transposed convolution, kernel 4, stride 2: what that is fused into for inference.
    Transposed,
}

/// Sizes of a generator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratorConfig {
    /// Length of the latent vector z.
    pub latent_size: usize,
    /// Channels of the 24x24 maps; 6x6 has four times, 12x12 twice, 48x48 half as many.
    pub width: usize,
    /// How feature maps are enlarged.
    pub up_sampling: UpSampling,
    /// Whether a residual block follows every doubling: a normalisation and a 3x3 convolution more, which begin by adding
    /// nothing.
    pub residual: bool,
    /// Whether z, too, scales and shifts in every normalisation (self-modulation, Chen et al. 2019).
    pub self_modulation: bool,
}

/// Sizes of a discriminator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscriminatorConfig {
    /// Channels of the 24x24 maps; each halving of the size doubles them, up to four times as many.
    pub width: usize,
    /// Whether a fully connected layer reads the last 3x3 maps whole, beside their sum over all places: what is in a face,
    /// and where.
    pub dense: bool,
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
        within("generator width", self.width, 2, 256)
    }

    /// What a fused generator is rebuilt from.
    pub fn fused(&self) -> Self {
        Self {
            up_sampling: UpSampling::Transposed,
            ..self.clone()
        }
    }
}

impl DiscriminatorConfig {
    /// Refuses sizes that are zero or beyond anything this project trains.
    pub fn check(&self) -> Result<(), ConfigError> {
        within("discriminator width", self.width, 1, 256)
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
            residual: false,
            self_modulation: false,
        };
        let message = config.check().map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err("generator width is 1000000: expected 2 to 256".into())
        );
    }
}
