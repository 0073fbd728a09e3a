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
    /// The path of the folder that holds the emotions.
    pub around: String,
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

/// The trees among these paths, and the images in none. `outside` is what the names around the paths say.
pub(crate) fn find<'a>(
    paths: impl Iterator<Item = (usize, &'a str)>,
    outside: Option<Split>,
) -> (Vec<Tree>, Vec<usize>) {
    let mut trees: BTreeMap<(String, bool), Vec<Image>> = BTreeMap::new();
    let (mut lost, mut unknown) = (Vec::new(), Vec::new());
    for (index, path) in paths {
        match place(index, path, outside) {
            Some((_, image)) if image.label == Label::Unknown && image.split_name.is_empty() => {
                lost.push(index);
            }
            Some((key, image)) if image.label == Label::Unknown => unknown.push((key, image)),
            Some((key, image)) => trees.entry(key).or_default().push(image),
            None => lost.push(index),
        }
    }
    // Beside folders of emotions a folder of another name is an emotion that nobody knows here.
    let labelled: BTreeSet<String> = trees
        .values()
        .flatten()
        .map(|image| image.around.clone())
        .collect();
    for (key, image) in unknown {
        match labelled.contains(&image.around) {
            true => trees.entry(key).or_default().push(image),
            false => lost.push(image.index),
        }
    }
    let trees = trees.into_iter().map(|((base, _), mut images)| {
        images.sort_by_key(|image| image.index);
        Tree { base, images }
    });
    let (good, bad): (Vec<Tree>, Vec<Tree>) = trees.partition(Tree::is_labelled);
    lost.extend(
        bad.iter()
            .flat_map(|tree| tree.images.iter().map(|image| image.index)),
    );
    lost.sort_unstable();
    (good, lost)
}

/// Reads `[folders/]<emotion>/<image>`, where the innermost folder that names a split says which. A tree is known by
/// the other folders, and by whether there is a split.
fn place(index: usize, path: &str, outside: Option<Split>) -> Option<((String, bool), Image)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop()?;
    let folder = parts.pop()?;
    let named = parts
        .iter()
        .rev()
        .find_map(|name| Some((*name, Split::named(name)?)));
    let around = parts.join("/");
    parts.retain(|name| Split::named(name).is_none());
    let base = parts.iter().map(|part| format!("{part}/")).collect();
    let image = Image {
        index,
        folder: folder.to_owned(),
        label: Label::of(folder),
        split: named.map(|(_, split)| split).or(outside),
        split_name: named.map_or(String::new(), |(name, _)| name.to_owned()),
        around,
    };
    Some(((base, named.is_some()), image))
}

/// Two folders of one split, of which nobody knows whether they hold the same images.
pub(crate) fn two_folders(images: &[Image]) -> Option<(String, String)> {
    let mut folders: BTreeMap<Option<Split>, &str> = BTreeMap::new();
    images.iter().find_map(|image| {
        let folder = folders.entry(image.split).or_insert(&image.around);
        (*folder != image.around).then(|| (folder.to_string(), image.around.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(paths: &[&str]) -> (Vec<String>, usize) {
        let (trees, lost) = find(paths.iter().copied().enumerate(), None);
        (
            trees.into_iter().map(|tree| tree.base).collect(),
            lost.len(),
        )
    }

    #[test]
    fn a_tree_is_known_by_the_folders_that_name_neither_split_nor_emotion() {
        let one = [
            "a/train/sad/1.png",
            "a/test/images/sad/1.png",
            "a/val/val/sad/1.png",
        ];
        assert_eq!(
            bases(&one),
            (vec!["a/".to_owned(), "a/images/".to_owned()], 0)
        );
        let two = [
            "train/train/sad/1.png",
            "test/test/happy/1.png",
            "b/sad/1.png",
            "b/happy/1.png",
        ];
        assert_eq!(bases(&two), (vec![String::new(), "b/".to_owned()], 0));
    }

    #[test]
    fn folders_that_are_no_labels_are_no_tree() {
        let paths = [
            "photos/3/1.png",
            "train/images/1.png",
            "sad/train/1.png",
            "1.png",
        ];
        assert_eq!(bases(&paths), (Vec::new(), 4));
    }
}
