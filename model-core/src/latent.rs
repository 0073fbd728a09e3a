//! The latent draw: a seed becomes a point in latent space, the same one on every machine.
//!
//! A tensor library's own random numbers differ between backends, so z is drawn on the CPU by a
//! portable generator (ChaCha with 8 rounds) and turned normal by the Box-Muller transform (1958)
//! with the `libm` crate's functions, which give the same bits natively and in a browser.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Draws the latent vector of `seed`: `size` independent values from N(0, 1).
pub fn latent(seed: u64, size: usize) -> Vec<f32> {
    normals(size, &mut ChaCha8Rng::seed_from_u64(seed))
}

/// So many independent draws from N(0, 1).
pub fn normals(count: usize, rng: &mut impl RngCore) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(count + 1);
    while numbers.len() < count {
        let (first, second) = normal_pair(rng);
        numbers.extend([first, second]);
    }
    numbers.truncate(count);
    numbers
}

/// Two independent draws from N(0, 1).
pub fn normal_pair(rng: &mut impl RngCore) -> (f32, f32) {
    let radius = libm::sqrt(-2.0 * libm::log(open_unit(rng)));
    let angle = 2.0 * std::f64::consts::PI * open_unit(rng);
    (
        (radius * libm::cos(angle)) as f32,
        (radius * libm::sin(angle)) as f32,
    )
}

/// A uniform draw from (0, 1]: never 0, so that its logarithm is finite.
fn open_unit(rng: &mut impl RngCore) -> f64 {
    const STEPS: f64 = (1u64 << 53) as f64;
    ((rng.next_u64() >> 11) + 1) as f64 / STEPS
}
