//! What a face expresses: one emotion, or a blend of several.

use model_core::emotion::Emotion;

/// Positions of the mixer's seven sliders, 0 to 100.
pub type Sliders = [u8; Emotion::COUNT];

/// The highest position of a slider.
pub const FULL: u8 = 100;

/// One emotion or a blend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expression {
    /// One emotion and nothing else.
    Pure(Emotion),
    /// Shares in proportion to the sliders.
    Blend(Sliders),
}

impl Expression {
    /// Shares of the seven emotions; they add up to 1. With all sliders at zero the shares are equal.
    pub fn weights(self) -> [f32; Emotion::COUNT] {
        let sliders = match self {
            Self::Pure(emotion) => return emotion.weights(),
            Self::Blend(sliders) => sliders,
        };
        let sum: f32 = sliders.into_iter().map(f32::from).sum();
        match sum == 0.0 {
            true => [1.0 / Emotion::COUNT as f32; Emotion::COUNT],
            false => sliders.map(|slider| f32::from(slider) / sum),
        }
    }

    /// The emotion with the largest share; the first of several.
    pub fn strongest(self) -> Emotion {
        let weights = self.weights();
        let mut best = Emotion::Angry;
        for emotion in Emotion::ALL {
            if weights[emotion.index()] > weights[best.index()] {
                best = emotion;
            }
        }
        best
    }
}

/// A point between two weightings.
pub fn between(
    from: &[f32; Emotion::COUNT],
    to: &[f32; Emotion::COUNT],
    share: f32,
) -> [f32; Emotion::COUNT] {
    std::array::from_fn(|index| from[index] + (to[index] - from[index]) * share)
}
