//! `kernel_distance`: the unbiased kernel distance of Binkowski et al. (2018), in the classifier's features.
//!
//! Squared maximum mean discrepancy under the kernel `(x y / d + 1)^3`; 0 in expectation for two samples of
//! one distribution. Features are scaled by the real sample's mean square first, so that the figure
//! does not depend on how large a classifier's features happen to be.

/// Rows of each sample in a subset.
const SUBSET: usize = 1000;
/// Subsets that are averaged.
const SUBSETS: usize = 10;

/// A mean over subsets, and how far single subsets lie from it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct KernelDistance {
    pub mean: f64,
    /// Standard deviation over the subsets.
    pub deviation: f64,
}

/// The distance over as many subsets of 1000 rows as the samples fill, at most ten. Rows are dealt out in turn,
/// so the same samples give the same figure.
pub fn kernel_distance_of_subsets(real: &[Vec<f32>], fake: &[Vec<f32>]) -> KernelDistance {
    let rows = real.len().min(fake.len());
    let subsets = (rows / SUBSET).clamp(1, SUBSETS);
    let part = |sample: &[Vec<f32>], subset: usize| -> Vec<Vec<f32>> {
        let picked = sample.iter().skip(subset).step_by(subsets).take(SUBSET);
        picked.cloned().collect()
    };
    let distances: Vec<f64> = (0..subsets)
        .map(|subset| kernel_distance(&part(real, subset), &part(fake, subset)))
        .collect();
    let mean = distances.iter().sum::<f64>() / subsets as f64;
    let spread = distances.iter().map(|distance| (distance - mean).powi(2));
    KernelDistance {
        mean,
        deviation: (spread.sum::<f64>() / subsets as f64).sqrt(),
    }
}

/// Unbiased squared distance between two samples of feature rows; needs at least two rows each.
pub fn kernel_distance(real: &[Vec<f32>], fake: &[Vec<f32>]) -> f64 {
    let scale = mean_square(real).max(f64::MIN_POSITIVE);
    within(real, scale) + within(fake, scale) - 2.0 * between(real, fake, scale)
}

fn mean_square(rows: &[Vec<f32>]) -> f64 {
    let count: usize = rows.iter().map(Vec::len).sum();
    let sum: f64 = rows
        .iter()
        .flatten()
        .map(|&value| f64::from(value).powi(2))
        .sum();
    sum / count.max(1) as f64
}

fn kernel(a: &[f32], b: &[f32], scale: f64) -> f64 {
    let product: f64 = a
        .iter()
        .zip(b)
        .map(|(&x, &y)| f64::from(x) * f64::from(y))
        .sum();
    (product / (scale * a.len() as f64) + 1.0).powi(3)
}

/// Mean kernel over pairs of different rows of one sample.
fn within(rows: &[Vec<f32>], scale: f64) -> f64 {
    let count = rows.len() as f64;
    let sum: f64 = rows
        .iter()
        .enumerate()
        .flat_map(|(index, a)| rows[..index].iter().map(move |b| kernel(a, b, scale)))
        .sum();
    2.0 * sum / (count * (count - 1.0))
}

/// Mean kernel over pairs of rows of two samples.
fn between(a: &[Vec<f32>], b: &[Vec<f32>], scale: f64) -> f64 {
    let sum: f64 = a
        .iter()
        .flat_map(|x| b.iter().map(move |y| kernel(x, y, scale)))
        .sum();
    sum / (a.len() * b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::latent::latent;

    /// 200 rows of four normal draws around `centre`.
    fn rows(seed: u64, centre: f32) -> Vec<Vec<f32>> {
        let draws = latent(seed, 800);
        let rows = draws.chunks_exact(4);
        rows.map(|row| row.iter().map(|value| value + centre).collect())
            .collect()
    }

    #[test]
    fn the_distance_grows_as_samples_move_apart() {
        let real = rows(0, 0.0);
        let near = kernel_distance(&real, &rows(1, 0.0));
        let far = kernel_distance(&real, &rows(1, 0.5));
        let farther = kernel_distance(&real, &rows(1, 1.0));
        assert!(near.abs() < 0.2, "two samples of one distribution: {near}");
        assert!(near < far && far < farther, "{near} < {far} < {farther}");
    }

    #[test]
    fn the_distance_matches_a_value_worked_out_by_hand() {
        // real {1, -1}, fake {2, 0}; mean square of real 1, d = 1, kernel (xy + 1)^3.
        // within real: (-1 + 1)^3 = 0; within fake: 1; between: (27 + 1 - 1 + 1) / 4 = 7.
        let distance = kernel_distance(&[vec![1.0], vec![-1.0]], &[vec![2.0], vec![0.0]]);
        assert!((distance - (0.0 + 1.0 - 14.0)).abs() < 1e-9, "{distance}");
    }
}
