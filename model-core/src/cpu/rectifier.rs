//! Rectifiers in one pass over the maps: after scale and shift, or leaky.

use pulp::Arch;

use super::op::{Differentiable, Op};
use super::parts::{each, for_each_part, sums_of_pairs};

/// `max(0, value)`; `max` keeps compilers from taking four at a time.
#[inline(always)]
pub(super) fn rectified(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
}

/// `max(0, maps scale + shift)` of `[maps [B, C, H, W], scale, shift]`, the latter two `[B, C]` or, for all images alike,
/// `[1, C]`.
#[derive(Debug, Clone)]
pub struct AffineRectifier {
    /// Of the maps.
    pub shape: [usize; 4],
}

/// The part of a batch's scales or shifts that belongs to an image.
pub(super) fn of_image(rows: &[f32], channels: usize, image: usize) -> &[f32] {
    &rows[image * channels % rows.len()..][..channels]
}

/// From a row of gradients for each image to as many rows as there are scales and shifts: one is the sum of all.
pub(super) fn gathered(by_image: Vec<f32>, rows: usize) -> Vec<f32> {
    if by_image.len() == rows {
        return by_image;
    }
    let mut sums = vec![0.0; rows];
    for image in by_image.chunks_exact(rows) {
        for (sum, value) in sums.iter_mut().zip(image) {
            *sum += value;
        }
    }
    sums
}

impl Op<3> for AffineRectifier {
    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn forward(&self, [maps, scale, shift]: [&[f32]; 3]) -> Vec<f32> {
        let [_, channels, height, width] = self.shape;
        let (area, image) = (height * width, channels * height * width);
        let mut output = vec![0.0; maps.len()];
        let images = maps.chunks_exact(image).enumerate();
        for_each_part(
            output.chunks_exact_mut(image),
            images,
            || (),
            |(), output, (index, maps)| {
                let rows = of_image(scale, channels, index).iter();
                let rows = rows.zip(of_image(shift, channels, index));
                let planes = maps.chunks_exact(area).zip(output.chunks_exact_mut(area));
                Arch::new().dispatch(|| {
                    for ((plane, output), (scale, shift)) in planes.zip(rows) {
                        for (output, value) in output.iter_mut().zip(plane) {
                            *output = rectified(value * scale + shift);
                        }
                    }
                });
            },
        );
        output
    }
}

impl Differentiable<3> for AffineRectifier {
    fn gradients(
        &self,
        [maps, scale, shift]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let [batch, channels, height, width] = self.shape;
        let area = height * width;
        let mut of_maps = vec![0.0; maps.len()];
        let (mut of_scale, mut of_shift) =
            (vec![0.0; batch * channels], vec![0.0; batch * channels]);
        let planes = maps.chunks_exact(area).zip(gradient.chunks_exact(area));
        let places = of_maps
            .chunks_exact_mut(area)
            .zip(of_scale.iter_mut().zip(&mut of_shift));
        for (index, ((plane, gradient), (of_plane, (of_scale, of_shift)))) in
            planes.zip(places).enumerate()
        {
            let (scale, shift) = (scale[index % scale.len()], shift[index % shift.len()]);
            Arch::new().dispatch(|| {
                let passed = |value: f32, gradient: f32| match value * scale + shift > 0.0 {
                    true => gradient,
                    false => 0.0,
                };
                for ((to, value), gradient) in of_plane.iter_mut().zip(plane).zip(gradient) {
                    *to = passed(*value, *gradient) * scale;
                }
                [*of_scale, *of_shift] = sums_of_pairs(plane, gradient, |value, gradient| {
                    let passed = passed(value, gradient);
                    [passed * value, passed]
                });
            });
        }
        [
            wanted[0].then_some(of_maps),
            wanted[1].then(|| gathered(of_scale, scale.len())),
            wanted[2].then(|| gathered(of_shift, shift.len())),
        ]
    }
}

/// `above` times what is above zero, `below` times what is below, of `[maps]`.
#[derive(Debug, Clone)]
pub struct LeakyRectifier {
    /// Of the maps.
    pub shape: [usize; 4],
    pub above: f32,
    pub below: f32,
}

impl LeakyRectifier {
    /// Values times the slope at their maps.
    fn scaled(&self, values: &[f32], maps: &[f32]) -> Vec<f32> {
        each([values, maps], |[value, at]| {
            value * if at > 0.0 { self.above } else { self.below }
        })
    }
}

impl Op<1> for LeakyRectifier {
    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn forward(&self, [maps]: [&[f32]; 1]) -> Vec<f32> {
        self.scaled(maps, maps)
    }
}

impl Differentiable<1> for LeakyRectifier {
    fn gradients(
        &self,
        [maps]: [&[f32]; 1],
        gradient: &[f32],
        [wanted]: [bool; 1],
    ) -> [Option<Vec<f32>>; 1] {
        [wanted.then(|| self.scaled(gradient, maps))]
    }
}
