//! The names and numbers under which data sets label emotions.

use model_core::emotion::Emotion;

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Emotion(Emotion),
    /// A whole number beyond 6: one row of it is a slip, more are the numbers of another data set.
    Beyond(u64),
    Unknown,
}

impl Label {
    /// Reads a name in any case, in one of the forms that data sets use, or a number from 0 to 6.
    pub(crate) fn of(text: &str) -> Label {
        let text = text.trim().to_ascii_lowercase();
        let emotion = match text.as_str() {
            "angry" | "anger" => Emotion::Angry,
            "disgust" | "disgusted" => Emotion::Disgust,
            "fear" | "fearful" => Emotion::Fear,
            "happy" | "happiness" => Emotion::Happy,
            "sad" | "sadness" => Emotion::Sad,
            "surprise" | "surprised" => Emotion::Surprise,
            "neutral" => Emotion::Neutral,
            number => return Label::of_number(number),
        };
        Label::Emotion(emotion)
    }

    fn of_number(text: &str) -> Label {
        let digits = !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_digit());
        let Some(number) = text.parse::<u64>().ok().filter(|_| digits) else {
            return Label::Unknown;
        };
        let emotion = usize::try_from(number).ok().and_then(Emotion::from_index);
        emotion.map_or(Label::Beyond(number), Label::Emotion)
    }

    pub(crate) fn emotion(self) -> Option<Emotion> {
        match self {
            Label::Emotion(emotion) => Some(emotion),
            Label::Beyond(_) | Label::Unknown => None,
        }
    }
}

/// What the numbers mean here: `0 angry, 1 disgust, ...`.
pub(crate) fn numbers() -> String {
    Emotion::ALL
        .map(|emotion| format!("{} {emotion}", emotion.index()))
        .join(", ")
}

/// How often numbers beyond 6 stand where emotions are expected.
#[derive(Debug, Default)]
pub(crate) struct Beyond {
    labels: usize,
    beyond: usize,
    zero: bool,
    /// The first of them.
    first: u64,
}

impl Beyond {
    /// A number beyond 6 in this many rows, or in one of a hundred, is no slip.
    const SLIPS: usize = 6;

    pub(crate) fn count(&mut self, label: Label) {
        self.labels += 1;
        match label {
            Label::Emotion(Emotion::Angry) => self.zero = true,
            Label::Beyond(number) => {
                if self.beyond == 0 {
                    self.first = number;
                }
                self.beyond += 1;
            }
            _ => {}
        }
    }

    /// A number that shows that the labels are another data set's.
    pub(crate) fn of_another_data_set(&self) -> Option<u64> {
        let many = self.beyond > Self::SLIPS && self.beyond * 100 > self.labels;
        let from_one = self.beyond > 0 && !self.zero;
        (many || from_one).then_some(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_names_in_the_forms_that_data_sets_use_and_numbers() {
        for (text, emotion) in [
            ("Happy", Emotion::Happy),
            ("happiness", Emotion::Happy),
            ("fearful", Emotion::Fear),
            ("surprised", Emotion::Surprise),
            (" 6 ", Emotion::Neutral),
        ] {
            assert_eq!(Label::of(text), Label::Emotion(emotion), "{text}");
        }
        assert_eq!(Label::of("7"), Label::Beyond(7));
        for text in ["contempt", "", "-1", "+1", "1.0"] {
            assert_eq!(Label::of(text), Label::Unknown, "{text}");
        }
    }

    #[test]
    fn one_number_beyond_six_is_a_slip_and_many_or_none_from_zero_are_another_data_set() {
        let counted = |labels: &[(&str, usize)]| {
            let mut beyond = Beyond::default();
            for &(label, times) in labels {
                (0..times).for_each(|_| beyond.count(Label::of(label)));
            }
            beyond.of_another_data_set()
        };
        assert_eq!(counted(&[("0", 1), ("9", 1)]), None);
        assert_eq!(counted(&[("0", 90), ("7", 10)]), Some(7));
        assert_eq!(counted(&[("1", 90), ("7", 1)]), Some(7));
        assert_eq!(counted(&[("0", 9000), ("7", 10)]), None);
    }
}
