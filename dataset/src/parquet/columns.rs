//! Which columns of a Parquet file hold images, labels and splits.

use serde_json::Value;

use super::footer::{Footer, Leaf, Physical};
use crate::DatasetError;
use crate::error::printable;

/// Names of columns of images; that of FER2013's table holds numbers as text.
const IMAGES: [&str; 6] = ["image", "images", "img", "image_bytes", "bytes", "pixels"];
const PIXELS: &str = "pixels";

/// Names of columns of labels.
const LABELS: [&str; 4] = ["label", "labels", "emotion", "emotions"];

/// How an image is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// As the bytes of an image file.
    Files,
    /// As 2304 numbers in text.
    Pixels,
}

#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(super) image: usize,
    pub(super) content: Content,
    pub(super) label: usize,
    pub(super) usage: Option<usize>,
    /// What the labels' numbers stand for.
    pub(super) names: Option<Vec<String>>,
}

impl Columns {
    pub(super) fn find(footer: &Footer, file: &str) -> Result<Self, DatasetError> {
        let plain = |names: &[&str], leaf: &Leaf| {
            let name = leaf.path.first().map(|name| name.to_ascii_lowercase());
            leaf.path.len() == 1 && name.is_some_and(|name| names.contains(&&name[..]))
        };
        let is_image = |leaf: &Leaf| {
            let of_struct = leaf.path.len() == 2 && leaf.path[1] == "bytes";
            leaf.physical == Physical::Bytes && (of_struct || plain(&IMAGES, leaf))
        };
        let is_label = |leaf: &Leaf| leaf.physical != Physical::Other && plain(&LABELS, leaf);
        let is_usage = |leaf: &Leaf| leaf.physical == Physical::Bytes && plain(&["usage"], leaf);
        let image = one(footer, "images", is_image, file)?;
        let label = one(footer, "labels", is_label, file)?;
        let usage = footer
            .leaves
            .iter()
            .position(|leaf| !leaf.repeated && is_usage(leaf));
        Ok(Columns {
            image,
            content: match plain(&[PIXELS], &footer.leaves[image]) {
                true => Content::Pixels,
                false => Content::Files,
            },
            label,
            usage,
            names: names(footer, &footer.leaves[label].path[0]),
        })
    }

    /// Whether every row says its split.
    pub(crate) fn has_usage(&self) -> bool {
        self.usage.is_some()
    }
}

/// The only column of its kind.
fn one(
    footer: &Footer,
    kind: &'static str,
    is: impl Fn(&Leaf) -> bool,
    file: &str,
) -> Result<usize, DatasetError> {
    let leaves = footer.leaves.iter().enumerate();
    let mut places = leaves.filter(|(_, leaf)| !leaf.repeated && is(leaf));
    if let (Some((place, _)), None) = (places.next(), places.next()) {
        return Ok(place);
    }
    let shown = footer.leaves.iter().map(|leaf| leaf.path.join("."));
    Err(DatasetError::ParquetColumns {
        file: file.to_owned(),
        kind,
        found: printable(&shown.collect::<Vec<_>>().join(", ")),
    })
}

/// The names of a column's numbers, in the order of the numbers, where the library `datasets` wrote them down.
fn names(footer: &Footer, column: &str) -> Option<Vec<String>> {
    let features: Value = serde_json::from_str(footer.features.as_ref()?).ok()?;
    let names = features
        .get("info")?
        .get("features")?
        .get(column)?
        .get("names")?;
    let names = names.as_array()?.iter();
    names.map(|name| name.as_str().map(str::to_owned)).collect()
}
