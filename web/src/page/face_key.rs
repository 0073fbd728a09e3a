//! What one face is made from.

use model_core::config::GanKind;

use crate::page::expression::Expression;
use crate::protocol::{DeviceChoice, FaceParameters};

/// Whose generator makes a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// One of the two that come with the page.
    Site(GanKind),
    /// The visitor's own; the number tells one dropped bundle from the next.
    Own(u32),
}

/// Everything a face is made from: equal keys are equal faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceKey {
    pub network: Network,
    pub expression: Expression,
    pub seed: u64,
    /// Percent of the latent vector's length.
    pub truncation: u8,
    /// The choice it is made under; another choice makes it anew.
    pub device: DeviceChoice,
}

impl Network {
    /// The name in attributes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Site(gan) => gan.name(),
            Self::Own(_) => "own",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Site(gan) => gan.title(),
            Self::Own(_) => "Yours",
        }
    }
}

impl FaceKey {
    /// What the worker needs to know.
    pub fn parameters(&self) -> FaceParameters {
        FaceParameters {
            seed: self.seed,
            toward: None,
            weights: self.expression.weights(),
            truncation: f32::from(self.truncation) / 100.0,
        }
    }

    /// Whether another key differs in expression only.
    pub fn is_person_of(&self, other: &FaceKey) -> bool {
        let expression = other.expression;
        FaceKey {
            expression,
            ..*self
        } == *other
    }
}
