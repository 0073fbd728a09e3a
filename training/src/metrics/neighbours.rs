//! Distances between all rows of two samples, in chunks, on a device.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::reading::{ReadError, numbers};

/// Rows of the first sample that are compared in one pass.
const CHUNK: usize = 512;

/// Calls `see` with every row number of `from` and its squared distances to all rows of `to`.
pub async fn each_row(
    from: &[Vec<f32>],
    to: &[Vec<f32>],
    device: &Device,
    see: &mut dyn FnMut(usize, &[f32]),
) -> Result<(), ReadError> {
    if from.is_empty() || to.is_empty() {
        return Ok(());
    }
    let columns = matrix(to, device);
    let lengths = squares(&columns).transpose(); // [1, to]
    let columns = columns.transpose();
    for (chunk, rows) in from.chunks(CHUNK).enumerate() {
        let rows = matrix(rows, device);
        let squared =
            squares(&rows) + lengths.clone() - rows.matmul(columns.clone()).mul_scalar(2.0);
        let squared = numbers(squared.clamp_min(0.0)).await?;
        for (row, distances) in squared.chunks_exact(to.len()).enumerate() {
            see(chunk * CHUNK + row, distances);
        }
    }
    Ok(())
}

/// The squared distance of every row of `from` to its nearest row of `to`, and that row's number.
/// With `same`, both are one sample and a row is no neighbour of itself.
pub async fn nearest(
    from: &[Vec<f32>],
    to: &[Vec<f32>],
    same: bool,
    device: &Device,
) -> Result<Vec<(f32, usize)>, ReadError> {
    let mut nearest = Vec::with_capacity(from.len());
    each_row(from, to, device, &mut |row, distances| {
        let others = distances
            .iter()
            .enumerate()
            .filter(|&(column, _)| !(same && column == row));
        let best = others.min_by(|a, b| a.1.total_cmp(b.1));
        nearest.push(best.map_or((f32::INFINITY, 0), |(column, &squared)| (squared, column)));
    })
    .await?;
    Ok(nearest)
}

/// The squared distance of every row to its k-th nearest neighbour in its own sample.
pub async fn radii(rows: &[Vec<f32>], k: usize, device: &Device) -> Result<Vec<f32>, ReadError> {
    let mut radii = Vec::with_capacity(rows.len());
    each_row(rows, rows, device, &mut |row, distances| {
        let mut others = distances.to_vec();
        others.swap_remove(row);
        let place = (k - 1).min(others.len().saturating_sub(1));
        let radius = match others.is_empty() {
            true => 0.0,
            false => *others.select_nth_unstable_by(place, f32::total_cmp).1,
        };
        radii.push(radius);
    })
    .await?;
    Ok(radii)
}

fn matrix(rows: &[Vec<f32>], device: &Device) -> Tensor<2> {
    let width = rows.first().map_or(0, Vec::len);
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), width]), device)
}

/// `[rows, 1]`
fn squares(rows: &Tensor<2>) -> Tensor<2> {
    rows.clone().powi_scalar(2).sum_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;

    fn line(places: &[f32]) -> Vec<Vec<f32>> {
        places.iter().map(|&place| vec![place, 0.0]).collect()
    }

    #[test]
    fn the_nearest_row_is_found_and_a_row_is_not_its_own_neighbour() {
        let device = Device::flex();
        let (from, to) = (line(&[0.0, 10.0]), line(&[9.0, 1.0, 4.0]));
        let found = |from, to, same| block_on(nearest(from, to, same, &device)).unwrap();
        assert_eq!(found(&from, &to, false), [(1.0, 1), (1.0, 0)]);
        assert_eq!(found(&to, &to, true), [(25.0, 2), (9.0, 2), (9.0, 1)]);
    }

    #[test]
    fn a_radius_reaches_the_kth_other_row() {
        let radii = block_on(radii(&line(&[0.0, 1.0, 3.0]), 2, &Device::flex())).unwrap();
        assert_eq!(radii, [9.0, 4.0, 9.0]);
    }
}
