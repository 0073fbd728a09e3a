//! Labelled faces in memory.

use std::collections::HashSet;
use std::io::{Read, Seek};

use model_core::bundle::hexadecimal;
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;
use sha2::{Digest, Sha256};

use crate::files::memory::{Memory, Single};
use crate::{DatasetError, LoadOptions, Report, Split, load};

/// Labelled faces in the order in which they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Short name for run directories: `fer2013` for `data/fer2013.csv.gz`.
    pub name: String,
    /// Grey bytes, `IMAGE_PIXELS` an image, row by row from the top left.
    images: Vec<u8>,
    pub(crate) labels: Vec<Emotion>,
    pub(crate) splits: Vec<Split>,
    /// Bad rows and images left out (see [`LoadOptions::skip_bad_rows`]).
    pub skipped: usize,
    /// What was read and what was passed over.
    pub report: Report,
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
            report: Report::default(),
        }
    }

    /// Reads a table or an archive; `file` is its name.
    pub fn read(
        input: impl Read + Seek,
        file: &str,
        options: LoadOptions,
    ) -> Result<Self, DatasetError> {
        let mut dataset = Dataset::new(short_name(file));
        let mut files = Single::new(input, file);
        load::load(&mut files, file, None, options, &mut dataset)?;
        Ok(dataset)
    }

    /// Reads the data set among files that lie in memory, as it would in a folder: names may hold slashes. `name` is
    /// that of the data set.
    pub fn from_files(
        name: &str,
        files: &[(String, Vec<u8>)],
        options: LoadOptions,
    ) -> Result<Self, DatasetError> {
        let mut dataset = Dataset::new(short_name(name));
        let mut files = Memory::new(files)?;
        load::load(&mut files, name, None, options, &mut dataset)?;
        Ok(dataset)
    }

    /// SHA-256, in hexadecimal digits, over the images of each split and emotion: how many they are, and their pixels in the
    /// order in which they were read. Equal hashes are equal data, whatever it is called and whatever it lay in: a run with
    /// equal options computes the same from both.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"seven-faces data set 2\n");
        for split in Split::ALL {
            let of_split = self.indices(split);
            for emotion in Emotion::ALL {
                let of_both = of_split
                    .iter()
                    .filter(|&&index| self.labels[index] == emotion);
                hash.update((of_both.clone().count() as u64).to_le_bytes());
                of_both.for_each(|&index| hash.update(self.image(index)));
            }
        }
        hexadecimal(&hash.finalize())
    }

    /// Refuses a data set that nothing can be trained on; `file` is where it came from.
    pub(crate) fn with_training_images(&self, file: &str) -> Result<(), DatasetError> {
        if self.splits.contains(&Split::Training) {
            return Ok(());
        }
        Err(DatasetError::NoTraining {
            file: file.to_owned(),
            test: self.len(),
            skipped: self.skipped,
            found: self.report.shown_splits(),
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

    /// Passes on what is wrong with this many rows or images, or counts them where bad ones may be left out.
    pub(crate) fn refuse(
        &mut self,
        problem: DatasetError,
        count: usize,
        options: LoadOptions,
    ) -> Result<(), DatasetError> {
        self.skipped += count;
        self.report.left_out.count(&problem, count);
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
    pub(crate) fn keep(&mut self, kept: &[usize]) {
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

    /// Puts the images into the order of their keys.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(usize) -> K) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        if order.is_sorted_by_key(|&index| key(index)) {
            return;
        }
        order.sort_by_key(|&index| key(index));
        self.images = order
            .iter()
            .flat_map(|&index| self.image(index))
            .copied()
            .collect();
        self.labels = order.iter().map(|&index| self.labels[index]).collect();
        self.splits = order.iter().map(|&index| self.splits[index]).collect();
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

/// A file's name up to its first point, in letters that a run directory may have: `fer2013` for `data/fer2013.csv.gz`.
pub(crate) fn short_name(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).find(|part| !part.is_empty());
    let stem = file
        .and_then(|file| file.split('.').next())
        .unwrap_or_default();
    let plain = |letter: char| match letter {
        '-' | '_' => letter,
        _ if letter.is_alphanumeric() => letter,
        _ => '-',
    };
    let name: String = stem.chars().map(plain).take(64).collect();
    match name.trim_matches('-') {
        "" => "data".to_owned(),
        name => name.to_owned(),
    }
}

/// A count and its percentage, 16 columns wide.
fn cell(count: usize, of: usize) -> String {
    let percent = 100.0 * count as f64 / of.max(1) as f64;
    format!("{count:>9} {percent:>5.1}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

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
    fn the_hash_is_that_of_pixels_labels_and_splits_and_not_of_the_name() {
        let faces = synthetic(14, 5);
        let mut renamed = faces.clone();
        renamed.name = "another".into();
        assert_eq!(faces.hash(), renamed.hash());
        assert_eq!(faces.hash().len(), 64);
        let changes: [fn(&mut Dataset); 4] = [
            |faces| faces.images[7] ^= 1,
            |faces| faces.labels.swap(0, 1),
            |faces| faces.splits[0] = Split::PublicTest,
            |faces| faces.keep(&[0, 1, 2]),
        ];
        for change in changes {
            let mut changed = faces.clone();
            change(&mut changed);
            assert_ne!(faces.hash(), changed.hash());
        }
    }

    #[test]
    fn the_hash_is_that_of_images_in_another_arrangement_of_splits_and_emotions() {
        let faces = synthetic(70, 5);
        let mut grouped = faces.clone();
        let key = |index: usize| (faces.label(index).name(), faces.split(index));
        grouped.sort_by_key(key);
        assert_ne!(faces.labels, grouped.labels);
        assert_eq!(
            faces.hash(),
            grouped.hash(),
            "as folders of images are read"
        );
        let mut swapped = faces.clone();
        swapped.sort_by_key(std::cmp::Reverse);
        assert_ne!(
            faces.hash(),
            swapped.hash(),
            "a run would compute something else"
        );
    }

    #[test]
    fn the_name_is_fit_for_a_run_directory() {
        for (path, name) in [
            ("data/fer2013.csv.gz", "fer2013"),
            ("C:\\data\\fer2013.zip", "fer2013"),
            ("archive/", "archive"),
            ("my faces (1).csv", "my-faces--1"),
            ("..", "data"),
            (".hidden", "data"),
            ("", "data"),
        ] {
            assert_eq!(short_name(path), name, "{path}");
        }
    }
}
