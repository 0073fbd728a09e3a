//! The building blocks of both networks: seeded weights, spectral normalisation, conditional
//! normalisation, up-sampling.

use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::interpolate::{Interpolate2d, Interpolate2dConfig, InterpolateMode};
use burn::nn::{Linear, LinearConfig, PixelShuffle, PixelShuffleConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rand_core::RngCore;

use crate::config::UpSampling;
use crate::latent::normal_pair;
use crate::operations::{Moves, affine_relu, convolution, convolve, convolve_transposed};

/// Standard deviation of every initial weight (Radford et al. 2016).
const INITIAL_DEVIATION: f32 = 0.02;

/// Keeps divisions by a norm or a deviation finite.
const EPSILON: f64 = 1e-5;

/// A trainable tensor drawn from N(0, 0.02^2) by the caller's generator, so that a seed gives the
/// same network on every device.
fn seeded<const D: usize>(
    shape: [usize; D],
    rng: &mut impl RngCore,
    device: &Device,
) -> Param<Tensor<D>> {
    let count: usize = shape.iter().product();
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        let (first, second) = normal_pair(rng);
        values.extend([first * INITIAL_DEVIATION, second * INITIAL_DEVIATION]);
    }
    values.truncate(count);
    Param::from_data(TensorData::new(values, shape), device)
}

/// A fully connected layer with seeded weights `[inputs, outputs]` and zero bias.
pub fn linear(inputs: usize, outputs: usize, rng: &mut impl RngCore, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).init(device);
    layer.weight = seeded([inputs, outputs], rng, device);
    layer.bias = Some(zeros(outputs, device));
    layer
}

/// A 3x3 convolution that keeps the size of its input.
pub fn conv3x3(inputs: usize, outputs: usize, rng: &mut impl RngCore, device: &Device) -> Conv2d {
    conv([inputs, outputs], 3, 1, rng, device)
}

/// A 4x4 convolution that halves height and width.
pub fn halving4x4(
    inputs: usize,
    outputs: usize,
    rng: &mut impl RngCore,
    device: &Device,
) -> Conv2d {
    conv([inputs, outputs], 4, 2, rng, device)
}

