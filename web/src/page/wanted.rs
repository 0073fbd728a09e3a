//! What the visitor wants to see.

use std::str::FromStr;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::page::expression::Sliders;
use crate::protocol::DeviceChoice;

/// Sizes of the crowd.
pub const CROWDS: [usize; 3] = [16, 32, 64];

/// What the stage shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// One large face.
    #[default]
    Face,
    /// One person, all seven emotions.
    Seven,
    /// Many people, one emotion.
    Crowd,
    /// One person, a blend of emotions.
    Mixer,
    /// From person to person.
    Walk,
    /// The same face by both networks.
    Compare,
}

/// How 48 pixels become many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Interpolated.
    #[default]
    Smooth,
    /// Every pixel a square.
    Crisp,
}

/// What the visitor wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub view: View,
    /// Whose generator, unless `own`.
    pub gan: GanKind,
    /// The visitor's own bundle. Never in the address: nobody else has it.
    pub own: bool,
    /// The emotion of all faces, except in the mixer.
    pub emotion: Emotion,
    /// The mixer's sliders.
    pub sliders: Sliders,
    /// The person; a crowd consists of this and the next seeds.
    pub seed: u64,
    /// Percent of the latent vector's length.
    pub truncation: u8,
    /// People in the crowd, one of [`CROWDS`].
    pub crowd: usize,
    pub look: Look,
    /// Whether the page shows what the classifier sees.
    pub classifier: bool,
    /// Where faces are made.
    pub device: DeviceChoice,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            view: View::default(),
            gan: GanKind::Acgan,
            own: false,
            emotion: Emotion::Happy,
            sliders: [0, 0, 0, 50, 0, 50, 0],
            seed: 6,
            truncation: 100,
            crowd: 32,
            look: Look::default(),
            classifier: false,
            device: DeviceChoice::Auto,
        }
    }
}

impl Wanted {
    /// Whether the change from `before` to this is a step that the back button undoes. Sliders move in
    /// hundreds of steps, and a look is no place.
    pub fn is_step_from(&self, before: &Self) -> bool {
        let place = |wanted: &Self| (wanted.view, wanted.gan, wanted.emotion, wanted.seed);
        place(self) != place(before)
    }
}

impl View {
    /// All views, in the order in which the page offers them.
    pub const ALL: [Self; 6] = [
        Self::Face,
        Self::Seven,
        Self::Crowd,
        Self::Mixer,
        Self::Walk,
        Self::Compare,
    ];

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Seven => "seven",
            Self::Crowd => "crowd",
            Self::Mixer => "mixer",
            Self::Walk => "walk",
            Self::Compare => "compare",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Face => "Face",
            Self::Seven => "The seven",
            Self::Crowd => "The crowd",
            Self::Mixer => "The mixer",
            Self::Walk => "The walk",
            Self::Compare => "Compare",
        }
    }
}

impl Look {
    /// Both looks.
    pub const ALL: [Self; 2] = [Self::Smooth, Self::Crisp];

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smooth => "smooth",
            Self::Crisp => "crisp",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Smooth => "Smooth",
            Self::Crisp => "Crisp",
        }
    }
}

impl FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let view = Self::ALL.into_iter().find(|view| view.name() == text);
        view.ok_or_else(|| format!("'{text}' is no view of this page"))
    }
}

impl FromStr for Look {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let look = Self::ALL.into_iter().find(|look| look.name() == text);
        look.ok_or_else(|| format!("'{text}' is no look: expected smooth or crisp"))
    }
}
