//! What is wrong with one row or one image, and how what was left out for it is counted.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::DatasetError;

/// What is wrong with a row or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    found: String,
    expected: String,
    /// What to do, where that is not to correct or delete it.
    advice: Option<String>,
    /// Whether others have the same: they are counted by what was found.
    shared: bool,
}

impl Fault {
    pub(crate) fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Fault {
            found: found.into(),
            expected: expected.into(),
            advice: None,
            shared: false,
        }
    }

    /// A fault that many rows or images may have.
    pub(crate) fn shared(self) -> Self {
        Fault {
            shared: true,
            ..self
        }
    }

    pub(crate) fn advise(self, advice: impl Into<String>) -> Self {
        Fault {
            advice: Some(advice.into()),
            ..self
        }
    }

    /// What was found, what was expected and what to do; `of` is a row or an image.
    pub(crate) fn sentence(&self, of: &str) -> String {
        let Fault {
            found, expected, ..
        } = self;
        let usual = || format!("Correct or delete this {of}");
        let advice = self.advice.clone().unwrap_or_else(usual);
        format!(
            "found {found}, expected {expected}. {advice}, or pass --skip-bad-rows to leave such {of}s out."
        )
    }
}

/// How many bad rows and images were left out, by what they share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    shared: BTreeMap<String, usize>,
    others: usize,
}

impl LeftOut {
    /// The most kinds that are kept apart and that are named: a table may have another one in every row.
    const MOST_KEPT: usize = 1000;
    const MOST_NAMED: usize = 8;

    pub(crate) fn count(&mut self, problem: &DatasetError, count: usize) {
        let shared = match problem {
            DatasetError::BadRow { fault, .. } | DatasetError::BadImage { fault, .. } => {
                fault.shared.then_some(&fault.found[..])
            }
            DatasetError::DeadLink { .. } => Some("links that lead to no file or folder"),
            DatasetError::PackedLink { .. } => Some("links in an archive"),
            _ => None,
        };
        match shared {
            Some(shared)
                if self.shared.contains_key(shared) || self.shared.len() < Self::MOST_KEPT =>
            {
                *self.shared.entry(shared.to_owned()).or_default() += count;
            }
            _ => self.others += count,
        }
    }

    /// What was left out, the most frequent first: `the folder 'contempt' (40), other faults (2)`.
    pub(crate) fn said(&self) -> Option<String> {
        let mut shared: Vec<(&String, usize)> = self
            .shared
            .iter()
            .map(|(what, &count)| (what, count))
            .collect();
        shared.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let unnamed = shared.iter().skip(Self::MOST_NAMED).map(|(_, count)| count);
        let others = self.others + unnamed.sum::<usize>();
        let mut said = String::new();
        for (what, count) in shared.iter().take(Self::MOST_NAMED) {
            let comma = if said.is_empty() { "" } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(said, "{comma}{what} ({count})");
        }
        match (said.is_empty(), others) {
            (true, _) => None,
            (false, 0) => Some(format!("left out: {said}")),
            (false, _) => Some(format!("left out: {said}, other faults ({others})")),
        }
    }
}
