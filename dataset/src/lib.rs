//! Labelled 48x48 grey faces: where they come from, which split each belongs to, and what is wrong with them.
//!
//! [`Dataset::load`] reads FER2013 in every layout in which it is distributed: the table
//! `emotion,pixels,Usage` ([`csv`], also gzipped or zipped) and folders of images ([`folder`], also
//! zipped). [`synthetic`] draws faces when there is no data at all. Bad data is refused here, in a
//! sentence, and never at the first batch.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod archive;
mod csv;
mod error;
mod folder;
mod metered;
mod synthetic;
mod votes;

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;

pub use error::DatasetError;
pub use synthetic::synthetic;
pub use votes::Voted;

/// What an image is for. The names are those of FER2013's `Usage` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// Accepts a name in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|split| split.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownSplit(text.to_owned()))
    }
}

/// Where the faces come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A table, an archive or a folder: see [`Dataset::load`].
    Path(PathBuf),
    /// Faces drawn from a seed: see [`synthetic()`].
    Synthetic { images: usize, seed: u64 },
}

impl Source {
    /// Where data is looked for when none is named, relative to the working directory, best first.
    pub const USUAL_PLACES: [&str; 2] = ["data/fer2013.csv", "data/fer2013.zip"];

    /// What stands in for missing data: enough faces for a short training to show its effect.
    pub const STAND_IN: Source = Source::Synthetic {
        images: 7_000,
        seed: 0,
    };

    /// The path that was asked for, else the first usual place that exists, else synthetic faces.
    pub fn choose(explicit: Option<&Path>) -> Source {
        Self::choose_in(Path::new(""), explicit)
    }

    fn choose_in(working_directory: &Path, explicit: Option<&Path>) -> Source {
        let usual = || {
            Self::USUAL_PLACES
                .iter()
                .map(|place| working_directory.join(place))
                .find(|path| path.exists())
        };
        explicit
            .map(Path::to_path_buf)
            .or_else(usual)
            .map_or(Self::STAND_IN, Source::Path)
    }

    /// Reads or draws the faces.
    pub fn load(&self, options: LoadOptions) -> Result<Dataset, DatasetError> {
        match *self {
            Source::Path(ref path) => Dataset::load(path, options),
            Source::Synthetic { images, seed } => Ok(synthetic(images, seed)),
        }
    }
}

/// How strict loading is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Leave bad rows and bad images out and count them, instead of stopping at the first.
    pub skip_bad_rows: bool,
}

/// Labelled faces in the order in which they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Short name for run directories: `fer2013` for `data/fer2013.csv.gz`.
    pub name: String,
    /// Grey bytes, `IMAGE_PIXELS` an image, row by row from the top left.
    images: Vec<u8>,
    labels: Vec<Emotion>,
    splits: Vec<Split>,
    /// Bad rows and images left out (see [`LoadOptions::skip_bad_rows`]).
    pub skipped: usize,
}

impl Dataset {
    /// An empty data set.
    pub fn new(name: impl Into<String>) -> Self {
        Dataset {
            name: name.into(),
            images: Vec::new(),
            labels: Vec::new(),
            splits: Vec::new(),
            skipped: 0,
        }
    }

    /// Reads a `.csv`, `.csv.gz` or `.zip` file, or a folder: a directory is a folder, the rest goes by extension.
    pub fn load(path: &Path, options: LoadOptions) -> Result<Self, DatasetError> {
        let file = path.display().to_string();
        if !path.exists() {
            return Err(DatasetError::Missing { file });
        }
        if !path.is_dir() {
            let input = File::open(path).map_err(|source| folder::unreadable(path, source))?;
            return Self::read(input, &file, options);
        }
        let mut dataset = Dataset::new(short_name(path));
        folder::read(path, options, &mut dataset)?;
        dataset.with_training_images(&file)?;
        Ok(dataset)
    }

    /// Reads a table or an archive; `file` is its name, whose extension says what it is.
    pub fn read(
        input: impl Read + Seek,
        file: &str,
        options: LoadOptions,
    ) -> Result<Self, DatasetError> {
        let lower = file.to_ascii_lowercase();
        let mut dataset = Dataset::new(short_name(Path::new(file)));
        if lower.ends_with(".csv") {
            csv::read(input, file, options, &mut dataset)?;
        } else if lower.ends_with(".csv.gz") {
            archive::read_gzip(input, file, options, &mut dataset)?;
        } else if lower.ends_with(".zip") {
            archive::read_zip(input, file, options, &mut dataset)?;
        } else {
            return Err(DatasetError::UnknownKind {
                file: file.to_owned(),
            });
        }
        dataset.with_training_images(file)?;
        Ok(dataset)
    }

