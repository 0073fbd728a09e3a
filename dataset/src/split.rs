//! What an image is for, and the names under which data sets say so.

use std::fmt;
use std::str::FromStr;

/// What an image is for. The names are those of FER2013's `Usage` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Split {
    Training,
    PublicTest,
    PrivateTest,
}

impl Split {
    /// How many splits there are.
    pub const COUNT: usize = 3;

    /// All splits, in FER2013's order.
    pub const ALL: [Split; Split::COUNT] = [Split::Training, Split::PublicTest, Split::PrivateTest];

    /// The value in the `Usage` column.
    pub const fn name(self) -> &'static str {
        match self {
            Split::Training => "Training",
            Split::PublicTest => "PublicTest",
            Split::PrivateTest => "PrivateTest",
        }
    }

    /// The split of a folder or a `Usage` value: FER2013's names and those of other distributions, in any case.
    pub(crate) fn named(text: &str) -> Option<Split> {
        let text = text.trim().to_ascii_lowercase();
        // FER+ calls its folders FER2013Train, FER2013Valid and FER2013Test.
        match text.strip_prefix("fer2013").unwrap_or(&text) {
            "training" | "train" => Some(Split::Training),
            "publictest" | "validation" | "val" | "valid" => Some(Split::PublicTest),
            "privatetest" | "test" | "testing" => Some(Split::PrivateTest),
            _ => None,
        }
    }

    /// All names, as errors list them.
    pub(crate) fn names() -> String {
        let [training, public, private] = Split::ALL.map(Split::name);
        format!(
            "{training} (or train), {public} (or validation, val, valid), {private} (or test, testing)"
        )
    }

    /// The one split that the words of a file's name name: `Training` for `fer_train-images.zip`.
    pub(crate) fn in_words(name: &str) -> Option<Split> {
        let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        let mut splits = words.filter_map(Split::named);
        let first = splits.next()?;
        splits.all(|split| split == first).then_some(first)
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Text that names none of the three splits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a split: expected Training, PublicTest or PrivateTest")]
pub struct UnknownSplit(pub String);

impl FromStr for Split {
    type Err = UnknownSplit;

    /// Accepts a name in any case, and the names of folders: `train`, `validation`, `val`, `valid`, `test`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Split::named(text).ok_or_else(|| UnknownSplit(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_named_in_any_case() {
        for split in Split::ALL {
            assert_eq!(split.name().to_uppercase().parse(), Ok(split));
            assert_eq!(split.to_string(), split.name());
        }
        for name in ["validation", "Val", "VALID", "FER2013Valid"] {
            assert_eq!(name.parse(), Ok(Split::PublicTest));
        }
        let names = Split::names();
        let mut names = names.split([' ', ',', '(', ')']);
        assert!(names.all(|name| ["", "or"].contains(&name) || Split::named(name).is_some()));
        assert_eq!(
            "Holdout".parse::<Split>(),
            Err(UnknownSplit("Holdout".into()))
        );
    }

    #[test]
    fn a_file_name_names_a_split_with_whole_words_that_agree() {
        assert_eq!(Split::in_words("fer_train-images"), Some(Split::Training));
        assert_eq!(Split::in_words("test"), Some(Split::PrivateTest));
        assert_eq!(Split::in_words("latest"), None);
        assert_eq!(Split::in_words("train_val"), None);
    }
}
