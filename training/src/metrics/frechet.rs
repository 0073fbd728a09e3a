//! `frechet_distance`: between two samples, each seen as a normal distribution of features (Heusel et al. 2017).

use super::symmetric::Matrix;

/// `|m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2))`, with means m and covariances C. Small samples score too high:
/// compare only figures of equally many rows.
pub fn frechet_distance(real: &[Vec<f32>], fake: &[Vec<f32>]) -> f64 {
    let (mean_real, real) = Matrix::covariance(real);
    let (mean_fake, fake) = Matrix::covariance(fake);
    let apart: f64 = mean_real
        .iter()
        .zip(&mean_fake)
        .map(|(a, b)| (a - b).powi(2))
        .sum();
    // trace((C1 C2)^(1/2)) is that of the symmetric (C1^(1/2) C2 C1^(1/2))^(1/2).
    let root = real.clone().square_root();
    let shared = root.times(&fake).times(&root).square_root().trace();
    apart + real.trace() + fake.trace() - 2.0 * shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::latent::latent;

    /// 2000 rows of three normal draws, scaled and moved.
    fn rows(seed: u64, scale: f32, centre: f32) -> Vec<Vec<f32>> {
        let draws = latent(seed, 6000);
        let rows = draws.chunks_exact(3);
        rows.map(|row| row.iter().map(|value| scale * value + centre).collect())
            .collect()
    }

    #[test]
    fn a_sample_is_at_distance_zero_from_itself() {
        let sample = rows(0, 1.0, 0.0);
        assert!(frechet_distance(&sample, &sample).abs() < 1e-9);
    }

    #[test]
    fn the_distance_of_two_normal_distributions_is_the_formula_s() {
        // Three independent axes, each: (2 - 0)^2 + (1.5 - 1)^2.
        let distance = frechet_distance(&rows(1, 1.0, 0.0), &rows(2, 1.5, 2.0));
        assert!((distance - 3.0 * 4.25).abs() < 1.0, "{distance}");
    }
}