    /// Refuses a data set that nothing can be trained on; `file` is where it came from.
    fn with_training_images(&self, file: &str) -> Result<(), DatasetError> {
        if self.splits.contains(&Split::Training) {
            return Ok(());
        }
        Err(DatasetError::NoTraining {
            file: file.to_owned(),
            test: self.len(),
            skipped: self.skipped,
        })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The `IMAGE_PIXELS` grey bytes of image `index`, row by row; panics when `index >= len()`, as a slice does.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.images[index * IMAGE_PIXELS..(index + 1) * IMAGE_PIXELS]
    }

    /// The grey bytes of several images.
    pub fn images_of(&self, indices: &[usize]) -> Vec<&[u8]> {
        indices.iter().map(|&index| self.image(index)).collect()
    }

    /// The emotion of image `index`.
    pub fn label(&self, index: usize) -> Emotion {
        self.labels[index]
    }

    /// The split of image `index`.
    pub fn split(&self, index: usize) -> Split {
        self.splits[index]
    }

    /// The images of a split, in ascending order.
    pub fn indices(&self, split: Split) -> Vec<usize> {
        (0..self.len())
            .filter(|&index| self.splits[index] == split)
            .collect()
    }

    /// Number of images by split and emotion, in the order of [`Split::ALL`] and [`Emotion::ALL`].
    pub fn counts(&self) -> [[usize; Emotion::COUNT]; Split::COUNT] {
        let mut counts = [[0; Emotion::COUNT]; Split::COUNT];
        for (split, emotion) in self.splits.iter().zip(&self.labels) {
            counts[*split as usize][emotion.index()] += 1;
        }
        counts
    }

    /// Appends an image.
    pub fn push(&mut self, image: &[u8; IMAGE_PIXELS], emotion: Emotion, split: Split) {
        self.images.extend_from_slice(image);
        self.labels.push(emotion);
        self.splits.push(split);
    }

    /// Passes on what is wrong with a row or an image, or counts it where bad ones may be left out.
    fn refuse(&mut self, problem: DatasetError, options: LoadOptions) -> Result<(), DatasetError> {
        self.skipped += 1;
        if options.skip_bad_rows {
            Ok(())
        } else {
            Err(problem)
        }
    }

    /// Drops test images that equal a training image byte for byte, and says how many: FER2013 holds
    /// hundreds, and a generator that memorised its training images would score well on them.
    pub fn drop_cross_split_duplicates(&mut self) -> usize {
        let training: HashSet<&[u8]> = self
            .indices(Split::Training)
            .into_iter()
            .map(|index| self.image(index))
            .collect();
        let is_repeat = |index: &usize| {
            self.splits[*index] != Split::Training && training.contains(self.image(*index))
        };
        let kept: Vec<usize> = (0..self.len()).filter(|index| !is_repeat(index)).collect();
        let dropped = self.len() - kept.len();
        self.keep(&kept);
        dropped
    }

    /// Drops all images but these, which are in ascending order.
    fn keep(&mut self, kept: &[usize]) {
        for (to, &from) in kept.iter().enumerate() {
            self.images.copy_within(
                from * IMAGE_PIXELS..(from + 1) * IMAGE_PIXELS,
                to * IMAGE_PIXELS,
            );
            self.labels[to] = self.labels[from];
            self.splits[to] = self.splits[from];
        }
        self.images.truncate(kept.len() * IMAGE_PIXELS);
        self.labels.truncate(kept.len());
        self.splits.truncate(kept.len());
    }

    /// The counts and each split's percentages as text for a terminal, 74 columns wide.
    pub fn table(&self) -> String {
        let counts = self.counts();
        let rows = Emotion::ALL
            .map(|emotion| (emotion.name(), counts.map(|split| split[emotion.index()])));
        let totals = counts.map(|split| split.iter().sum::<usize>());
        let heads = Split::ALL.map(|split| format!("{split:>16}")).concat();
        let mut text = format!("{:<10}{heads}{:>16}\n", "emotion", "all");
        for (name, row) in rows.into_iter().chain([("all", totals)]) {
            let all = (row.iter().sum(), self.len());
            let cells = row
                .into_iter()
                .zip(totals)
                .chain([all])
                .map(|(count, of)| cell(count, of));
            text += &format!("{name:<10}{}\n", cells.collect::<String>());
        }
        text
    }
}

/// The file's name up to its first point: `fer2013` for `data/fer2013.csv.gz`.
fn short_name(path: &Path) -> String {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    name.split('.').next().unwrap_or("data").to_owned()
}

/// A count and its percentage, 16 columns wide.
fn cell(count: usize, of: usize) -> String {
    let percent = 100.0 * count as f64 / of.max(1) as f64;
    format!("{count:>9} {percent:>5.1}%")
}

