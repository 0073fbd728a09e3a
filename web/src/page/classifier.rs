//! What the emotion classifier sees in the large face.

use model_core::emotion::Emotion;

use crate::page::face_key::FaceKey;

/// What the classifier answered last, or why it does not answer.
#[derive(Debug, Clone, Default)]
pub struct ClassifierState {
    /// Possibly of the face before.
    pub latest: Option<Classification>,
    /// Why there is none; the classifier is not asked until [`Page::classify_again`](crate::page::state::Page).
    pub error: Option<String>,
}

/// What the classifier sees in a face.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    pub key: FaceKey,
    /// Of the seven emotions; they add up to 1.
    pub shares: [f32; Emotion::COUNT],
    /// Share of real faces that the classifier labels as the data set does.
    pub accuracy: f64,
}

impl Classification {
    /// The shares in whole percent. Each is rounded down, and those that lose most by it share what is missing to 100.
    pub fn percents(&self) -> [u8; Emotion::COUNT] {
        let exact = self.shares.map(|share| share * 100.0);
        let mut percents = exact.map(|percent| percent as u8);
        let lost = |emotion: &Emotion| exact[emotion.index()].fract();
        let mut losers = Emotion::ALL;
        losers.sort_by(|one, other| lost(other).total_cmp(&lost(one)));
        let missing = 100_usize.saturating_sub(percents.iter().map(|&one| usize::from(one)).sum());
        for emotion in losers.iter().take(missing) {
            percents[emotion.index()] += 1;
        }
        percents
    }

    /// The emotion with the largest share.
    pub fn strongest(&self) -> Emotion {
        let share = |emotion: &Emotion| self.shares[emotion.index()];
        let best = Emotion::ALL
            .into_iter()
            .max_by(|one, other| share(one).total_cmp(&share(other)));
        best.unwrap_or(Emotion::Neutral)
    }
}
