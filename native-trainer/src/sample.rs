//! `sample`: faces of a bundle as files, `DIR/<emotion>/<n>.png`.

use std::fs;
use std::path::Path;

use anyhow::Context;
use model_core::emotion::Emotion;
use model_core::generator::Generator;

use crate::pictures::write_face;
use crate::wait::wait;
use training::faces::grey_faces;

/// Faces generated in one pass.
const CHUNK: usize = 64;

/// Which faces are asked for: how many of each emotion, and how they are numbered. The seed of a face is the first seed plus its
/// number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    counts: [u64; Emotion::COUNT],
    /// Whether numbers run through all emotions; else each emotion's begin at 0.
    numbered_through: bool,
}

impl Requests {
    /// `count` faces of each emotion: face n is the same person in every emotion.
    pub fn per_emotion(emotions: &[Emotion], count: u64) -> Self {
        let of = |emotion: Emotion| {
            if emotions.contains(&emotion) {
                count
            } else {
                0
            }
        };
        Self {
            counts: Emotion::ALL.map(of),
            numbered_through: false,
        }
    }

    /// `count` faces in all, with the shares of these counts (largest remainders).
    pub fn with_shares(images: [usize; Emotion::COUNT], count: u64) -> anyhow::Result<Self> {
        let images = images.map(|images| images as u64);
        let total: u64 = images.iter().sum();
        anyhow::ensure!(
            total > 0,
            "there are no images whose shares could be copied"
        );
        let mut counts = images.map(|images| images * count / total);
        let mut by_remainder: Vec<usize> = (0..Emotion::COUNT).collect();
        by_remainder.sort_by_key(|&index| std::cmp::Reverse(images[index] * count % total));
        let missing = count - counts.iter().sum::<u64>();
        for &index in by_remainder.iter().take(missing as usize) {
            counts[index] += 1;
        }
        Ok(Self {
            counts,
            numbered_through: true,
        })
    }

    /// How many faces these are.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Emotion and number of each face.
    fn iter(&self) -> impl Iterator<Item = (Emotion, u64)> {
        let mut before = 0;
        let numbered_through = self.numbered_through;
        let by_emotion = Emotion::ALL.into_iter().zip(self.counts);
        by_emotion.flat_map(move |(emotion, count)| {
            let first = if numbered_through { before } else { 0 };
            before += count;
            (first..first + count).map(move |number| (emotion, number))
        })
    }
}

/// Makes the faces that are asked for and writes them; `made` is shown each as grey bytes.
pub fn write(
    generator: &Generator,
    requests: &Requests,
    seed: u64,
    directory: &Path,
    made: &mut dyn FnMut(&[u8]),
) -> anyhow::Result<()> {
    let asked = Emotion::ALL.into_iter().zip(requests.counts);
    for (emotion, _) in asked.filter(|&(_, count)| count > 0) {
        let folder = directory.join(emotion.name());
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut requests = requests.iter();
    loop {
        let chunk: Vec<(Emotion, u64)> = requests.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let seeds = chunk.iter().map(|&(_, number)| seed.wrapping_add(number));
        let seeds: Vec<u64> = seeds.collect();
        let emotions: Vec<_> = chunk.iter().map(|(emotion, _)| emotion.weights()).collect();
        let faces = wait(grey_faces(generator.faces(&seeds, &emotions)))?;
        for ((emotion, number), face) in chunk.iter().zip(&faces) {
            let file = format!("{number}.png");
            write_face(face, &directory.join(emotion.name()).join(file))?;
            made(face);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_copied_and_the_count_is_met() {
        let mut images = [0; Emotion::COUNT];
        images[Emotion::Happy.index()] = 2;
        images[Emotion::Sad.index()] = 1;
        let requests = Requests::with_shares(images, 10).unwrap();
        let asked: Vec<_> = requests.iter().collect();
        let happy = (0..7).map(|number| (Emotion::Happy, number));
        let sad = (7..10).map(|number| (Emotion::Sad, number));
        assert_eq!(asked, happy.chain(sad).collect::<Vec<_>>());
        assert_eq!(requests.total(), 10);
        assert!(Requests::with_shares([0; 7], 10).is_err());
    }

    #[test]
    fn every_emotion_has_the_same_people() {
        let asked = Requests::per_emotion(&[Emotion::Sad, Emotion::Happy], 2);
        let asked: Vec<_> = asked.iter().collect();
        let expected = [
            (Emotion::Happy, 0),
            (Emotion::Happy, 1),
            (Emotion::Sad, 0),
            (Emotion::Sad, 1),
        ];
        assert_eq!(asked, expected);
    }
}
