//! The three sums of a strided convolution on plain slices, image by image: its output, and the gradients of its input and of
//! its weights.
//!
//! Images are worked on in parallel and, for the weights' gradient, groups
//! of channels; how the work is cut depends on sizes alone, so results are the same for any number of threads.

use pulp::Arch;

use super::geometry::{Geometry, Kind};
use super::layout::{by_vectors, fill_vectors};
use super::maps::Maps;
use super::parts::{for_each_part, sum};
use super::single;
use super::vectors::lanes;
use super::weight_sums::WeightSums;
use super::weighted_pixels::{Places, WeightedPixels, Window};

/// Parts that the channels are cut into for the weights' gradient.
const CHANNEL_PARTS: usize = 8;
/// Pixels of a gradient that are looked at together, so that they stay in a core's cache.
const GROUP_PIXELS: usize = 256;

/// The output.
pub fn forward(geometry: &Geometry, input: Maps, weight: &[f32], bias: &[f32]) -> Vec<f32> {
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

/// Gradient of the input; also the forward pass of the transposed convolution that has these weights.
pub fn input_gradient(
    geometry: &Geometry,
    gradient: Maps,
    weight: &[f32],
    bias: &[f32],
) -> Vec<f32> {
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
pub fn weight_gradient(geometry: &Geometry, input: &[f32], gradient: &[f32]) -> Vec<f32> {
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
pub fn bias_gradient(gradient: &[f32], channels: usize, area: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for (index, map) in gradient.chunks(area).enumerate() {
        sums[index % channels] += sum(map, |value| value);
    }
    sums
}
