//! `sample`: faces of a bundle as files, `DIR/<emotion>/<n>.png`.

use std::fs;
use std::path::Path;

use anyhow::Context;
use model_core::emotion::Emotion;
use model_core::generator::Generator;

use crate::pictures::write_face;
use crate::wait::wait;
use dataset::{Dataset, Split};
use training::faces::grey_faces;

/// Faces generated in one pass.
const CHUNK: usize = 64;

/// A face to make: which emotion, which number. Its seed is the first seed plus its number.
pub type Order = (Emotion, u64);

/// `count` faces of each emotion, numbered from 0: face n is the same person in every emotion.
pub fn per_emotion(emotions: &[Emotion], count: u64) -> Vec<Order> {
    emotions
        .iter()
        .flat_map(|&emotion| (0..count).map(move |number| (emotion, number)))
        .collect()
}

/// `count` faces in all with the class shares of a split (largest remainders), numbered through.
pub fn like_split(dataset: &Dataset, split: Split, count: u64) -> anyhow::Result<Vec<Order>> {
    let counts = dataset.counts()[split as usize].map(|images| images as u64);
    let total: u64 = counts.iter().sum();
    anyhow::ensure!(
        total > 0,
        "the data set has no {split} images whose shares could be copied"
    );
    let mut wanted = counts.map(|images| images * count / total);
    let mut by_remainder: Vec<usize> = (0..Emotion::COUNT).collect();
    by_remainder.sort_by_key(|&index| std::cmp::Reverse(counts[index] * count % total));
    let missing = count - wanted.iter().sum::<u64>();
    for &index in by_remainder.iter().take(missing as usize) {
        wanted[index] += 1;
    }
    let labels = Emotion::ALL
        .into_iter()
        .flat_map(|emotion| std::iter::repeat_n(emotion, wanted[emotion.index()] as usize));
    Ok(labels.zip(0..).collect())
}

/// Makes the ordered faces, writes them, and gives them as grey bytes.
pub fn write(
    generator: &Generator,
    orders: &[Order],
    seed: u64,
    directory: &Path,
) -> anyhow::Result<Vec<Vec<u8>>> {
    for &emotion in &Emotion::ALL {
        if orders.iter().any(|&(ordered, _)| ordered == emotion) {
            let folder = directory.join(emotion.name());
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
    }
    let mut all = Vec::with_capacity(orders.len());
    for chunk in orders.chunks(CHUNK) {
        let seeds: Vec<u64> = chunk
            .iter()
            .map(|&(_, number)| seed.wrapping_add(number))
            .collect();
        let emotions: Vec<_> = chunk.iter().map(|(emotion, _)| emotion.weights()).collect();
        let faces = wait(grey_faces(generator.faces(&seeds, &emotions)))?;
        for ((emotion, number), face) in chunk.iter().zip(&faces) {
            write_face(
                face,
                &directory.join(emotion.name()).join(format!("{number}.png")),
            )?;
        }
        all.extend(faces);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::pixels::IMAGE_PIXELS;

    #[test]
    fn shares_are_copied_and_the_count_is_met() {
        let mut dataset = Dataset::new("three");
        for emotion in [Emotion::Happy, Emotion::Happy, Emotion::Sad] {
            dataset.push(&[0; IMAGE_PIXELS], emotion, Split::PrivateTest);
        }
        let orders = like_split(&dataset, Split::PrivateTest, 10).unwrap();
        let happy = orders
            .iter()
            .filter(|(emotion, _)| *emotion == Emotion::Happy)
            .count();
        assert_eq!((orders.len(), happy), (10, 7));
        assert!(like_split(&dataset, Split::Training, 10).is_err());
    }
}
