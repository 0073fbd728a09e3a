//! The CPU's own kernels against Burn's operations: same output, same gradients.

use burn::tensor::activation::relu;
use burn::tensor::module::{conv_transpose2d, conv2d, interpolate};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions, InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor, TensorData, Tolerance};
use model_core::convolutions::{Moves, convolution, enlarging_kernel, transposed_convolution};
use model_core::latent::latent;
use model_core::operations::{affine_relu, batch_norm, leaky_relu};

/// Normal values of a seed, scaled to what a weight of `patch` inputs has.
fn drawn<const D: usize>(seed: u64, shape: [usize; D], patch: usize) -> Tensor<D> {
    let scale = 1.0 / (patch as f32).sqrt();
    let values = latent(seed, shape.iter().product());
    let values: Vec<f32> = values.into_iter().map(|value| value * scale).collect();
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
}

/// Sizes of the networks' layers and awkward ones: batch, inputs, height, width, outputs, kernel, stride, padding.
const LAYERS: [[usize; 8]; 9] = [
    [5, 4, 25, 25, 8, 2, 1, 0],
    [9, 8, 24, 24, 16, 4, 2, 1],
    [7, 16, 6, 6, 16, 4, 2, 1],
    [3, 8, 24, 24, 4, 3, 1, 1],
    [1, 3, 12, 12, 5, 3, 1, 1],
    [2, 1, 7, 5, 3, 3, 1, 1],
    [4, 2, 9, 6, 3, 4, 2, 1],
    [5, 4, 48, 48, 1, 3, 1, 1],
    [2, 3, 11, 21, 1, 4, 2, 1],
];

type Layer = fn(Tensor<4>, Tensor<4>, Tensor<1>, Moves) -> Tensor<4>;

fn burns_convolution(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    moves: Moves,
) -> Tensor<4> {
    let options = ConvOptions::new([moves.stride; 2], [moves.padding; 2], [1, 1], 1);
    conv2d(input, weight, Some(bias), options)
}

fn burns_transposed(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Tensor<1>,
    moves: Moves,
) -> Tensor<4> {
    let options =
        ConvTransposeOptions::new([moves.stride; 2], [moves.padding; 2], [0, 0], [1, 1], 1);
    conv_transpose2d(input, weight, Some(bias), options)
}

/// Output and the gradients of input, weight and bias under an uneven loss.
fn results(
    layer: Layer,
    inputs: &(Tensor<4>, Tensor<4>, Tensor<1>),
    moves: Moves,
) -> [TensorData; 4] {
    let (input, weight, bias) = inputs.clone();
    let output = layer(input.clone(), weight.clone(), bias.clone(), moves);
    let uneven = drawn(9, output.dims(), 1).detach();
    let gradients = (output.clone() * uneven).sum().backward();
    let found = |tensor: Option<TensorData>| tensor.expect("a gradient");
    [
        output.into_data(),
        found(input.grad(&gradients).map(Tensor::into_data)),
        found(weight.grad(&gradients).map(Tensor::into_data)),
        found(bias.grad(&gradients).map(Tensor::into_data)),
    ]
}

fn assert_equal(
    ours: Layer,
    burns: Layer,
    inputs: (Tensor<4>, Tensor<4>, Tensor<1>),
    moves: Moves,
) {
    let (ours, burns) = (
        results(ours, &inputs, moves),
        results(burns, &inputs, moves),
    );
    for (name, (ours, burns)) in ["output", "input", "weight", "bias"]
        .iter()
        .zip(ours.iter().zip(&burns))
    {
        assert_eq!(
            ours.shape(),
            burns.shape(),
            "{name} of {:?}",
            inputs.1.dims()
        );
        ours.assert_approx_eq::<f32>(burns, Tolerance::rel_abs(1e-4, 1e-4));
    }
}

#[test]
fn an_enlarged_convolution_and_its_gradients_are_burns() {
    let ours: Layer = |input, weight, bias, moves| {
        transposed_convolution(input, enlarging_kernel(weight), bias, moves)
    };
    let burns: Layer = |input, weight, bias, _| {
        let nearest = InterpolateOptions::new(InterpolateMode::Nearest);
        let enlarged = interpolate(input, nearest.with_scale_factor([2.0, 2.0]));
        let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
        conv2d(enlarged, weight, Some(bias), options)
    };
    let doubling = Moves {
        stride: 2,
        padding: 1,
    };
    for [batch, inputs, height, width, outputs] in [[3, 8, 6, 6, 4], [2, 5, 7, 3, 1]] {
        let tensors = (
            drawn(1, [batch, inputs, height, width], 1),
            drawn(2, [outputs, inputs, 3, 3], 9 * inputs),
            drawn(3, [outputs], 1),
        );
        assert_equal(ours, burns, tensors, doubling);
    }
}

#[test]
fn convolutions_and_their_gradients_are_burns() {
    for [
        batch,
        inputs,
        height,
        width,
        outputs,
        kernel,
        stride,
        padding,
    ] in LAYERS
    {
        let patch = inputs * kernel * kernel;
        let tensors = (
            drawn(1, [batch, inputs, height, width], 1),
            drawn(2, [outputs, inputs, kernel, kernel], patch),
            drawn(3, [outputs], 1),
        );
        assert_equal(
            convolution,
            burns_convolution,
            tensors,
            Moves { stride, padding },
        );
    }
}