/// A convolution with one row of padding on each side, seeded weights and zero bias.
fn conv(
    [inputs, outputs]: [usize; 2],
    kernel: usize,
    stride: usize,
    rng: &mut impl RngCore,
    device: &Device,
) -> Conv2d {
    let mut layer = Conv2dConfig::new([inputs, outputs], [kernel; 2])
        .with_stride([stride; 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init(device);
    layer.weight = seeded([outputs, inputs, kernel, kernel], rng, device);
    layer.bias = Some(zeros(outputs, device));
    layer
}

fn transposed4x4(
    inputs: usize,
    outputs: usize,
    rng: &mut impl RngCore,
    device: &Device,
) -> ConvTranspose2d {
    let mut layer = ConvTranspose2dConfig::new([inputs, outputs], [4, 4])
        .with_stride([2, 2])
        .with_padding([1, 1])
        .init(device);
    layer.weight = seeded([inputs, outputs, 4, 4], rng, device);
    layer.bias = Some(zeros(outputs, device));
    layer
}

fn zeros(size: usize, device: &Device) -> Param<Tensor<1>> {
    Param::from_data(TensorData::zeros::<f32, _>([size]), device)
}

/// Doubles height and width; the three kinds are compared in docs/training.md.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // a network holds two of them
pub enum UpSample {
    Transposed(ConvTranspose2d),
    Nearest(EnlargedConv),
    Shuffle(ShuffledConv),
}

/// Nearest-neighbour enlargement, then a convolution.
#[derive(Module, Debug)]
pub struct EnlargedConv {
    enlarge: Interpolate2d,
    conv: Conv2d,
}

/// A convolution to four times the channels, spread over 2x2 pixels (Shi et al. 2016); or, with a factor of 1, a
/// convolution alone.
#[derive(Module, Debug)]
pub struct ShuffledConv {
    conv: Conv2d,
    shuffle: PixelShuffle,
}

impl ShuffledConv {
    /// From `[B, inputs, H, W]` to `[B, outputs, factor H, factor W]`.
    pub fn new(
        inputs: usize,
        outputs: usize,
        factor: usize,
        rng: &mut impl RngCore,
        device: &Device,
    ) -> Self {
        Self {
            conv: conv3x3(inputs, factor * factor * outputs, rng, device),
            shuffle: PixelShuffleConfig::new(factor).init(),
        }
    }

    /// # Shapes
    /// - input `[B, inputs, H, W]`
    /// - output `[B, outputs, factor H, factor W]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let maps = convolve(&self.conv, input);
        match self.shuffle.upscale_factor {
            1 => maps,
            _ => self.shuffle.forward(maps),
        }
    }
}

impl UpSample {
    /// From `[B, inputs, H, W]` to `[B, outputs, 2H, 2W]`.
    pub fn new(
        kind: UpSampling,
        inputs: usize,
        outputs: usize,
        rng: &mut impl RngCore,
        device: &Device,
    ) -> Self {
        match kind {
            UpSampling::Transposed => Self::Transposed(transposed4x4(inputs, outputs, rng, device)),
            UpSampling::Nearest => Self::Nearest(EnlargedConv {
                enlarge: Interpolate2dConfig::new()
                    .with_scale_factor(Some([2.0, 2.0]))
                    .with_mode(InterpolateMode::Nearest)
                    .init(),
                conv: conv3x3(inputs, outputs, rng, device),
            }),
            UpSampling::Shuffle => {
                Self::Shuffle(ShuffledConv::new(inputs, outputs, 2, rng, device))
            }
        }
    }

    /// # Shapes
    /// - input `[B, inputs, H, W]`
    /// - output `[B, outputs, 2H, 2W]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Transposed(layer) => convolve_transposed(layer, input),
            Self::Nearest(layer) => convolve(&layer.conv, layer.enlarge.forward(input)),
            Self::Shuffle(layer) => layer.forward(input),
        }
    }
}

/// Batch normalisation whose scale and shift depend on a condition (de Vries et al. 2017).
///
/// Both are tables with one row per emotion, so a blend of emotions is a blend of rows; a table with a single
/// row is plain batch normalisation. Training
/// normalises by the statistics of the batch ([`Self::normalise`]). Inference never does: the
/// statistics are folded into the tables once ([`Self::folded`]), and what is left is
/// one scale and one shift per channel ([`Self::affine`]).
#[derive(Module, Debug)]
pub struct ConditionalNorm {
    /// `[rows, channels]`
    scale: Param<Tensor<2>>,
    /// `[rows, channels]`
    shift: Param<Tensor<2>>,
}

/// Mean and deviation of every channel over a batch, both `[1, C, 1, 1]`.
struct BatchStatistics {
    mean: Tensor<4>,
    deviation: Tensor<4>,
}

impl BatchStatistics {
    fn of(input: &Tensor<4>) -> Self {
        let channels = input.dims()[1];
        let mean = channel_mean(input.clone()); // [C]
        let centred_square =
            channel_mean(input.clone().powi_scalar(2)) - mean.clone().powi_scalar(2);
        let deviation = centred_square.clamp_min(0.0).add_scalar(EPSILON).sqrt();
        Self {
            mean: mean.reshape([1, channels, 1, 1]),
            deviation: deviation.reshape([1, channels, 1, 1]),
        }
    }
}

/// Mean over batch, height and width: `[B, C, H, W]` to `[C]`.
fn channel_mean(input: Tensor<4>) -> Tensor<1> {
    let [batch, channels, height, width] = input.dims();
    input
        .reshape([batch, channels, height * width])
        .mean_dim(2) // [B, C, 1]
        .mean_dim(0) // [1, C, 1]
        .reshape([channels])
}

