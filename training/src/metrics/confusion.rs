//! `confusion`: which emotion is seen where another was asked for.

use std::fmt;

use model_core::emotion::Emotion;
use serde::Serialize;

/// Counts of pairs: rows by the emotion asked for (or labelled), columns by the one seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    pub counts: [[usize; Emotion::COUNT]; Emotion::COUNT],
}

impl Confusion {
    /// Counts face by face.
    pub fn of(asked: &[Emotion], seen: &[Emotion]) -> Self {
        let mut counts = [[0; Emotion::COUNT]; Emotion::COUNT];
        for (asked, seen) in asked.iter().zip(seen) {
            counts[asked.index()][seen.index()] += 1;
        }
        Self { counts }
    }

    /// Share of faces in which the emotion asked for is seen, 0 to 1; 0 without faces.
    pub fn accuracy(&self) -> f64 {
        let right: usize = Emotion::ALL
            .iter()
            .map(|e| self.counts[e.index()][e.index()])
            .sum();
        let all: usize = self.counts.iter().flatten().sum();
        right as f64 / all.max(1) as f64
    }

    /// The same by the emotion asked for; `None` where none was asked for.
    pub fn accuracy_by_emotion(&self) -> [Option<f64>; Emotion::COUNT] {
        Emotion::ALL.map(|emotion| {
            let row = &self.counts[emotion.index()];
            let all: usize = row.iter().sum();
            (all > 0).then(|| row[emotion.index()] as f64 / all as f64)
        })
    }
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<12}", "asked \\ seen")?;
        for seen in Emotion::ALL {
            write!(f, "{:>9}", seen.name())?;
        }
        writeln!(f, "{:>11}", "right")?;
        for (asked, right) in Emotion::ALL.iter().zip(self.accuracy_by_emotion()) {
            write!(f, "{:<12}", asked.name())?;
            for count in self.counts[asked.index()] {
                write!(f, "{count:>9}")?;
            }
            match right {
                Some(share) => writeln!(f, "{:>9.1} %", 100.0 * share)?,
                None => writeln!(f, "{:>11}", "-")?,
            }
        }
        writeln!(f, "{:<75}{:>9.1} %", "all", 100.0 * self.accuracy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Emotion::{Fear, Happy, Sad};

    #[test]
    fn accuracy_is_counted_overall_and_by_the_emotion_asked_for() {
        let confusion = Confusion::of(&[Happy, Happy, Sad, Sad], &[Happy, Fear, Sad, Sad]);
        assert_eq!(confusion.accuracy(), 0.75);
        assert_eq!(confusion.counts[Happy.index()][Fear.index()], 1);
        let by_emotion = confusion.accuracy_by_emotion();
        assert_eq!(by_emotion[Happy.index()], Some(0.5));
        assert_eq!(by_emotion[Sad.index()], Some(1.0));
        assert_eq!(by_emotion[Fear.index()], None);
    }
}
