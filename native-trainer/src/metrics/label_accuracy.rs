//! `label_accuracy` (GAN-test, Shmelkov et al. 2018): the share of faces in which the judge sees the emotion
//! that was asked for.

use model_core::emotion::Emotion;

/// Shares of agreement.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LabelAccuracy {
    /// Over all faces, 0 to 1.
    pub overall: f64,
    /// By emotion asked for, 0 to 1; `None` where none was asked for.
    pub per_emotion: [Option<f64>; Emotion::COUNT],
}

/// Compares what was asked for with what was seen, face by face.
pub fn label_accuracy(asked: &[Emotion], seen: &[Emotion]) -> LabelAccuracy {
    let share = |pick: &dyn Fn(Emotion) -> bool| {
        let pairs: Vec<_> = asked
            .iter()
            .zip(seen)
            .filter(|(asked, _)| pick(**asked))
            .collect();
        let right = pairs.iter().filter(|(asked, seen)| asked == seen).count();
        (!pairs.is_empty()).then(|| right as f64 / pairs.len() as f64)
    };
    LabelAccuracy {
        overall: share(&|_| true).unwrap_or(0.0),
        per_emotion: Emotion::ALL.map(|emotion| share(&|asked| asked == emotion)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Emotion::{Fear, Happy, Sad};

    #[test]
    fn accuracy_is_counted_overall_and_by_the_emotion_asked_for() {
        let accuracy = label_accuracy(&[Happy, Happy, Sad, Sad], &[Happy, Fear, Sad, Sad]);
        assert_eq!(accuracy.overall, 0.75);
        assert_eq!(accuracy.per_emotion[Happy.index()], Some(0.5));
        assert_eq!(accuracy.per_emotion[Sad.index()], Some(1.0));
        assert_eq!(accuracy.per_emotion[Fear.index()], None);
    }
}
