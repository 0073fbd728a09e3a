//! Batch normalisation, scale, shift and rectifier at once: Burn would pass over the maps a dozen times.

use pulp::Arch;

use super::op::{Differentiable, Op};
use super::parts::{for_each_part, sum, sums_of_pairs};
use super::rectifier::{gathered, of_image};

/// `(maps - mean) / deviation scale + shift` of `[maps [B, C, H, W], scale, shift]`, the latter two as in
/// [`super::AffineRectifier`]; mean and deviation are those of a channel over the batch.
#[derive(Debug, Clone)]
pub struct BatchNorm {
    /// Of the maps.
    pub shape: [usize; 4],
    /// What is added to a variance, so that divisions stay finite.
    pub epsilon: f32,
    /// Whether what is below zero becomes zero.
    pub rectified: bool,
}

/// A channel over the batch.
#[derive(Clone, Copy)]
struct Statistics {
    mean: f32,
    /// One divided by the deviation.
    inverse: f32,
}

/// A plane's way through the layer.
#[derive(Clone, Copy)]
struct Plane {
    statistics: Statistics,
    scale: f32,
    shift: f32,
    rectified: bool,
}

impl Plane {
    #[inline(always)]
    fn normalised(self, value: f32) -> f32 {
        (value - self.statistics.mean) * self.statistics.inverse
    }

    #[inline(always)]
    fn output(self, value: f32) -> f32 {
        let output = self.normalised(value) * self.scale + self.shift;
        if !self.rectified || output > 0.0 {
            output
        } else {
            0.0
        }
    }

    /// The gradient before the rectifier.
    #[inline(always)]
    fn passed(self, value: f32, gradient: f32) -> f32 {
        let output = self.normalised(value) * self.scale + self.shift;
        if !self.rectified || output > 0.0 {
            gradient
        } else {
            0.0
        }
    }
}

impl BatchNorm {
    const fn area(&self) -> usize {
        self.shape[2] * self.shape[3]
    }

    const fn image(&self) -> usize {
        self.shape[1] * self.area()
    }

    fn statistics(&self, maps: &[f32]) -> Vec<Statistics> {
        const FIGURES: usize = 2;
        let [batch, channels, ..] = self.shape;
        let (area, count) = (self.area(), (batch * self.area()) as f32);
        let mut figures = vec![0.0; FIGURES * channels];
        for_each_part(
            figures.chunks_exact_mut(FIGURES),
            0..channels,
            || (),
            |(), figures, channel| {
                let planes = || maps.chunks_exact(area).skip(channel).step_by(channels);
                Arch::new().dispatch(|| {
                    let mean = planes().map(|plane| sum(plane, |value| value)).sum::<f32>() / count;
                    let square = |value: f32| (value - mean) * (value - mean);
                    let variance = planes().map(|plane| sum(plane, square)).sum::<f32>() / count;
                    figures.copy_from_slice(&[mean, 1.0 / (variance + self.epsilon).sqrt()]);
                });
            },
        );
        let (figures, _) = figures.as_chunks::<FIGURES>();
        let figures = figures
            .iter()
            .map(|&[mean, inverse]| Statistics { mean, inverse });
        figures.collect()
    }

    /// The planes of an image.
    fn planes<'a>(
        &self,
        statistics: &'a [Statistics],
        scale: &'a [f32],
        shift: &'a [f32],
        image: usize,
    ) -> impl Iterator<Item = Plane> + use<'a> {
        let (channels, rectified) = (self.shape[1], self.rectified);
        let rows = of_image(scale, channels, image).iter();
        let rows = rows.zip(of_image(shift, channels, image)).zip(statistics);
        rows.map(move |((&scale, &shift), &statistics)| Plane {
            statistics,
            scale,
            shift,
            rectified,
        })
    }
}

impl Op<3> for BatchNorm {
    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn forward(&self, [maps, scale, shift]: [&[f32]; 3]) -> Vec<f32> {
        let statistics = self.statistics(maps);
        let mut output = vec![0.0; maps.len()];
        for_each_part(
            output.chunks_exact_mut(self.image()),
            maps.chunks_exact(self.image()).enumerate(),
            || (),
            |(), output, (index, maps)| {
                let areas = maps.chunks_exact(self.area());
                let areas = areas.zip(output.chunks_exact_mut(self.area()));
                let planes = self.planes(&statistics, scale, shift, index);
                Arch::new().dispatch(|| {
                    for (plane, (maps, output)) in planes.zip(areas) {
                        for (output, value) in output.iter_mut().zip(maps) {
                            *output = plane.output(*value);
                        }
                    }
                });
            },
        );
        output
    }
}