impl ConditionalNorm {
    /// All scales 1, all shifts 0.
    pub fn new(rows: usize, channels: usize, device: &Device) -> Self {
        let shape = [rows, channels];
        Self {
            scale: Param::from_data(TensorData::ones::<f32, _>(shape), device),
            shift: Param::from_data(TensorData::zeros::<f32, _>(shape), device),
        }
    }

    /// Scale and shift for a batch of weightings `[B, rows]`, both `[B, C, 1, 1]`.
    fn rows(&self, emotions: Tensor<2>) -> (Tensor<4>, Tensor<4>) {
        let [batch, _] = emotions.dims();
        let channels = self.scale.val().dims()[1];
        let spread = |table: Tensor<2>| {
            let rows = emotions.clone().matmul(table); // [B, C]
            rows.reshape([batch, channels, 1, 1])
        };
        (spread(self.scale.val()), spread(self.shift.val()))
    }

    /// Training: normalise by the batch, then scale and shift.
    ///
    /// # Shapes
    /// - input `[B, C, H, W]`; emotions `[B, rows]`, or `[1, rows]` for one weighting of the whole batch
    /// - output `[B, C, H, W]`
    pub fn normalise(&self, input: Tensor<4>, emotions: Tensor<2>) -> Scaled {
        let statistics = BatchStatistics::of(&input);
        let (scale, shift) = self.rows(emotions);
        // One multiplication and one addition over the large map; the rest is [B, C, 1, 1].
        let factor = scale / statistics.deviation;
        let offset = shift - statistics.mean * factor.clone();
        Scaled {
            input,
            scale: factor,
            shift: offset,
        }
    }

    /// Inference, after [`Self::folded`]: scale and shift only.
    ///
    /// # Shapes
    /// As [`Self::normalise`].
    pub fn affine(&self, input: Tensor<4>, emotions: Tensor<2>) -> Scaled {
        let (scale, shift) = self.rows(emotions);
        Scaled {
            input,
            scale,
            shift,
        }
    }

    /// The same layer with the statistics of `input` folded into its tables: its
    /// [`Self::affine`] is then what [`Self::normalise`] would give with those statistics.
    pub fn folded(&self, input: &Tensor<4>) -> Self {
        let statistics = BatchStatistics::of(input);
        let channels = input.dims()[1];
        let scale = self.scale.val() / statistics.deviation.reshape([1, channels]);
        let shift = self.shift.val() - statistics.mean.reshape([1, channels]) * scale.clone();
        Self {
            scale: Param::initialized(self.scale.id, scale),
            shift: Param::initialized(self.shift.id, shift),
        }
    }
}

/// The output of a [`ConditionalNorm`], not computed yet: with the rectifier that mostly follows it is one pass.
pub struct Scaled {
    input: Tensor<4>,
    /// As the shift `[B, C, 1, 1]`, or `[1, C, 1, 1]`.
    scale: Tensor<4>,
    shift: Tensor<4>,
}

impl Scaled {
    /// `[B, C, H, W]`
    pub fn maps(self) -> Tensor<4> {
        self.input * self.scale + self.shift
    }

    /// `[B, C, H, W]`, nothing below zero
    pub fn relu(self) -> Tensor<4> {
        affine_relu(self.input, self.scale, self.shift)
    }
}

/// A convolution whose weights are divided by their largest singular value (Miyato et al. 2018),
/// which bounds how fast a discriminator's answer can change.
///
/// `singular` is the running estimate of the left singular vector; [`Self::estimated`] improves
/// it by one power iteration and is called once per training step, so that a forward pass changes nothing.
#[derive(Module, Debug)]
pub struct SpectralConv2d {
    weight: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
    /// `[outputs]`; empty when spectral normalisation is off.
    singular: Option<Param<Tensor<1>>>,
    stride: usize,
    padding: usize,
}

