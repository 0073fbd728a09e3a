//! `precision`, `recall` (Kynkaanniemi et al. 2019), `density`, `coverage` (Naeem et al. 2020): a sample's
//! manifold is the union of balls around its rows, each reaching to the k-th nearest row of the same sample.

use burn::tensor::Device;
use model_core::reading::ReadError;
use serde::Serialize;

use super::neighbours::{each_row, radii};

/// The k of all four figures.
pub const NEIGHBOURS: usize = 5;

/// How far two samples overlap; all but density lie between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Overlap {
    /// Share of generated faces within the real manifold: fidelity.
    pub precision: f64,
    /// Share of real images within the generated manifold: variety.
    pub recall: f64,
    /// Mean number of real balls a generated face lies in, divided by k.
    pub density: f64,
    /// Share of real balls with a generated face in them.
    pub coverage: f64,
}

/// Compares two samples of feature rows.
pub async fn overlap(
    real: &[Vec<f32>],
    fake: &[Vec<f32>],
    device: &Device,
) -> Result<Overlap, ReadError> {
    let real_radii = radii(real, NEIGHBOURS, device).await?;
    let fake_radii = radii(fake, NEIGHBOURS, device).await?;
    let (mut precise, mut balls) = (0, 0);
    let mut recalled = 0;
    let mut covered = 0;
    each_row(fake, real, device, &mut |_, distances| {
        let within = distances
            .iter()
            .zip(&real_radii)
            .filter(|(d, radius)| d <= radius);
        let within = within.count();
        balls += within;
        precise += usize::from(within > 0);
    })
    .await?;
    each_row(real, fake, device, &mut |row, distances| {
        let mut pairs = distances.iter().zip(&fake_radii);
        recalled += usize::from(pairs.any(|(d, radius)| d <= radius));
        covered += usize::from(distances.iter().any(|&d| d <= real_radii[row]));
    })
    .await?;
    let share = |count: usize, rows: usize| count as f64 / rows.max(1) as f64;
    Ok(Overlap {
        precision: share(precise, fake.len()),
        recall: share(recalled, real.len()),
        density: share(balls, fake.len()) / NEIGHBOURS as f64,
        coverage: share(covered, real.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::latent::latent;

    /// 300 rows of two normal draws around `centre`, `scale` wide.
    fn found(real: &[Vec<f32>], fake: &[Vec<f32>]) -> Overlap {
        pollster::block_on(overlap(real, fake, &Device::flex())).unwrap()
    }

    fn rows(seed: u64, scale: f32, centre: f32) -> Vec<Vec<f32>> {
        let draws = latent(seed, 600);
        let rows = draws.chunks_exact(2);
        rows.map(|row| row.iter().map(|value| scale * value + centre).collect())
            .collect()
    }

    #[test]
    fn two_samples_of_one_distribution_overlap() {
        let overlap = found(&rows(0, 1.0, 0.0), &rows(1, 1.0, 0.0));
        assert!(
            overlap.precision > 0.9 && overlap.recall > 0.9,
            "{overlap:?}"
        );
        assert!((overlap.density - 1.0).abs() < 0.2, "{overlap:?}");
        assert!(overlap.coverage > 0.9, "{overlap:?}");
    }

    #[test]
    fn a_narrow_sample_is_precise_but_recalls_little() {
        let overlap = found(&rows(0, 1.0, 0.0), &rows(1, 0.1, 0.0));
        assert!(overlap.precision > 0.9, "{overlap:?}");
        assert!(
            overlap.recall < 0.2 && overlap.coverage < 0.3,
            "{overlap:?}"
        );
    }

    #[test]
    fn a_sample_far_away_has_nothing_in_common() {
        let far = found(&rows(0, 1.0, 0.0), &rows(1, 1.0, 50.0));
        let none = Overlap {
            precision: 0.0,
            recall: 0.0,
            density: 0.0,
            coverage: 0.0,
        };
        assert_eq!(far, none);
    }
}
