//! `memorisation` and `mode_collapse`: how like its nearest neighbour a face is, pixel by pixel.

use burn::tensor::Device;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use model_core::reading::ReadError;
use serde::Serialize;

use super::neighbours::nearest;

/// Root mean square differences to the nearest neighbour, in grey levels: 0 is a copy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Likeness {
    pub median: f64,
    /// The first percentile: the closest faces, but not a single odd one.
    pub closest_percent: f64,
    pub smallest: f64,
}

/// A face, the neighbour it is closest to, and how close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub face: usize,
    pub neighbour: usize,
    /// In grey levels.
    pub difference: f64,
}

/// Every face's nearest neighbour among `others`, closest pairs first. With `same`, both are one sample.
pub async fn pairs(
    faces: &[&[u8]],
    others: &[&[u8]],
    same: bool,
    device: &Device,
) -> Result<Vec<Pair>, ReadError> {
    let nearest = nearest(&rows(faces), &rows(others), same, device).await?;
    let mut pairs: Vec<Pair> = nearest
        .into_iter()
        .enumerate()
        .map(|(face, (squared, neighbour))| Pair {
            face,
            neighbour,
            difference: (f64::from(squared) / IMAGE_PIXELS as f64).sqrt(),
        })
        .collect();
    pairs.sort_by(|a, b| a.difference.total_cmp(&b.difference));
    Ok(pairs)
}

/// The figures of pairs, closest first.
pub fn likeness(pairs: &[Pair]) -> Likeness {
    let at = |place: usize| pairs.get(place).map_or(f64::NAN, |pair| pair.difference);
    Likeness {
        median: at(pairs.len() / 2),
        closest_percent: at(pairs.len() / 100),
        smallest: at(0),
    }
}

/// A grey image mirrored left to right.
pub fn mirrored(image: &[u8]) -> Vec<u8> {
    let rows = image.chunks_exact(IMAGE_SIDE);
    rows.flat_map(|row| row.iter().rev().copied()).collect()
}

/// Grey levels around 0, so that products of rows stay exact enough.
fn rows(images: &[&[u8]]) -> Vec<Vec<f32>> {
    let centred = |&grey: &u8| f32::from(grey) - 127.5;
    images
        .iter()
        .map(|image| image.iter().map(centred).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_found_and_differs_by_nothing() {
        let plain: Vec<Vec<u8>> = [0u8, 100, 200].map(|grey| vec![grey; IMAGE_PIXELS]).into();
        let images: Vec<&[u8]> = plain.iter().map(Vec::as_slice).collect();
        let (copy, near) = (vec![200; IMAGE_PIXELS], vec![90; IMAGE_PIXELS]);
        let faces: [&[u8]; 2] = [&near, &copy];
        let pairs = pollster::block_on(pairs(&faces, &images, false, &Device::flex())).unwrap();
        assert_eq!((pairs[0].face, pairs[0].neighbour), (1, 2));
        assert!(pairs[0].difference < 0.1, "{}", pairs[0].difference);
        assert_eq!((pairs[1].face, pairs[1].neighbour), (0, 1));
        assert!(
            (pairs[1].difference - 10.0).abs() < 0.1,
            "{}",
            pairs[1].difference
        );
    }

    #[test]
    fn mirroring_twice_changes_nothing() {
        let image: Vec<u8> = (0..IMAGE_PIXELS).map(|pixel| (pixel % 251) as u8).collect();
        assert_ne!(mirrored(&image), image);
        assert_eq!(mirrored(&mirrored(&image)), image);
    }
}