impl SpectralConv2d {
    /// `kernel` is 4 (half the size) or 2 (one row and column less); stride and padding follow from it.
    pub fn new(
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        spectral_norm: bool,
        rng: &mut impl RngCore,
        device: &Device,
    ) -> Self {
        Self {
            weight: seeded([outputs, inputs, kernel, kernel], rng, device),
            bias: zeros(outputs, device),
            singular: spectral_norm.then(|| seeded([outputs], rng, device).set_require_grad(false)),
            stride: kernel / 2,
            padding: usize::from(kernel == 4),
        }
    }

    /// # Shapes
    /// - input `[B, inputs, H, W]`
    /// - output `[B, outputs, H / 2, W / 2]` for kernel 4, `[B, outputs, H - 1, W - 1]` for kernel 2
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let weight = match &self.singular {
            Some(singular) => {
                let sigma = largest_singular_value(matrix(self.weight.val()), singular.val());
                self.weight.val() / sigma.reshape([1, 1, 1, 1])
            }
            None => self.weight.val(),
        };
        let moves = Moves {
            stride: self.stride,
            padding: self.padding,
        };
        convolution(input, weight, self.bias.val(), moves)
    }

    /// One power iteration.
    pub fn estimated(mut self) -> Self {
        let weight = matrix(self.weight.val()).detach();
        self.singular = self
            .singular
            .map(|singular| power_iteration(&weight, singular));
        self
    }
}

/// A fully connected layer under spectral normalisation, as [`SpectralConv2d`].
#[derive(Module, Debug)]
pub struct SpectralLinear {
    /// `[outputs, inputs]`
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
    singular: Option<Param<Tensor<1>>>,
}

impl SpectralLinear {
    /// `[inputs, outputs]` as everywhere.
    pub fn new(
        [inputs, outputs]: [usize; 2],
        spectral_norm: bool,
        rng: &mut impl RngCore,
        device: &Device,
    ) -> Self {
        Self {
            weight: seeded([outputs, inputs], rng, device),
            bias: zeros(outputs, device),
            singular: spectral_norm.then(|| seeded([outputs], rng, device).set_require_grad(false)),
        }
    }

    /// # Shapes
    /// - input `[B, inputs]`
    /// - output `[B, outputs]`
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let weight = match &self.singular {
            Some(singular) => {
                let sigma = largest_singular_value(self.weight.val(), singular.val());
                self.weight.val() / sigma.reshape([1, 1])
            }
            None => self.weight.val(),
        };
        input.matmul(weight.transpose()) + self.bias.val().unsqueeze()
    }

    /// One power iteration.
    pub fn estimated(mut self) -> Self {
        let weight = self.weight.val().detach();
        self.singular = self
            .singular
            .map(|singular| power_iteration(&weight, singular));
        self
    }
}

/// Convolution weights `[O, I, k, k]` as the matrix `[O, I k k]` whose norm is taken.
fn matrix(weight: Tensor<4>) -> Tensor<2> {
    let [outputs, inputs, height, width] = weight.dims();
    weight.reshape([outputs, inputs * height * width])
}

/// `u W v` with v the direction of `u W`: gradients flow to W, not to u and v.
fn largest_singular_value(weight: Tensor<2>, singular: Tensor<1>) -> Tensor<1> {
    let row = singular.unsqueeze_dim::<2>(0).matmul(weight); // [1, inputs]
    let direction = unit(row.clone().detach());
    (row * direction).sum()
}

fn power_iteration(weight: &Tensor<2>, singular: Param<Tensor<1>>) -> Param<Tensor<1>> {
    singular.map(|left| {
        let outputs = left.dims()[0];
        let right = unit(left.unsqueeze_dim::<2>(0).matmul(weight.clone())); // [1, inputs]
        unit(right.matmul(weight.clone().transpose())) // [1, outputs]
            .reshape([outputs])
            .detach()
    })
}

fn unit(row: Tensor<2>) -> Tensor<2> {
    let norm = row
        .clone()
        .powi_scalar(2)
        .sum_dim(1)
        .add_scalar(1e-12)
        .sqrt();
    row / norm
}
