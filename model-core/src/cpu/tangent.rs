//! The hyperbolic tangent of many values at once: a library's is called for one after the other.

use super::op::{Differentiable, Op};
use super::parts::each;

/// Beyond this the tangent is 1 to the last bit of single precision.
const REACH: f32 = 9.1;

/// The hyperbolic tangent of `[maps]`.
#[derive(Debug, Clone)]
pub struct HyperbolicTangent {
    /// Of the maps.
    pub shape: [usize; 4],
}

impl Op<1> for HyperbolicTangent {
    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn forward(&self, [maps]: [&[f32]; 1]) -> Vec<f32> {
        each([maps], |[value]| tangent(value))
    }
}

impl Differentiable<1> for HyperbolicTangent {
    fn gradients(
        &self,
        [maps]: [&[f32]; 1],
        gradient: &[f32],
        [wanted]: [bool; 1],
    ) -> [Option<Vec<f32>>; 1] {
        let slope = |[value, gradient]: [f32; 2]| {
            let tangent = tangent(value);
            gradient * (1.0 - tangent * tangent)
        };
        [wanted.then(|| each([maps, gradient], slope))]
    }
}

/// `1 - 2 / (exp(2 value) + 1)`, off by at most 2e-7.
#[inline(always)]
fn tangent(value: f32) -> f32 {
    let value = value.clamp(-REACH, REACH);
    1.0 - 2.0 / (exponential(2.0 * value) + 1.0)
}

/// `exp(value)` for values between -87 and 88: a power of two, by its bits, times a short series.
#[inline(always)]
fn exponential(value: f32) -> f32 {
    use std::f32::consts::{LN_2, LOG2_E};
    let power = (value * LOG2_E).round_ties_even();
    let rest = value - power * LN_2;
    let series = [720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0f32];
    let series = series
        .iter()
        .fold(0.0, |sum, factorial| sum * rest + 1.0 / factorial);
    series * f32::from_bits(((power as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tangent_is_the_librarys() {
        for step in -12_000..=12_000 {
            let value = step as f32 / 1000.0;
            let (found, expected) = (tangent(value), f64::from(value).tanh());
            let off = (f64::from(found) - expected).abs();
            assert!(off < 3e-7, "{value}: {found}, expected {expected}");
        }
        assert!(tangent(f32::NAN).is_nan());
        assert_eq!([f32::INFINITY, -1e30].map(tangent), [1.0, -1.0]);
    }
}