#[test]
fn transposed_convolutions_and_their_gradients_are_burns() {
    for (batch, inputs, side, outputs) in [(6, 16, 6, 8), (3, 8, 12, 4), (1, 2, 5, 3)] {
        let moves = Moves {
            stride: 2,
            padding: 1,
        };
        let tensors = (
            drawn(1, [batch, inputs, side, side], 1),
            drawn(2, [inputs, outputs, 4, 4], inputs * 4),
            drawn(3, [outputs], 1),
        );
        assert_equal(transposed_convolution, burns_transposed, tensors, moves);
    }
}

type Scaling = fn(Tensor<4>, Tensor<4>, Tensor<4>) -> Tensor<4>;

/// Output and gradients of two layers that scale and shift maps, held against each other.
fn assert_equal_scaling(ours: Scaling, burns: Scaling) {
    // Batch, channels, side, and images that have a scale and shift of their own.
    for [batch, channels, side, own] in [[3, 5, 12, 3], [4, 3, 24, 1], [2, 2, 5, 1], [6, 4, 3, 6]] {
        let inputs = [
            drawn(1, [batch, channels, side, side], 1),
            drawn(2, [own, channels, 1, 1], 1),
            drawn(3, [own, channels, 1, 1], 1),
        ];
        let [ours, burns] = [ours, burns].map(|layer| {
            let [maps, scale, shift] = inputs.clone();
            let output = layer(maps, scale, shift);
            let uneven = drawn(9, output.dims(), 1).detach();
            let gradients = (output.clone() * uneven).sum().backward();
            let of = |input: &Tensor<4>| input.grad(&gradients).expect("a gradient").into_data();
            (output.into_data(), inputs.each_ref().map(of))
        });
        ours.0
            .assert_approx_eq::<f32>(&burns.0, Tolerance::rel_abs(1e-5, 1e-5));
        for (ours, burns) in ours.1.iter().zip(&burns.1) {
            ours.assert_approx_eq::<f32>(burns, Tolerance::rel_abs(2e-4, 2e-4));
        }
    }
}

#[test]
fn scale_shift_and_rectifier_and_their_gradients_are_burns() {
    assert_equal_scaling(affine_relu, |maps, scale, shift| relu(maps * scale + shift));
}

/// As it is written in the paper (Ioffe & Szegedy 2015), of Burn's operations alone.
fn burns_batch_norm(maps: Tensor<4>, scale: Tensor<4>, shift: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = maps.dims();
    let mean = |values: Tensor<4>| {
        let rows = values.swap_dims(0, 1);
        let rows = rows.reshape([channels, batch * height * width]);
        rows.mean_dim(1).reshape([1, channels, 1, 1])
    };
    let centred = maps.clone() - mean(maps);
    let variance = mean(centred.clone().powi_scalar(2));
    centred / variance.add_scalar(1e-5).sqrt() * scale + shift
}

#[test]
fn batch_normalisation_and_its_gradients_are_burns() {
    assert_equal_scaling(
        |maps, scale, shift| batch_norm(maps, scale, shift, false),
        burns_batch_norm,
    );
    assert_equal_scaling(
        |maps, scale, shift| batch_norm(maps, scale, shift, true),
        |maps, scale, shift| relu(burns_batch_norm(maps, scale, shift)),
    );
}

#[test]
fn leaky_rectifiers_and_their_gradients_are_burns() {
    assert_equal_scaling(
        |maps, scale, shift| leaky_relu(maps * scale + shift, 1.5, 0.3),
        |maps, scale, shift| {
            let maps = maps * scale + shift;
            relu(maps.clone()).mul_scalar(1.5) - relu(maps.neg()).mul_scalar(0.3)
        },
    );
}

#[test]
fn gradients_are_only_found_where_they_are_wanted() {
    let input = drawn(1, [2, 3, 8, 8], 1);
    let weight = drawn(2, [4, 3, 3, 3], 27).set_require_grad(false);
    let bias = drawn(3, [4], 1).set_require_grad(false);
    let moves = Moves {
        stride: 1,
        padding: 1,
    };
    let output = convolution(input.clone(), weight.clone(), bias.clone(), moves);
    let gradients = output.sum().backward();
    assert!(input.grad(&gradients).is_some());
    assert!(weight.grad(&gradients).is_none());
    assert!(bias.grad(&gradients).is_none());
}

/// The same network on one thread and on many gives the same weights: sums are made in an order that depends on sizes alone.
#[test]
fn the_number_of_threads_changes_no_bit() {
    let once = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| {
            let tensors = (
                drawn(1, [40, 8, 24, 24], 1),
                drawn(2, [16, 8, 4, 4], 128),
                drawn(3, [16], 1),
            );
            results(
                convolution,
                &tensors,
                Moves {
                    stride: 2,
                    padding: 1,
                },
            )
        })
    };
    let (one, many) = (once(1), once(3));
    for (one, many) in one.iter().zip(&many) {
        one.assert_eq(many, true);
    }
}