/// Bad rows end the load.
#[cfg(test)]
const STRICT: LoadOptions = LoadOptions {
    skip_bad_rows: false,
};
/// Bad rows are left out and counted.
#[cfg(test)]
const LENIENT: LoadOptions = LoadOptions {
    skip_bad_rows: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_named_in_any_case() {
        for split in Split::ALL {
            assert_eq!(split.name().to_uppercase().parse(), Ok(split));
            assert_eq!(split.to_string(), split.name());
        }
        assert_eq!("Test".parse::<Split>(), Err(UnknownSplit("Test".into())));
    }

    #[test]
    fn images_labels_and_splits_stay_together() {
        let mut dataset = Dataset::new("three");
        assert!(dataset.is_empty());
        dataset.push(&[1; IMAGE_PIXELS], Emotion::Happy, Split::Training);
        dataset.push(&[2; IMAGE_PIXELS], Emotion::Sad, Split::PublicTest);
        dataset.push(&[3; IMAGE_PIXELS], Emotion::Fear, Split::Training);
        assert_eq!(dataset.len(), 3);
        assert_eq!(dataset.image(1), [2; IMAGE_PIXELS]);
        assert_eq!(
            (dataset.label(2), dataset.split(2)),
            (Emotion::Fear, Split::Training)
        );
        assert_eq!(dataset.indices(Split::Training), [0, 2]);
        assert_eq!(
            dataset.counts(),
            [[0, 0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0], [0; 7]]
        );
    }

    #[test]
    fn test_images_that_repeat_a_training_image_are_dropped() {
        let mut dataset = Dataset::new("repeats");
        dataset.push(&[1; IMAGE_PIXELS], Emotion::Happy, Split::PublicTest);
        dataset.push(&[2; IMAGE_PIXELS], Emotion::Sad, Split::PrivateTest);
        dataset.push(&[1; IMAGE_PIXELS], Emotion::Fear, Split::Training);
        dataset.push(&[1; IMAGE_PIXELS], Emotion::Fear, Split::Training);
        dataset.push(&[2; IMAGE_PIXELS], Emotion::Sad, Split::PublicTest);
        assert_eq!(dataset.drop_cross_split_duplicates(), 1);
        let left: Vec<_> = (0..dataset.len())
            .map(|index| (dataset.image(index)[0], dataset.split(index)))
            .collect();
        let expected = [
            (2, Split::PrivateTest),
            (1, Split::Training),
            (1, Split::Training),
            (2, Split::PublicTest),
        ];
        assert_eq!(left, expected);
        assert_eq!(dataset.images.len(), 4 * IMAGE_PIXELS);
        assert_eq!(dataset.drop_cross_split_duplicates(), 0);
    }

    #[test]
    fn the_table_is_aligned_and_counts_every_image() {
        let table = synthetic(140, 3).table();
        assert_eq!(table.lines().count(), 1 + Emotion::COUNT + 1, "{table}");
        assert!(table.lines().all(|line| line.len() == 74), "{table}");
        assert!(
            table.contains(
                "happy            16  14.3%        2  14.3%        2  14.3%       20  14.3%"
            ),
            "{table}"
        );
        assert!(!Dataset::new("none").table().contains("NaN"));
    }

    #[test]
    fn the_source_is_the_named_path_then_a_usual_place_then_synthetic() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let named = Path::new("elsewhere.zip");
        assert_eq!(Source::choose_in(root, None), Source::STAND_IN);
        assert_eq!(Source::choose(Some(named)), Source::Path(named.into()));
        std::fs::create_dir(root.join("data")).unwrap();
        for place in Source::USUAL_PLACES.iter().rev() {
            std::fs::write(root.join(place), "").unwrap();
            assert_eq!(
                Source::choose_in(root, None),
                Source::Path(root.join(place))
            );
        }
        assert_eq!(
            Source::choose_in(root, Some(named)),
            Source::Path(named.into())
        );
    }

    #[test]
    fn a_source_loads_what_it_names() {
        let faces = Source::Synthetic {
            images: 14,
            seed: 5,
        }
        .load(LoadOptions::default())
        .unwrap();
        assert_eq!(faces, synthetic(14, 5));
        let missing = Source::Path("no/such.csv".into())
            .load(LoadOptions::default())
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("no/such.csv does not exist."),
            "{missing}"
        );
    }

    #[test]
    fn an_unknown_extension_is_an_error_that_lists_the_kinds() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("faces.parquet");
        std::fs::write(&path, "x").unwrap();
        let message = Dataset::load(&path, LoadOptions::default())
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("expected a .csv, .csv.gz or .zip file, or a folder"),
            "{message}"
        );
    }
}
