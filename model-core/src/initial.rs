//! The weights that a network begins with: drawn, or none yet.

use rand_core::RngCore;

use crate::latent::normals;

/// Standard deviation of every weight that is drawn (Radford et al. 2016).
const DEVIATION: f32 = 0.02;

/// Where a new network's weights come from.
pub trait Initial {
    /// The next `count` weights.
    fn weights(&mut self, count: usize) -> Vec<f32>;
}

/// Drawn from N(0, 0.02^2) by the caller's generator, so that a seed gives the same network on every device.
impl<R: RngCore> Initial for R {
    fn weights(&mut self, count: usize) -> Vec<f32> {
        let mut values = normals(count, self);
        values.iter_mut().for_each(|value| *value *= DEVIATION);
        values
    }
}

/// For a layer that begins by doing nothing; and for a network that is loaded next: a browser draws half a million numbers in
/// more time than a face takes.
pub struct Zeros;

impl Initial for Zeros {
    fn weights(&mut self, count: usize) -> Vec<f32> {
        vec![0.0; count]
    }
}
