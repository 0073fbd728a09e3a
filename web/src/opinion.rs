//! The second opinion: which emotion the trainer's judge sees in the large face. A part of [`state`](crate::state).

use model_core::emotion::Emotion;

use crate::address::View;
use crate::shot::{Picture, Shot};
use crate::state::Page;

/// What the judge said last, or why it says nothing.
#[derive(Debug, Clone, Default)]
pub struct SecondOpinion {
    /// Possibly on the face before.
    pub latest: Option<Opinion>,
    /// Why there is none; the judge is not asked until [`Page::judge_again`].
    pub error: Option<String>,
}

/// What the judge sees in a face.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    pub shot: Shot,
    /// Of the seven emotions; they add up to 1.
    pub shares: [f32; Emotion::COUNT],
    /// Share of real faces in which the judge sees their label.
    pub accuracy: f64,
}

impl Opinion {
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

impl Page {
    /// The large face, if the judge is to look at it and has not.
    pub(crate) fn face_to_judge(&self) -> Option<Picture> {
        let is_asked = self.wanted.opinion && self.opinion.error.is_none();
        let is_shown = matches!(self.wanted.view, View::Face | View::Mixer);
        let is_new = is_asked && is_shown && self.face_is_current() && !self.opinion_is_current();
        self.face.clone().filter(|_| is_new)
    }

    /// Whether the judge has seen the wanted face.
    pub fn opinion_is_current(&self) -> bool {
        let latest = self.opinion.latest.as_ref();
        latest.is_some_and(|opinion| opinion.shot == self.large_shot())
    }

    /// Asks the judge once more after it could not answer.
    pub fn judge_again(&mut self) {
        self.opinion.error = None;
    }
}
