//! The discriminator's network, the same for both GANs: an image becomes features, and these an unconditional logit and one
//! logit per label. What the two GANs make of them stands in [`crate::cgan`] and [`crate::acgan`].

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, PixelUnshuffle, PixelUnshuffleConfig};
use burn::tensor::{Device, Tensor};

use crate::blocks::{conv2x2, halving4x4, linear};
use crate::config::DiscriminatorConfig;
use crate::convolutions::Convolving;
use crate::emotion::Emotion;
use crate::initial::{Initial, Zeros};
use crate::operations::leaky_relu;

/// Slope of the leaky rectifier below zero.
const LEAK: f64 = 0.2;

/// Keeps the variance of the maps from layer to layer: a rectifier halves it (He et al. 2015).
const GAIN: f64 = std::f64::consts::SQRT_2;

/// Places of the last maps, 3x3.
const LAST_PLACES: usize = 9;

/// What a discriminator answers about a batch of images.
#[derive(Clone)]
pub struct DiscriminatorOutput {
    /// `[B, 1]`: real (above 0) or generated (below), whatever the label.
    pub unconditional_logit: Tensor<2>,
    /// `[B, 7]`: one logit per label.
    pub label_logits: Tensor<2>,
}

impl DiscriminatorOutput {
    /// Splits a batch of two halves, such as real images followed by generated ones.
    pub fn halves(self) -> (Self, Self) {
        let [batch, _] = self.unconditional_logit.dims();
        let part = |start: usize, length: usize| Self {
            unconditional_logit: self.unconditional_logit.clone().narrow(0, start, length),
            label_logits: self.label_logits.clone().narrow(0, start, length),
        };
        (part(0, batch / 2), part(batch / 2, batch - batch / 2))
    }
}

/// Four convolutions, from 48x48 pixels to 3x3 maps; their features, summed over all places; two heads.
///
/// The first layer is a 4x4 convolution with stride 2, written as a pixel unshuffle and a 2x2 convolution, which
/// takes half the time on the CPU.
#[derive(Module, Debug)]
pub struct Discriminator {
    unshuffle: PixelUnshuffle,
    convs: Vec<Conv2d>,
    /// See [`DiscriminatorConfig::dense`].
    dense: Option<Linear>,
    unconditional: Linear,
    labels: Linear,
}

impl Discriminator {
    /// Builds the network with weights from `initial`.
    pub fn new(config: &DiscriminatorConfig, initial: &mut impl Initial, device: &Device) -> Self {
        let width = config.width;
        let network = Self {
            unshuffle: PixelUnshuffleConfig::new(2).init(),
            convs: vec![
                conv2x2(4, width, initial, device),
                halving4x4(width, 2 * width, initial, device),
                halving4x4(2 * width, 4 * width, initial, device),
                halving4x4(4 * width, 4 * width, initial, device),
            ],
            dense: None,
            unconditional: linear(4 * width, 1, initial, device),
            labels: linear(4 * width, Emotion::COUNT, initial, device),
        };
        network.with_layers(config)
    }

    /// The same network with or without the dense layer, as `config` asks, for further training. A new layer begins by
    /// adding nothing, so that the answers stay the same; without one that it had the network has to learn to do.
    pub fn with_layers(mut self, config: &DiscriminatorConfig) -> Self {
        let weight = self.unconditional.weight.val();
        let (features, device) = (weight.dims()[0], weight.device());
        self.dense = config.dense.then(|| {
            let new = || linear(LAST_PLACES * features, features, &mut Zeros, &device);
            self.dense.take().unwrap_or_else(new)
        });
        self
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]` in [-1, 1]
    /// - output: see [`DiscriminatorOutput`]
    pub fn forward(&self, images: Tensor<4>) -> DiscriminatorOutput {
        let features = self.features(images); // [B, 4w]
        DiscriminatorOutput {
            unconditional_logit: self.unconditional.forward(features.clone()),
            label_logits: self.labels.forward(features),
        }
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]`
    /// - output `[B, 4w]`
    fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let framed = images.pad((1, 1, 1, 1), 0.0); // [B, 1, 50, 50]
        let mut maps = self.unshuffle.forward(framed); // [B, 4, 25, 25]
        for conv in &self.convs {
            // w at 24, 2w at 12, 4w at 6, 4w at 3
            maps = leaky_relu(Convolving::from(conv).forward(maps), GAIN, GAIN * LEAK);
        }
        let [batch, channels, height, width] = maps.dims();
        let summed = maps
            .clone()
            .reshape([batch, channels, height * width])
            .sum_dim(2)
            .reshape([batch, channels]);
        let Some(dense) = &self.dense else {
            return summed;
        };
        let whole = maps.reshape([batch, channels * height * width]);
        summed + leaky_relu(dense.forward(whole), GAIN, GAIN * LEAK)
    }
}
