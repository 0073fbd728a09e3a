//! Scale, shift and rectifier in one pass over the maps.

use super::op::Op;

/// `max(0, maps scale + shift)` of `[maps [B, C, H, W], scale, shift]`, the latter two `[B, C]` or, for all images alike,
/// `[1, C]`.
#[derive(Debug, Clone)]
pub struct AffineRectifier {
    /// Of the maps.
    pub shape: [usize; 4],
}

impl AffineRectifier {
    /// The maps' planes, each with the place of its scale and shift, of which there are `count`.
    fn planes<'a>(
        &self,
        maps: &'a [f32],
        count: usize,
    ) -> impl Iterator<Item = (usize, &'a [f32])> + use<'a> {
        let planes = maps.chunks_exact(self.shape[2] * self.shape[3]);
        planes
            .enumerate()
            .map(move |(index, plane)| (index % count, plane))
    }
}

impl Op<3> for AffineRectifier {
    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn forward(&self, [maps, scale, shift]: [&[f32]; 3]) -> Vec<f32> {
        let mut output = vec![0.0; maps.len()];
        let outputs = output.chunks_exact_mut(self.shape[2] * self.shape[3]);
        for ((place, plane), output) in self.planes(maps, scale.len()).zip(outputs) {
            let (scale, shift) = (scale[place], shift[place]);
            for (output, value) in output.iter_mut().zip(plane) {
                let value = value * scale + shift;
                *output = if value > 0.0 { value } else { 0.0 }; // `max` keeps compilers from four at a time
            }
        }
        output
    }

    fn gradients(
        &self,
        [maps, scale, shift]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let count = scale.len();
        let mut of_maps = Vec::with_capacity(maps.len());
        let (mut of_scale, mut of_shift) = (vec![0.0; count], vec![0.0; count]);
        let gradients = gradient.chunks_exact(self.shape[2] * self.shape[3]);
        for ((place, plane), gradient) in self.planes(maps, count).zip(gradients) {
            let (scale, shift) = (scale[place], shift[place]);
            let passed = plane.iter().zip(gradient).map(|(value, gradient)| {
                match value * scale + shift > 0.0 {
                    true => *gradient,
                    false => 0.0,
                }
            });
            of_maps.extend(passed.clone().map(|passed| passed * scale));
            of_shift[place] += passed.clone().sum::<f32>();
            of_scale[place] += passed
                .zip(plane)
                .map(|(passed, value)| passed * value)
                .sum::<f32>();
        }
        let [maps, scale, shift] = wanted;
        [
            maps.then_some(of_maps),
            scale.then_some(of_scale),
            shift.then_some(of_shift),
        ]
    }
}
