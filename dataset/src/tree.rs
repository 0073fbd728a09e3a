//! Images in folders that say what they are: `train/<emotion>/` and `test/<emotion>/`, below any folder.

use std::collections::{BTreeMap, BTreeSet};

use model_core::emotion::Emotion;

use crate::Split;
use crate::label::Label;

/// An image and what its path says about it.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub index: usize,
    /// The name of the folder that holds it, which should be an emotion.
    pub folder: String,
    pub label: Label,
    pub split: Option<Split>,
    /// The folder that names the split, if one does.
    pub split_name: String,
}

/// Images that belong together.
pub(crate) struct Tree {
    /// What stands before `train` and `test`, or before the emotions: nothing, or folders.
    pub base: String,
    pub images: Vec<Image>,
}

impl Tree {
    /// How many folders lie around it.
    pub(crate) fn depth(&self) -> usize {
        self.base.split('/').filter(|part| !part.is_empty()).count()
    }

    /// The folders that hold the emotions, for messages.
    pub(crate) fn shown(&self) -> String {
        let splits: BTreeSet<&str> = self
            .images
            .iter()
            .map(|image| &image.split_name[..])
            .collect();
        let splits: Vec<&str> = splits.into_iter().collect();
        match splits[..] {
            [""] if self.base.is_empty() => "<emotion>/".to_owned(),
            [""] => self.base.clone(),
            [split] => format!("{}{split}/", self.base),
            _ => format!("{}{{{}}}/", self.base, splits.join(",")),
        }
    }

    /// Whether its folders are labels: several emotions below a folder without a split, one below `train`.
    fn is_labelled(&self) -> bool {
        let emotions: BTreeSet<Emotion> = self
            .images
            .iter()
            .filter_map(|image| image.label.emotion())
            .collect();
        let named = self.images.iter().any(|image| !image.split_name.is_empty());
        emotions.len() >= if named { 1 } else { 2 }
    }
}

/// The trees among these paths, and the images in none.
pub(crate) fn find<'a>(
    paths: impl Iterator<Item = (usize, &'a str)>,
    around: Option<Split>,
) -> (Vec<Tree>, Vec<usize>) {
    let mut trees: BTreeMap<(String, bool), Vec<Image>> = BTreeMap::new();
    let mut lost = Vec::new();
    for (index, path) in paths {
        match place(index, path, around) {
            Some((base, image)) => {
                let named = !image.split_name.is_empty();
                trees.entry((base, named)).or_default().push(image);
            }
            None => lost.push(index),
        }
    }
    let trees = trees
        .into_iter()
        .map(|((base, _), images)| Tree { base, images });
    let (good, bad): (Vec<Tree>, Vec<Tree>) = trees.partition(Tree::is_labelled);
    lost.extend(
        bad.iter()
            .flat_map(|tree| tree.images.iter().map(|image| image.index)),
    );
    lost.sort_unstable();
    (good, lost)
}

/// Reads `[base/]<split>/<emotion>/<image>`, or `[base/]<emotion>/<image>`, whose split is that of the folders around.
fn place(index: usize, path: &str, around: Option<Split>) -> Option<(String, Image)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop()?;
    let folder = parts.pop()?;
    let label = Label::of(folder);
    let named = parts
        .last()
        .and_then(|name| Some((*name, Split::named(name)?)));
    let (split, split_name) = match named {
        Some((name, split)) => {
            parts.pop();
            (Some(split), name)
        }
        None if label == Label::Unknown => return None,
        None => {
            let outer = parts.iter().rev().find_map(|name| Split::named(name));
            (outer.or(around), "")
        }
    };
    let image = Image {
        index,
        folder: folder.to_owned(),
        label,
        split,
        split_name: split_name.to_owned(),
    };
    let base = parts.iter().map(|part| format!("{part}/")).collect();
    Some((base, image))
}

/// Two names of one split, of which nobody knows whether they hold the same images.
pub(crate) fn two_names(images: &[Image]) -> Option<(String, String)> {
    let mut names: BTreeMap<Split, &str> = BTreeMap::new();
    images.iter().find_map(|image| {
        let name = names.entry(image.split?).or_insert(&image.split_name);
        (*name != image.split_name).then(|| (name.to_string(), image.split_name.clone()))
    })
}
