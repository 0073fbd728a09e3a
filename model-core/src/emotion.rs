//! The seven emotions, in FER2013's label order: the only list of labels in the project.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A FER2013 label. The discriminant is the number that stands in the data set's `emotion` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    Angry = 0,
    Disgust = 1,
    Fear = 2,
    Happy = 3,
    Sad = 4,
    Surprise = 5,
    Neutral = 6,
}

/// Text or a number that names none of the seven emotions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not an emotion: expected angry, disgust, fear, happy, sad, surprise, neutral (or 0 to 6 in that order)"
)]
pub struct UnknownEmotion(pub String);

impl Emotion {
    /// How many emotions there are.
    pub const COUNT: usize = 7;

    /// All emotions in label order.
    pub const ALL: [Emotion; Emotion::COUNT] = [
        Emotion::Angry,
        Emotion::Disgust,
        Emotion::Fear,
        Emotion::Happy,
        Emotion::Sad,
        Emotion::Surprise,
        Emotion::Neutral,
    ];

    /// The label, 0 to 6.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The emotion of a label, or `None` above 6.
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The lower-case English name, as used in folder names, options, manifests and the page.
    pub const fn name(self) -> &'static str {
        match self {
            Emotion::Angry => "angry",
            Emotion::Disgust => "disgust",
            Emotion::Fear => "fear",
            Emotion::Happy => "happy",
            Emotion::Sad => "sad",
            Emotion::Surprise => "surprise",
            Emotion::Neutral => "neutral",
        }
    }

    /// The weights of a face that shows this emotion and no other: a one-hot row of seven.
    pub fn weights(self) -> [f32; Emotion::COUNT] {
        let mut weights = [0.0; Emotion::COUNT];
        weights[self.index()] = 1.0;
        weights
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Emotion {
    type Err = UnknownEmotion;

    /// Accepts a name in any case, or a label.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|emotion| emotion.name() == wanted)
            .or_else(|| wanted.parse().ok().and_then(Self::from_index))
            .ok_or_else(|| UnknownEmotion(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_fer2013() {
        let names: Vec<_> = Emotion::ALL.iter().map(|emotion| emotion.name()).collect();
        assert_eq!(
            names,
            [
                "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"
            ]
        );
        for (index, emotion) in Emotion::ALL.into_iter().enumerate() {
            assert_eq!(emotion.index(), index);
            assert_eq!(Emotion::from_index(index), Some(emotion));
            assert_eq!(emotion.weights()[index], 1.0);
        }
        assert_eq!(Emotion::from_index(7), None);
    }

    #[test]
    fn text_names_an_emotion_in_any_case_or_by_label() {
        assert_eq!("Happy".parse(), Ok(Emotion::Happy));
        assert_eq!(" 6 ".parse(), Ok(Emotion::Neutral));
        assert_eq!("7".parse::<Emotion>(), Err(UnknownEmotion("7".into())));
        assert!("contempt".parse::<Emotion>().is_err());
    }
}
