//! How often a classifier sees the label of held-out images.

use anyhow::Context;
use model_core::classifier::Classifier;
use model_core::emotion::Emotion;
use model_core::reading::ReadError;

use crate::metrics::confusion::Confusion;
use crate::predictions::predict;
use dataset::{Dataset, Split};

/// The split on which classifiers are examined: PrivateTest, or PublicTest where the data set has no other held-out images.
pub fn examined_split(dataset: &Dataset) -> anyhow::Result<Split> {
    let splits = [Split::PrivateTest, Split::PublicTest].into_iter();
    let mut splits = splits.filter(|&split| !dataset.indices(split).is_empty());
    splits.next().context(
        "a classifier is examined on held-out images, but the data set has none in PrivateTest and PublicTest: pass one that has",
    )
}

/// What the classifier sees in the images of a split.
pub async fn examine(
    classifier: &Classifier,
    dataset: &Dataset,
    split: Split,
) -> Result<Confusion, ReadError> {
    let held_out = dataset.indices(split);
    let labels: Vec<Emotion> = held_out.iter().map(|&index| dataset.label(index)).collect();
    let images: Vec<&[u8]> = held_out.iter().map(|&index| dataset.image(index)).collect();
    let seen = predict(classifier, &images).await?;
    Ok(Confusion::of(&labels, &seen.labels))
}
