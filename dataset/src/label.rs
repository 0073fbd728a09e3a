//! The names and numbers under which data sets label emotions.

use model_core::emotion::Emotion;

use crate::Fault;

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

/// What is wrong with a label that is none of the seven, which `found` quotes.
pub(crate) fn fault(label: Label, found: String) -> Fault {
    let fault = Fault::new(found, numbers()).shared();
    match label {
        Label::Beyond(_) => fault.advise(
            "If the numbers begin at 1, they are another data set's: subtract 1 from all. Else correct this one",
        ),
        Label::Emotion(_) | Label::Unknown => fault,
    }
}

/// What the numbers are that stand where emotions are expected.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    labels: usize,
    /// How many were read as emotions.
    pub read: usize,
    beyond: usize,
    zero: bool,
    /// The first beyond 6.
    first: u64,
}

impl Numbers {
    /// A number beyond 6 in this many rows, or in one of a hundred, is no slip.
    const SLIPS: usize = 6;

    /// Counts a label, and how it was written.
    pub(crate) fn count(&mut self, label: Label, text: &str) {
        self.labels += 1;
        match label {
            Label::Emotion(emotion) => {
                let number = matches!(Label::of_number(text.trim()), Label::Emotion(_));
                self.read += usize::from(number);
                self.zero |= emotion == Emotion::Angry;
            }
            Label::Beyond(number) => {
                if self.beyond == 0 {
                    self.first = number;
                }
                self.beyond += 1;
            }
            Label::Unknown => {}
        }
    }

    /// A number that shows that the labels are another data set's.
    pub(crate) fn of_another_data_set(&self) -> Option<u64> {
        let many = self.beyond > Self::SLIPS && self.beyond * 100 > self.labels;
        let from_one = self.beyond > 0 && !self.zero;
        (many || from_one).then_some(self.first)
    }

    /// A warning where numbers may begin at 1.
    pub(crate) fn without_zero(&self) -> Option<String> {
        (self.read > 0 && !self.zero).then(|| {
            format!(
                "no image has the number 0 (angry): labels were read as {}. If this data set's numbers begin at 1, \
                 subtract 1 from all",
                numbers()
            )
        })
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
            let mut numbers = Numbers::default();
            for &(label, times) in labels {
                (0..times).for_each(|_| numbers.count(Label::of(label), label));
            }
            numbers.of_another_data_set()
        };
        assert_eq!(counted(&[("0", 1), ("9", 1)]), None);
        assert_eq!(counted(&[("0", 90), ("7", 10)]), Some(7));
        assert_eq!(counted(&[("1", 90), ("7", 1)]), Some(7));
        assert_eq!(counted(&[("0", 9000), ("7", 10)]), None);
    }
}
