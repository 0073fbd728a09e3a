//! The building blocks of all networks: layers with their first weights, residual blocks, up-sampling.

use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use crate::config::UpSampling;
use crate::convolutions::{convolve_enlarged, enlarging_kernel};
use crate::initial::{Initial, Zeros};
use crate::normalisation::{ConditionalNorm, Scaled};

/// A trainable tensor with its first weights.
pub(crate) fn initial_weights<const D: usize>(
    shape: [usize; D],
    initial: &mut impl Initial,
    device: &Device,
) -> Param<Tensor<D>> {
    let values = initial.weights(shape.iter().product());
    Param::from_data(TensorData::new(values, shape), device)
}

/// A fully connected layer with weights `[inputs, outputs]` and zero bias.
pub fn linear(
    inputs: usize,
    outputs: usize,
    initial: &mut impl Initial,
    device: &Device,
) -> Linear {
    let mut layer = LinearConfig::new(inputs, outputs).init(device);
    layer.weight = initial_weights([inputs, outputs], initial, device);
    layer.bias = Some(zeros(outputs, device));
    layer
}

/// A 3x3 convolution that keeps the size of its input.
pub fn conv3x3(
    inputs: usize,
    outputs: usize,
    initial: &mut impl Initial,
    device: &Device,
) -> Conv2d {
    conv([inputs, outputs], 3, 1, 1, initial, device)
}

/// A 2x2 convolution whose output is one row and one column smaller.
pub fn conv2x2(
    inputs: usize,
    outputs: usize,
    initial: &mut impl Initial,
    device: &Device,
) -> Conv2d {
    conv([inputs, outputs], 2, 1, 0, initial, device)
}

/// A 4x4 convolution that halves height and width.
pub fn halving4x4(
    inputs: usize,
    outputs: usize,
    initial: &mut impl Initial,
    device: &Device,
) -> Conv2d {
    conv([inputs, outputs], 4, 2, 1, initial, device)
}

/// A convolution with so many rows of padding on each side and zero bias.
fn conv(
    [inputs, outputs]: [usize; 2],
    kernel: usize,
    stride: usize,
    padding: usize,
    initial: &mut impl Initial,
    device: &Device,
) -> Conv2d {
    let mut layer = Conv2dConfig::new([inputs, outputs], [kernel; 2])
        .with_stride([stride; 2])
        .with_padding(PaddingConfig2d::Explicit(
            padding, padding, padding, padding,
        ))
        .init(device);
    layer.weight = initial_weights([outputs, inputs, kernel, kernel], initial, device);
    layer.bias = Some(zeros(outputs, device));
    layer
}

fn transposed4x4(
    inputs: usize,
    outputs: usize,
    initial: &mut impl Initial,
    device: &Device,
) -> ConvTranspose2d {
    let mut layer = transposed_layer(inputs, outputs, device);
    layer.weight = initial_weights([inputs, outputs, 4, 4], initial, device);
    layer.bias = Some(zeros(outputs, device));
    layer
}

/// A transposed 4x4 convolution that doubles height and width; its weights are the caller's to set.
fn transposed_layer(inputs: usize, outputs: usize, device: &Device) -> ConvTranspose2d {
    ConvTranspose2dConfig::new([inputs, outputs], [4, 4])
        .with_stride([2, 2])
        .with_padding([1, 1])
        .init(device)
}

pub(crate) fn zeros(size: usize, device: &Device) -> Param<Tensor<1>> {
    Param::from_data(TensorData::zeros::<f32, _>([size]), device)
}

/// Doubles height and width.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // a network holds three of them
pub enum UpSample {
    Transposed(ConvTranspose2d),
    Nearest(EnlargedConv),
}

/// Nearest-neighbour enlargement, then a 3x3 convolution.
#[derive(Module, Debug)]
pub struct EnlargedConv {
    conv: Conv2d,
}

impl EnlargedConv {
    /// The same as one layer: a transposed convolution.
    pub fn transposed(&self) -> ConvTranspose2d {
        let weight = enlarging_kernel(self.conv.weight.val());
        let [inputs, outputs, ..] = weight.dims();
        let mut layer = transposed_layer(inputs, outputs, &weight.device());
        layer.weight = Param::initialized(self.conv.weight.id, weight);
        layer.bias = self.conv.bias.clone();
        layer
    }

    /// # Shapes
    /// - input `[B, inputs, H, W]`
    /// - output `[B, outputs, 2H, 2W]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        convolve_enlarged(&self.conv, input)
    }
}

/// `maps + conv(relu(norm(maps)))`, a residual block with its normalisation in front (He et al. 2016). Its weights begin as
/// zeros, so that a network it is added to goes on as it was.
#[derive(Module, Debug)]
pub struct Residual {
    pub norm: ConditionalNorm,
    conv: Conv2d,
}

impl Residual {
    /// For maps of so many channels, so many labels, and so many numbers of z that modulate, 0 for none.
    pub fn new(labels: usize, latent_size: usize, channels: usize, device: &Device) -> Self {
        Self {
            norm: ConditionalNorm::new(labels, channels, device).with_modulation(latent_size),
            conv: conv3x3(channels, channels, &mut Zeros, device),
        }
    }

    /// What is added to maps `[B, C, H, W]`, from what the normalisation makes of them; of the same shape.
    pub fn forward(&self, normalised: Scaled) -> Tensor<4> {
        normalised.convolved(&self.conv)
    }
}

impl UpSample {
    /// From `[B, inputs, H, W]` to `[B, outputs, 2H, 2W]`.
    pub fn new(
        kind: UpSampling,
        inputs: usize,
        outputs: usize,
        initial: &mut impl Initial,
        device: &Device,
    ) -> Self {
        match kind {
            UpSampling::Transposed => {
                Self::Transposed(transposed4x4(inputs, outputs, initial, device))
            }
            UpSampling::Nearest => Self::Nearest(EnlargedConv {
                conv: conv3x3(inputs, outputs, initial, device),
            }),
        }
    }

    /// The form that is sampled and exported: an enlarged convolution as the transposed one that gives the same.
    pub fn fused(&self) -> Self {
        match self {
            Self::Nearest(layer) => Self::Transposed(layer.transposed()),
            Self::Transposed(_) => self.clone(),
        }
    }

    /// Rectifies its input first.
    ///
    /// # Shapes
    /// - input `[B, inputs, H, W]`
    /// - output `[B, outputs, 2H, 2W]`
    pub fn forward(&self, input: Scaled) -> Tensor<4> {
        match self {
            Self::Transposed(layer) => input.convolved(layer),
            Self::Nearest(layer) => layer.forward(input.relu()),
        }
    }
}
