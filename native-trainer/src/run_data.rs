//! `data.json`: where a run's images were found, and what they are. With it a run knows its data again wherever it lies, and is
//! exported without it.

use std::path::PathBuf;

use dataset::{Dataset, Split};
use model_core::emotion::Emotion;
use serde::{Deserialize, Serialize};

/// Raised when an older file does not say enough.
const FORMAT_VERSION: u32 = 2;

/// Where data lies, and how it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataOptions {
    /// `None` for the synthetic set.
    pub path: Option<PathBuf>,
    pub skip_bad_rows: bool,
    /// FER+'s votes, where they decide on labels.
    pub votes: Option<PathBuf>,
}

/// Which data a run reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunData {
    format_version: u32,
    #[serde(flatten)]
    pub options: DataOptions,
    /// Name of the data set.
    pub name: String,
    /// [`Dataset::hash`] of it.
    pub sha256: String,
    /// Images by split, Training first, and by emotion, in the order of [`Split::ALL`] and [`Emotion::ALL`].
    pub images: [[usize; Emotion::COUNT]; Split::COUNT],
}

impl RunData {
    /// What there is to know about a data set whose hash is `sha256`.
    pub fn of(options: DataOptions, dataset: &Dataset, sha256: &str) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            options,
            name: dataset.name.clone(),
            sha256: sha256.to_owned(),
            images: dataset.counts(),
        }
    }

    /// Reads the file's text; refuses that of an earlier trainer.
    pub fn parse(json: &[u8]) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            #[serde(default = "first")]
            format_version: u32,
        }
        let Version { format_version } = serde_json::from_slice(json)?;
        anyhow::ensure!(
            format_version == FORMAT_VERSION,
            "its format version is {format_version}, this trainer reads version {FORMAT_VERSION}: \
             start a new run, with --from if this one wrote a bundle"
        );
        Ok(serde_json::from_slice(json)?)
    }

    /// Images of a split by emotion.
    pub fn counts(&self, split: Split) -> [usize; Emotion::COUNT] {
        self.images[split as usize]
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.images.iter().flatten().sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The version of files that name none.
fn first() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written_and_an_older_one_is_refused_by_its_version() {
        let faces = dataset::synthetic(70, 1);
        let options = DataOptions {
            path: Some("fer2013.zip".into()),
            skip_bad_rows: true,
            votes: None,
        };
        let data = RunData::of(options, &faces, &faces.hash());
        assert_eq!(data.len(), 70);
        assert_eq!(data.counts(Split::Training), faces.counts()[0]);
        let json = serde_json::to_vec(&data).unwrap();
        assert_eq!(RunData::parse(&json).unwrap(), data);
        let old = br#"{"path":null,"skip_bad_rows":false}"#;
        let error = RunData::parse(old).unwrap_err().to_string();
        assert!(
            error.starts_with("its format version is 1, this trainer reads version 2"),
            "{error}"
        );
    }
}
