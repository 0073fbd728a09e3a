//! Convolution on plain slices: the three sums of a strided convolution, image by image.
//!
//! Maps are `[B, C, H, W]`, weights `[O, C, k, k]`. Images are worked on in parallel and, for the weights' gradient, groups
//! of channels; how the work is cut depends on sizes alone, so results are the same for any number of threads.

use pulp::Arch;

use super::layout::{Frame, by_vectors, fill_vectors};
use super::op::{Differentiable, Op};
use super::parts::{for_each_part, sum};
use super::rectifier::of_image;
use super::single;
use super::vectors::{Places, WeightSums, WeightedPixels, Window, lanes};

/// Parts that the channels are cut into for the weights' gradient.
const CHANNEL_PARTS: usize = 8;
/// Pixels of a gradient that are looked at together, so that they stay in a core's cache.
const GROUP_PIXELS: usize = 256;

/// Sizes of a convolution from `[B, channels, height, width]` to `[B, outputs, out_height, out_width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

impl Geometry {
    pub const fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    pub const fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Weights of a channel of the output.
    const fn patch(&self) -> usize {
        self.channels * self.area()
    }

    const fn area(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Pixels of an output map.
    const fn pixels(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Values of one image of the input.
    const fn input_image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Values of one image of the output.
    const fn output_image(&self) -> usize {
        self.outputs * self.pixels()
    }

    /// The input as the forward pass reads it.
    const fn framed_input(&self) -> Frame {
        Frame {
            channels: self.channels,
            height: self.height,
            width: self.width,
            before: self.padding,
            after: self.padding,
        }
    }

    /// Whether the kernels for one map do: vectors of channels would be all but empty.
    const fn single(&self) -> bool {
        self.outputs == 1 && self.stride == 1
    }
}

/// A convolution of `[input, weight [O, C, k, k], bias [O]]`.
#[derive(Debug, Clone)]
pub struct Convolution(pub Geometry);

impl Op<3> for Convolution {
    fn shape(&self) -> [usize; 4] {
        let geometry = &self.0;
        let (height, width) = (geometry.out_height(), geometry.out_width());
        [geometry.batch, geometry.outputs, height, width]
    }

    fn forward(&self, [input, weight, bias]: [&[f32]; 3]) -> Vec<f32> {
        forward(&self.0, Maps::plain(input), weight, bias)
    }
}

impl Differentiable<3> for Convolution {
    fn gradients(
        &self,
        [input, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let geometry = &self.0;
        let no_bias = vec![0.0; geometry.channels];
        [
            wanted[0].then(|| input_gradient(geometry, Maps::plain(gradient), weight, &no_bias)),
            wanted[1].then(|| weight_gradient(geometry, input, gradient)),
            wanted[2].then(|| bias_gradient(gradient, geometry.outputs, geometry.pixels())),
        ]
    }
}

/// A transposed convolution of `[input, weight [I, O, k, k], bias [O]]`: the [`Geometry`] is that of the convolution
/// it is the adjoint of, from this one's output to its input.
#[derive(Debug, Clone)]
pub struct TransposedConvolution(pub Geometry);

impl Op<3> for TransposedConvolution {
    fn shape(&self) -> [usize; 4] {
        let geometry = &self.0;
        [
            geometry.batch,
            geometry.channels,
            geometry.height,
            geometry.width,
        ]
    }

    fn forward(&self, [input, weight, bias]: [&[f32]; 3]) -> Vec<f32> {
        input_gradient(&self.0, Maps::plain(input), weight, bias)
    }
}

impl Differentiable<3> for TransposedConvolution {
    fn gradients(
        &self,
        [input, weight, _]: [&[f32]; 3],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> [Option<Vec<f32>>; 3] {
        let geometry = &self.0;
        let no_bias = vec![0.0; geometry.outputs];
        let area = geometry.height * geometry.width;
        [
            wanted[0].then(|| forward(geometry, Maps::plain(gradient), weight, &no_bias)),
            wanted[1].then(|| weight_gradient(geometry, gradient, input)),
            wanted[2].then(|| bias_gradient(gradient, geometry.channels, area)),
        ]
    }
}

/// Either convolution of maps that are scaled, shifted and rectified on the way into it, as
/// [`AffineRectifier`](super::AffineRectifier) does: of `[input, weight, bias, scale, shift]`.
#[derive(Debug, Clone)]
pub struct Rectified<O>(pub O);

impl Op<5> for Rectified<Convolution> {
    fn shape(&self) -> [usize; 4] {
        self.0.shape()
    }

    fn forward(&self, [input, weight, bias, scale, shift]: [&[f32]; 5]) -> Vec<f32> {
        forward(
            &self.0.0,
            Maps::rectified(input, [scale, shift]),
            weight,
            bias,
        )
    }
}

impl Op<5> for Rectified<TransposedConvolution> {
    fn shape(&self) -> [usize; 4] {
        self.0.shape()
    }

    fn forward(&self, [input, weight, bias, scale, shift]: [&[f32]; 5]) -> Vec<f32> {
        input_gradient(
            &self.0.0,
            Maps::rectified(input, [scale, shift]),
            weight,
            bias,
        )
    }
}

/// Maps as a convolution reads them: as they are, or first scaled, shifted and rectified.
#[derive(Clone, Copy)]
struct Maps<'a> {
    values: &'a [f32],
    affine: Option<[&'a [f32]; 2]>,
}

impl<'a> Maps<'a> {
    fn plain(values: &'a [f32]) -> Self {
        Self {
            values,
            affine: None,
        }
    }

    fn rectified(values: &'a [f32], affine: [&'a [f32]; 2]) -> Self {
        Self {
            values,
            affine: Some(affine),
        }
    }

    /// Puts an image into its frame.
    fn fill(self, frame: &Frame, index: usize, framed: &mut [f32]) {
        let length = frame.channels * frame.height * frame.width;
        let image = &self.values[index * length..][..length];
        match self.affine {
            Some(affine) => {
                let affine = affine.map(|rows| of_image(rows, frame.channels, index));
                Arch::new().dispatch(|| frame.fill_rectified(image, affine, framed));
            }
            None => frame.fill(image, framed),
        }
    }
}

fn forward(geometry: &Geometry, input: Maps, weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let frame = geometry.framed_input();
    let window = Window {
        first: 0,
        channels: geometry.channels,
        channel: frame.channel(),
        lines: geometry.kernel,
        columns: geometry.kernel,
    };
    let patch: Vec<usize> = (0..geometry.patch()).collect();
    let vectors = by_vectors(weight, geometry.outputs, patch.len(), &patch, lanes());
    let mut output = vec![0.0; geometry.batch * geometry.output_image()];
    for_each_part(
        output.chunks_mut(geometry.output_image()),
        0..geometry.batch,
        || vec![0.0; frame.image()],
        |framed, maps, index| {
            input.fill(&frame, index, framed);
            if geometry.single() {
                return Arch::new().dispatch(|| {
                    single::map(
                        framed,
                        frame.pitch(),
                        &window,
                        weight,
                        bias[0],
                        geometry.out_width(),
                        maps,
                    );
                });
            }
            Arch::new().dispatch(WeightedPixels {
                source: framed,
                pitch: frame.pitch(),
                step: geometry.stride,
                window,
                weights: &vectors,
                bias,
                rows: geometry.out_height(),
                columns: geometry.out_width(),
                maps,
                places: Places {
                    first: 0,
                    line: geometry.out_width(),
                    pixel: 1,
                    channel: geometry.pixels(),
                },
            });
        },
    );
    output
}

/// The pixels of an input, and the weights, that one kind of input pixel gets its gradient from.
///
/// With a stride of s there are s x s kinds, by the remainders of line and column: each kind meets other weights.
struct Kind {
    /// Remainders.
    first: [usize; 2],
    /// In the framed gradient.
    window: Window,
    /// For each pixel of the window, where its weight for the first channel stands.
    places: Vec<usize>,
}

impl Geometry {
    /// A place in a patch as channel, line and column.
    const fn split(&self, tap: usize) -> (usize, usize, usize) {
        let Self { kernel, .. } = *self;
        (tap / self.area(), tap / kernel % kernel, tap % kernel)
    }

    /// The lines of a kernel that meet pixels of a remainder, and how many lines of the output, counted
    /// from the pixel's own, they lie away: one line further each.
    fn meetings(&self, remainder: usize) -> impl Iterator<Item = (usize, isize)> + Clone {
        let reach = (remainder + self.padding) as isize;
        let stride = self.stride as isize;
        (0..self.kernel)
            .rev()
            .map(move |line| (line, reach - line as isize))
            .filter(move |(_, distance)| distance % stride == 0)
            .map(move |(line, distance)| (line, distance / stride))
    }

    /// Lines of the input of a remainder.
    const fn count(&self, length: usize, remainder: usize) -> usize {
        length.saturating_sub(remainder).div_ceil(self.stride)
    }

    /// The output's gradient with as many zeros around it as its sums reach for.
    fn framed_gradient(&self) -> Frame {
        let before = (0..self.stride).flat_map(|remainder| self.meetings(remainder));
        let before = before.map(|(_, distance)| -distance).max().unwrap_or(0);
        let beyond = |length: usize, out_length: usize| {
            (0..self.stride)
                .flat_map(|remainder| {
                    let last = self.count(length, remainder) as isize - 1;
                    self.meetings(remainder).map(move |(_, away)| last + away)
                })
                .max()
                .map_or(0, |last| last + 1 - out_length as isize)
        };
        let after =
            beyond(self.height, self.out_height()).max(beyond(self.width, self.out_width()));
        Frame {
            channels: self.outputs,
            height: self.out_height(),
            width: self.out_width(),
            before: before.max(0) as usize,
            after: after.max(0) as usize,
        }
    }

    fn kinds(&self, frame: &Frame) -> Vec<Kind> {
        let remainders =
            (0..self.stride * self.stride).map(|index| [index / self.stride, index % self.stride]);
        remainders.map(|first| self.kind(frame, first)).collect()
    }

    fn kind(&self, frame: &Frame, first: [usize; 2]) -> Kind {
        let [lines, columns] = first.map(|remainder| self.meetings(remainder));
        let framed = |away: Option<(usize, isize)>| {
            let away = away.map_or(0, |(_, away)| away);
            (frame.before as isize + away) as usize
        };
        let [top, left] = [lines.clone().next(), columns.clone().next()].map(framed);
        let mut places = Vec::new();
        for output in 0..self.outputs {
            for (y, _) in lines.clone() {
                let first = output * self.channels * self.area() + y * self.kernel;
                places.extend(columns.clone().map(|(x, _)| first + x));
            }
        }
        Kind {
            first,
            window: Window {
                first: top * frame.pitch() + left,
                channels: self.outputs,
                channel: frame.channel(),
                lines: lines.count(),
                columns: columns.count(),
            },
            places,
        }
    }
}

/// Gradient of the input; also the forward pass of the transposed convolution that has these weights.
fn input_gradient(geometry: &Geometry, gradient: Maps, weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let frame = geometry.framed_gradient();
    let (channels, area) = (geometry.channels, geometry.area());
    let with_weights = |kind: Kind| {
        let vectors = by_vectors(weight, channels, area, &kind.places, lanes());
        (kind, vectors)
    };
    let kinds = geometry.kinds(&frame).into_iter().map(with_weights);
    let kinds: Vec<(Kind, Vec<f32>)> = kinds.collect();
    let mut input = vec![0.0; geometry.batch * geometry.input_image()];
    for_each_part(
        input.chunks_mut(geometry.input_image()),
        0..geometry.batch,
        || vec![0.0; frame.image()],
        |framed, maps, index| {
            gradient.fill(&frame, index, framed);
            for (kind, vectors) in &kinds {
                let [y, x] = kind.first;
                Arch::new().dispatch(WeightedPixels {
                    source: framed,
                    pitch: frame.pitch(),
                    step: 1,
                    window: kind.window,
                    weights: vectors,
                    bias,
                    rows: geometry.count(geometry.height, y),
                    columns: geometry.count(geometry.width, x),
                    maps,
                    places: Places {
                        first: y * geometry.width + x,
                        line: geometry.stride * geometry.width,
                        pixel: geometry.stride,
                        channel: geometry.height * geometry.width,
                    },
                });
            }
        },
    );
    input
}

/// Gradient of the weights.
fn weight_gradient(geometry: &Geometry, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let (frame, pixels, lanes) = (geometry.framed_input(), geometry.pixels(), lanes());
    let mut framed = vec![0.0; geometry.batch * frame.image()];
    for_each_part(
        framed.chunks_mut(frame.image()),
        input.chunks(geometry.input_image()),
        || (),
        |(), framed, image| frame.fill(image, framed),
    );
    if geometry.single() {
        return single_weight_gradient(geometry, &framed, gradient);
    }
    let group = GROUP_PIXELS.div_ceil(pixels).min(geometry.batch);
    let vectors = geometry.outputs.div_ceil(lanes);
    let image = vectors * pixels * lanes;
    let mut by_vectors = vec![0.0; geometry.batch * image];
    for_each_part(
        by_vectors.chunks_mut(group * image),
        gradient.chunks(group * geometry.output_image()),
        || (),
        |(), vectors, images| fill_vectors(images, geometry.outputs, pixels, lanes, vectors),
    );
    let places: Vec<usize> = (0..group * pixels)
        .map(|index| {
            let (image, pixel) = (index / pixels, index % pixels);
            let (y, x) = (pixel / geometry.out_width(), pixel % geometry.out_width());
            image * frame.image() + (y * frame.pitch() + x) * geometry.stride
        })
        .collect();
    let part = geometry.channels.div_ceil(CHANNEL_PARTS);
    let channel = geometry.area() * vectors * lanes;
    let mut sums = vec![0.0; geometry.channels * channel];
    for_each_part(
        sums.chunks_mut(part * channel),
        (0..geometry.channels).step_by(part),
        || (),
        |(), sums, first| {
            let framed = framed.chunks(group * frame.image());
            for (source, gradient) in framed.zip(by_vectors.chunks(group * image)) {
                Arch::new().dispatch(WeightSums {
                    source,
                    places: &places[..source.len() / frame.image() * pixels],
                    first: first * frame.channel(),
                    channel: frame.channel(),
                    pitch: frame.pitch(),
                    kernel: geometry.kernel,
                    gradient,
                    vectors,
                    sums,
                });
            }
        },
    );
    let mut weights = vec![0.0; geometry.outputs * geometry.patch()];
    for_each_part(
        weights.chunks_mut(lanes * geometry.patch()),
        0..vectors,
        || (),
        |(), weights, vector| {
            for (tap, sums) in sums.chunks_exact(vectors * lanes).enumerate() {
                let column = weights[tap..].iter_mut().step_by(geometry.patch());
                for (weight, sum) in column.zip(&sums[vector * lanes..]) {
                    *weight = *sum;
                }
            }
        },
    );
    weights
}

fn single_weight_gradient(geometry: &Geometry, framed: &[f32], gradient: &[f32]) -> Vec<f32> {
    let frame = geometry.framed_input();
    let mut sums = vec![0.0; geometry.patch()];
    for_each_part(
        sums.chunks_mut(geometry.area()),
        0..geometry.channels,
        || (),
        |(), sums, channel| {
            for (tap, sum) in sums.iter_mut().enumerate() {
                let (_, y, x) = geometry.split(tap);
                let first = channel * frame.channel() + y * frame.pitch() + x;
                let images = framed.chunks_exact(frame.image());
                *sum = Arch::new().dispatch(|| {
                    single::weight_gradient(
                        images,
                        first,
                        frame.pitch(),
                        geometry.out_width(),
                        geometry.pixels(),
                        gradient,
                    )
                });
            }
        },
    );
    sums
}

/// Gradient of the bias: for each channel the sum over its maps of `area` values.
fn bias_gradient(gradient: &[f32], channels: usize, area: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for (index, map) in gradient.chunks(area).enumerate() {
        sums[index % channels] += sum(map, |value| value);
    }
    sums
}
