//! Symmetric matrices: products and eigenvalues, as much as a Frechet distance needs.

/// A square matrix in row order.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    side: usize,
    values: Vec<f64>,
}

/// Passes over all pairs of axes; a dozen suffice for hundreds of rows.
const MAX_SWEEPS: usize = 40;

impl Matrix {
    /// Covariance of feature rows, and their mean.
    pub fn covariance(rows: &[Vec<f32>]) -> (Vec<f64>, Self) {
        let side = rows.first().map_or(0, Vec::len);
        let count = rows.len() as f64;
        let mut mean = vec![0.0; side];
        for row in rows {
            mean.iter_mut()
                .zip(row)
                .for_each(|(sum, &value)| *sum += f64::from(value) / count);
        }
        let mut values = vec![0.0; side * side];
        for row in rows {
            let centred: Vec<f64> = row
                .iter()
                .zip(&mean)
                .map(|(&value, mean)| f64::from(value) - mean)
                .collect();
            for (line, &left) in values.chunks_exact_mut(side).zip(&centred) {
                line.iter_mut()
                    .zip(&centred)
                    .for_each(|(sum, right)| *sum += left * right);
            }
        }
        values.iter_mut().for_each(|value| *value /= count - 1.0);
        (mean, Self { side, values })
    }

    /// Sum of the diagonal.
    pub fn trace(&self) -> f64 {
        (0..self.side).map(|axis| self.at(axis, axis)).sum()
    }

    /// `self other`
    pub fn times(&self, other: &Self) -> Self {
        let mut values = vec![0.0; self.values.len()];
        let lines = self.values.chunks_exact(self.side);
        for (line, left) in values.chunks_exact_mut(self.side).zip(lines) {
            for (&factor, right) in left.iter().zip(other.values.chunks_exact(self.side)) {
                line.iter_mut()
                    .zip(right)
                    .for_each(|(sum, value)| *sum += factor * value);
            }
        }
        Self {
            side: self.side,
            values,
        }
    }

    /// The symmetric root of a symmetric matrix; eigenvalues that rounding makes negative count as 0.
    pub fn square_root(self) -> Self {
        let side = self.side;
        let (eigenvalues, vectors) = self.eigen();
        let mut scaled = vectors.clone();
        for (line, value) in scaled.values.chunks_exact_mut(side).zip(eigenvalues) {
            line.iter_mut()
                .for_each(|entry| *entry *= value.max(0.0).sqrt());
        }
        vectors.transposed().times(&scaled)
    }

    /// Eigenvalues, and their vectors as rows, by Jacobi's rotations (Golub & Van Loan, section 8.5).
    fn eigen(mut self) -> (Vec<f64>, Self) {
        let side = self.side;
        let mut vectors = Self {
            side,
            values: vec![0.0; side * side],
        };
        (0..side).for_each(|axis| vectors.values[axis * side + axis] = 1.0);
        let size: f64 = self.values.iter().map(|value| value * value).sum();
        for _ in 0..MAX_SWEEPS {
            if self.off_diagonal() <= 1e-24 * size {
                break;
            }
            for first in 0..side {
                for second in first + 1..side {
                    let (cosine, sine) = self.rotation(first, second);
                    self.rotate_rows(first, second, cosine, sine);
                    self.rotate_columns(first, second, cosine, sine);
                    vectors.rotate_rows(first, second, cosine, sine);
                }
            }
        }
        ((0..side).map(|axis| self.at(axis, axis)).collect(), vectors)
    }

    /// Sum of the squares beside the diagonal.
    fn off_diagonal(&self) -> f64 {
        let entries = self.values.iter().enumerate();
        entries
            .filter(|(entry, _)| entry / self.side != entry % self.side)
            .map(|(_, value)| value * value)
            .sum()
    }

    /// Cosine and sine of the turn that makes the entry of two axes 0.
    fn rotation(&self, first: usize, second: usize) -> (f64, f64) {
        let entry = self.at(first, second);
        if entry == 0.0 {
            return (1.0, 0.0);
        }
        let half = (self.at(second, second) - self.at(first, first)) / (2.0 * entry);
        let tangent = half.signum() / (half.abs() + half.hypot(1.0));
        let cosine = 1.0 / tangent.hypot(1.0);
        (cosine, tangent * cosine)
    }

    fn rotate_rows(&mut self, first: usize, second: usize, cosine: f64, sine: f64) {
        for column in 0..self.side {
            let (a, b) = (self.at(first, column), self.at(second, column));
            self.values[first * self.side + column] = cosine * a - sine * b;
            self.values[second * self.side + column] = sine * a + cosine * b;
        }
    }

    fn rotate_columns(&mut self, first: usize, second: usize, cosine: f64, sine: f64) {
        for row in 0..self.side {
            let (a, b) = (self.at(row, first), self.at(row, second));
            self.values[row * self.side + first] = cosine * a - sine * b;
            self.values[row * self.side + second] = sine * a + cosine * b;
        }
    }

    fn transposed(&self) -> Self {
        let side = self.side;
        let values = (0..side * side).map(|entry| self.at(entry % side, entry / side));
        Self {
            side,
            values: values.collect(),
        }
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.side + column]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::latent::latent;

    #[test]
    fn a_root_times_itself_is_the_matrix() {
        let draws = latent(3, 600);
        let rows: Vec<Vec<f32>> = draws.chunks_exact(6).map(<[f32]>::to_vec).collect();
        let (_, matrix) = Matrix::covariance(&rows);
        let root = matrix.clone().square_root();
        let back = root.times(&root);
        for (found, expected) in back.values.iter().zip(&matrix.values) {
            assert!((found - expected).abs() < 1e-10, "{found} {expected}");
        }
    }

    #[test]
    fn a_root_with_a_known_answer_is_found() {
        // Eigenvalues 9 and 1 along the diagonals of the plane.
        let matrix = Matrix {
            side: 2,
            values: vec![5.0, 4.0, 4.0, 5.0],
        };
        let root = matrix.square_root();
        for (found, expected) in root.values.iter().zip([2.0, 1.0, 1.0, 2.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn covariance_divides_by_one_less_than_the_rows() {
        let (mean, matrix) = Matrix::covariance(&[vec![0.0, 1.0], vec![2.0, 5.0]]);
        assert_eq!(mean, [1.0, 3.0]);
        assert_eq!(matrix.values, [2.0, 4.0, 4.0, 8.0]);
        assert_eq!(matrix.trace(), 10.0);
    }
}
