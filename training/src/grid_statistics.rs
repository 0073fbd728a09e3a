//! What the faces of a grid look like beside real images: figures cheap enough to be taken with every grid, without a
//! classifier. They tell blur, noise and sameness; whether faces are good, `eval` tells.

use serde::{Deserialize, Serialize};

use crate::collapse::spread;
use crate::metrics::bands::BandPower;

/// Figures of a grid beside the same of real images: 1 is as much. A line of `stats.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename = "grid_statistics")]
pub struct GridStatistics {
    pub images_seen: u64,
    /// Structure of each size.
    pub band_power: BandPower,
    /// How much people differ, mean over the emotions.
    pub diversity: f64,
}

impl GridStatistics {
    /// The faces of a grid, beside as many real images or fewer; both have `columns` cells per emotion.
    pub fn at(
        faces: &[Vec<u8>],
        reals: &[Option<&[u8]>],
        columns: usize,
        images_seen: u64,
    ) -> Self {
        let all_faces: Vec<&[u8]> = faces.iter().map(Vec::as_slice).collect();
        let all_reals: Vec<&[u8]> = reals.iter().copied().flatten().collect();
        let rows = faces.chunks(columns).zip(reals.chunks(columns));
        let shares: Vec<f64> = rows
            .filter_map(|(faces, reals)| {
                let reals: Vec<&[u8]> = reals.iter().copied().flatten().collect();
                // One image has no diversity to compare with.
                (reals.len() > 1).then(|| spread(faces) / spread(&reals))
            })
            .collect();
        Self {
            images_seen,
            band_power: BandPower::of(&all_faces, &all_reals),
            diversity: shares.iter().sum::<f64>() / shares.len() as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dataset::{Split, synthetic};

    const COLUMNS: usize = 3;

    #[test]
    fn real_images_look_like_themselves_and_half_their_contrast_is_half_the_diversity() {
        let dataset = synthetic(210, 1);
        let indices = dataset.indices(Split::Training);
        let images: Vec<&[u8]> = dataset.images_of(&indices[..7 * COLUMNS]);
        let reals: Vec<Option<&[u8]>> = images.iter().map(|image| Some(*image)).collect();
        let faces: Vec<Vec<u8>> = images.iter().map(|image| image.to_vec()).collect();
        let found = GridStatistics::at(&faces, &reals, COLUMNS, 5);
        assert_eq!(found.band_power, BandPower([1.0; 4]));
        assert!((found.diversity - 1.0).abs() < 1e-9, "{found:?}");

        let pale: Vec<Vec<u8>> = faces
            .iter()
            .map(|face| face.iter().map(|grey| 64 + grey / 2).collect())
            .collect();
        let found = GridStatistics::at(&pale, &reals, COLUMNS, 5);
        assert!((found.diversity - 0.5).abs() < 0.02, "{found:?}");
        assert!((found.band_power.0[0] - 0.25).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn emotions_without_real_images_are_left_out() {
        let dataset = synthetic(210, 1);
        let indices = dataset.indices(Split::Training);
        let images = dataset.images_of(&indices[..2 * COLUMNS]);
        let faces: Vec<Vec<u8>> = images.iter().map(|image| image.to_vec()).collect();
        let mut reals: Vec<Option<&[u8]>> = images.iter().map(|image| Some(*image)).collect();
        reals[COLUMNS..].fill(None);
        let found = GridStatistics::at(&faces, &reals, COLUMNS, 0);
        assert!((found.diversity - 1.0).abs() < 1e-9, "{found:?}");
    }
}