impl Differentiable<3> for BatchNorm {
    fn gradients(
        &self,
        [maps, scale, shift]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let statistics = self.statistics(maps);
        let [of_scale, of_shift] = self.row_gradients(&statistics, [maps, scale, shift], gradient);
        let of_maps = || {
            let shares = self.shares(scale, &of_scale, &of_shift);
            self.map_gradients(&statistics, &shares, [maps, scale, shift], gradient)
        };
        [
            wanted[0].then(of_maps),
            wanted[1].then(|| gathered(of_scale.clone(), scale.len())),
            wanted[2].then(|| gathered(of_shift.clone(), shift.len())),
        ]
    }
}

impl BatchNorm {
    /// Gradients of every image's scales and shifts.
    fn row_gradients(
        &self,
        statistics: &[Statistics],
        [maps, scale, shift]: [&[f32]; 3],
        gradient: &[f32],
    ) -> [Vec<f32>; 2] {
        let [batch, channels, ..] = self.shape;
        let mut rows = vec![0.0; batch * 2 * channels];
        let images = maps.chunks_exact(self.image());
        for_each_part(
            rows.chunks_exact_mut(2 * channels),
            images.zip(gradient.chunks_exact(self.image())).enumerate(),
            || (),
            |(), rows, (index, (maps, gradient))| {
                let (of_scale, of_shift) = rows.split_at_mut(channels);
                let rows = of_scale.iter_mut().zip(of_shift);
                let areas = maps.chunks_exact(self.area());
                let areas = areas.zip(gradient.chunks_exact(self.area()));
                let planes = self.planes(statistics, scale, shift, index);
                Arch::new().dispatch(|| {
                    for ((plane, (maps, gradient)), (of_scale, of_shift)) in
                        planes.zip(areas).zip(rows)
                    {
                        [*of_scale, *of_shift] =
                            sums_of_pairs(maps, gradient, |value, gradient| {
                                let passed = plane.passed(value, gradient);
                                [passed * plane.normalised(value), passed]
                            });
                    }
                });
            },
        );
        let halves = rows.chunks_exact(channels);
        let [of_scale, of_shift] =
            [0, 1].map(|half| halves.clone().skip(half).step_by(2).flatten());
        [of_scale.copied().collect(), of_shift.copied().collect()]
    }

    /// What moves with a channel's mean and with its deviation: the mean over its values of their gradient, and of their
    /// gradient times themselves, normalised.
    fn shares(&self, scale: &[f32], of_scale: &[f32], of_shift: &[f32]) -> Vec<[f32; 2]> {
        let [batch, channels, ..] = self.shape;
        let count = (batch * self.area()) as f32;
        let mut shares = vec![[0.0; 2]; channels];
        for (index, (of_scale, of_shift)) in of_scale.iter().zip(of_shift).enumerate() {
            let share = scale[index % scale.len()] / count;
            let [mean, deviation] = &mut shares[index % channels];
            *mean += share * of_shift;
            *deviation += share * of_scale;
        }
        shares
    }

    fn map_gradients(
        &self,
        statistics: &[Statistics],
        shares: &[[f32; 2]],
        [maps, scale, shift]: [&[f32]; 3],
        gradient: &[f32],
    ) -> Vec<f32> {
        let mut of_maps = vec![0.0; maps.len()];
        let images = maps.chunks_exact(self.image());
        for_each_part(
            of_maps.chunks_exact_mut(self.image()),
            images.zip(gradient.chunks_exact(self.image())).enumerate(),
            || (),
            |(), of_maps, (index, (maps, gradient))| {
                let areas = maps.chunks_exact(self.area());
                let areas = areas.zip(gradient.chunks_exact(self.area()));
                let areas = areas.zip(of_maps.chunks_exact_mut(self.area()));
                let planes = self.planes(statistics, scale, shift, index).zip(shares);
                Arch::new().dispatch(|| {
                    for ((plane, [mean, deviation]), ((maps, gradient), of_maps)) in
                        planes.zip(areas)
                    {
                        for ((to, value), gradient) in of_maps.iter_mut().zip(maps).zip(gradient) {
                            let own = plane.passed(*value, *gradient) * plane.scale;
                            let common = mean + plane.normalised(*value) * deviation;
                            *to = (own - common) * plane.statistics.inverse;
                        }
                    }
                });
            },
        );
        of_maps
    }
}
