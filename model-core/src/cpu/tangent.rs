//! The hyperbolic tangent of many values at once: a library's is called for one after the other.

use pulp::Arch;

use super::op::{Differentiable, Op};
use super::parts::for_each_part;

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
        self.each(maps, maps, |value, _| tangent(value))
    }
}

impl Differentiable<1> for HyperbolicTangent {
    fn gradients(
        &self,
        [maps]: [&[f32]; 1],
        gradient: &[f32],
        [wanted]: [bool; 1],
    ) -> [Option<Vec<f32>>; 1] {
        let slope = |value: f32, gradient: f32| {
            let tangent = tangent(value);
            gradient * (1.0 - tangent * tangent)
        };
        [wanted.then(|| self.each(maps, gradient, slope))]
    }
}

impl HyperbolicTangent {
    /// What `of` makes of every value of the maps and of what stands beside it.
    fn each(
        &self,
        maps: &[f32],
        beside: &[f32],
        of: impl Fn(f32, f32) -> f32 + Send + Sync,
    ) -> Vec<f32> {
        let image = maps.len() / self.shape[0];
        let mut output = vec![0.0; maps.len()];
        for_each_part(
            output.chunks_exact_mut(image),
            maps.chunks_exact(image).zip(beside.chunks_exact(image)),
            || (),
            |(), output, (maps, beside)| {
                Arch::new().dispatch(|| {
                    for ((output, value), beside) in output.iter_mut().zip(maps).zip(beside) {
                        *output = of(*value, *beside);
                    }
                });
            },
        );
        output
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
