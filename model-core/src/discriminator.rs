//! What both discriminators have in common: the body that sees, and the shape of the answer.

use std::ops::Range;

use burn::module::Module;
use burn::nn::{PixelUnshuffle, PixelUnshuffleConfig};
use burn::tensor::{Device, Tensor};

use crate::acgan::AcganDiscriminator;
use crate::cgan::CganDiscriminator;
use crate::config::{DiscriminatorConfig, GanKind};
use crate::initial::{Initial, Zeros};
use crate::operations::leaky_relu;
use crate::spectral::{SpectralConv2d, SpectralLinear};

/// Slope of the leaky rectifier below zero.
const LEAK: f64 = 0.2;

/// Makes up for what a spectrally normalised layer takes away: its gain is 1 for one direction and less for all
/// others, so without this signals fade from layer to layer and the discriminator learns too slowly.
const GAIN: f64 = std::f64::consts::SQRT_2;

/// The convolutions behind which there may be another.
const RESIDUALS: Range<usize> = 1..3;

/// Keeps the slope of the square root finite where all images of a group are alike.
const LEAST_VARIANCE: f64 = 1e-8;

/// A discriminator's opinion of a batch, as logits. Losses ask only what is there, never which GAN it was.
pub struct DiscriminatorOutput {
    /// `[B, 1]`: above 0 for "real" (and, for a cGAN, "and shows this emotion").
    pub validity: Tensor<2>,
    /// `[B, 1]`: how real an image is, whatever its label. What a cGAN's validity has beyond this is the match: the logarithm of the
    /// label's probability.
    pub realism: Tensor<2>,
    /// `[B, 7]`: the validity that each label would have got; only from a discriminator that
    /// judges the match.
    pub validity_by_label: Option<Tensor<2>>,
    /// `[B, 7]`: the predicted emotion; only from a discriminator with a class head. Beside an embedding: its cosines
    /// with the emotions' proxies.
    pub class: Option<Tensor<2>>,
    /// `[B, class_embedding]`, of length 1: where an image lies among those of its emotion.
    pub embedding: Option<Tensor<2>>,
}

impl DiscriminatorOutput {
    /// `[B, 7]`: how an image passes under each label, by class head or by match.
    pub fn by_label(self) -> Option<Tensor<2>> {
        self.class.or(self.validity_by_label)
    }

    /// Splits a batch of two halves, such as real images followed by generated ones.
    pub fn halves(self) -> (Self, Self) {
        let split = |logits: Tensor<2>| {
            let middle = logits.dims()[0] / 2;
            let end = logits.dims()[0];
            (
                logits.clone().narrow(0, 0, middle),
                logits.narrow(0, middle, end - middle),
            )
        };
        let validity = split(self.validity);
        let realism = split(self.realism);
        let labels = self.validity_by_label.map(split).unzip();
        let class = self.class.map(split).unzip();
        let embedding = self.embedding.map(split).unzip();
        let part = |validity, realism, validity_by_label, class, embedding| Self {
            validity,
            realism,
            validity_by_label,
            class,
            embedding,
        };
        (
            part(validity.0, realism.0, labels.0, class.0, embedding.0),
            part(validity.1, realism.1, labels.1, class.1, embedding.1),
        )
    }
}

/// Either discriminator.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // one per training run
pub enum Discriminator {
    Cgan(CganDiscriminator),
    Acgan(AcganDiscriminator),
}

impl Discriminator {
    /// Builds the discriminator of `gan` with weights from `initial`.
    pub fn new(
        gan: GanKind,
        config: &DiscriminatorConfig,
        initial: &mut impl Initial,
        device: &Device,
    ) -> Self {
        match gan {
            GanKind::Cgan => Self::Cgan(CganDiscriminator::new(config, initial, device)),
            GanKind::Acgan => Self::Acgan(AcganDiscriminator::new(config, initial, device)),
        }
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]` in [-1, 1]; emotions `[B, 7]`
    /// - output: see [`DiscriminatorOutput`]
    pub fn forward(&self, images: Tensor<4>, emotions: Tensor<2>) -> DiscriminatorOutput {
        match self {
            Self::Cgan(network) => network.forward(images, emotions),
            Self::Acgan(network) => network.forward(images, emotions),
        }
    }

    /// The same network with the layers that `config` asks for ([`DiscriminatorConfig::dense`],
    /// [`DiscriminatorConfig::residual`]), for further training. Those that it lacks begin by adding nothing, so that its
    /// answers stay the same; those that it has and that are not asked for are left out, and it has to learn to do without.
    pub fn with_layers(self, config: &DiscriminatorConfig) -> Self {
        match self {
            Self::Cgan(network) => Self::Cgan(network.with_layers(config)),
            Self::Acgan(network) => Self::Acgan(network.with_layers(config)),
        }
    }

    /// One power iteration of every spectral normalisation: once per training step.
    pub fn estimated(self) -> Self {
        match self {
            Self::Cgan(network) => Self::Cgan(network.estimated()),
            Self::Acgan(network) => Self::Acgan(network.estimated()),
        }
    }
}

/// 48x48 pixels to a feature vector.
///
/// The first layer is a 4x4 convolution with stride 2, written as a pixel unshuffle and a 2x2 convolution, which
/// takes half the time on the CPU.
#[derive(Module, Debug)]
pub struct Body {
    unshuffle: PixelUnshuffle,
    convs: Vec<SpectralConv2d>,
    /// See [`DiscriminatorConfig::residual`]: behind the second convolution, and those that follow it but the last.
    residuals: Vec<SpectralConv2d>,
    /// See [`DiscriminatorConfig::dense`].
    dense: Option<SpectralLinear>,
    /// See [`DiscriminatorConfig::variety_group`].
    variety_group: usize,
}

impl Body {
    /// Length of the feature vector for a width.
    pub fn features(config: &DiscriminatorConfig) -> usize {
        4 * config.width
    }

    /// Length of what realism is judged by: the features, and beside them how much each varies.
    pub fn realism_features(config: &DiscriminatorConfig) -> usize {
        match config.variety_group {
            0 => Self::features(config),
            _ => 2 * Self::features(config),
        }
    }

    /// Builds the body with weights from `initial`.
    pub fn new(config: &DiscriminatorConfig, initial: &mut impl Initial, device: &Device) -> Self {
        let width = config.width;
        let mut conv = |channels, kernel| {
            SpectralConv2d::new(channels, kernel, config.spectral_norm, initial, device)
        };
        let body = Self {
            unshuffle: PixelUnshuffleConfig::new(2).init(),
            convs: vec![
                conv([4, width], 2),
                conv([width, 2 * width], 4),
                conv([2 * width, 4 * width], 4),
                conv([4 * width, 4 * width], 4),
            ],
            residuals: Vec::new(),
            dense: None,
            variety_group: config.variety_group,
        };
        body.with_layers(config)
    }

    /// See [`Discriminator::with_layers`]. New layers begin as zeros, which have no singular value to be divided by.
    pub fn with_layers(mut self, config: &DiscriminatorConfig) -> Self {
        let device = self.convs[0].device();
        if !config.residual {
            self.residuals.clear();
        } else if self.residuals.is_empty() {
            self.residuals = self.convs[RESIDUALS]
                .iter()
                .map(SpectralConv2d::outputs)
                .map(|maps| SpectralConv2d::new([maps; 2], 3, false, &mut Zeros, &device))
                .collect();
        }
        if !config.dense {
            self.dense = None;
        } else if self.dense.is_none() {
            let features = Self::features(config);
            let sizes = [9 * features, features];
            self.dense = Some(SpectralLinear::new(sizes, false, &mut Zeros, &device));
        }
        self
    }

    /// # Shapes
    /// - images `[B, 1, 48, 48]`
    /// - output `[B, 4w]`: features summed over the last 3x3 maps, and what [`DiscriminatorConfig::dense`] adds
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let framed = images.pad((1, 1, 1, 1), 0.0); // [B, 1, 50, 50]
        let mut maps = self.unshuffle.forward(framed); // [B, 4, 25, 25]
        for (index, conv) in self.convs.iter().enumerate() {
            maps = leaky_relu(conv.forward(maps), GAIN, GAIN * LEAK); // w at 24, 2w at 12, 4w at 6, 4w at 3
            let behind = index.checked_sub(RESIDUALS.start);
            if let Some(conv) = behind.and_then(|index| self.residuals.get(index)) {
                maps = maps.clone() + leaky_relu(conv.forward(maps), GAIN, GAIN * LEAK);
            }
        }
        let [batch, channels, height, width] = maps.dims();
        let mut features = maps
            .clone()
            .reshape([batch, channels, height * width])
            .sum_dim(2)
            .reshape([batch, channels, 1, 1]);
        if let Some(dense) = &self.dense {
            let whole = maps.reshape([batch, channels * height * width]);
            let seen = dense.forward(whole).reshape([batch, channels, 1, 1]);
            features = features + leaky_relu(seen, GAIN, GAIN * LEAK);
        }
        features.reshape([batch, channels])
    }

    /// Features and, beside them, the standard deviation of each among the images of a group; features alone where there
    /// are no groups.
    ///
    /// # Shapes
    /// - features `[B, 4w]`, B a multiple of the group
    /// - output `[B, 8w]`, or `[B, 4w]`
    pub fn with_variety(&self, features: Tensor<2>) -> Tensor<2> {
        let [batch, length] = features.dims();
        let group = self.variety_group;
        if group == 0 {
            return features;
        }
        let grouped = features.clone().reshape([batch / group, group, length]);
        let apart = grouped.clone() - grouped.mean_dim(1);
        let variance = apart.powi_scalar(2).mean_dim(1); // [B / group, 1, 4w]
        let deviation = variance.add_scalar(LEAST_VARIANCE).sqrt();
        let spread = deviation
            .expand([batch / group, group, length])
            .reshape([batch, length]);
        Tensor::cat(vec![features, spread], 1)
    }

    /// One power iteration of every convolution.
    pub fn estimated(mut self) -> Self {
        self.convs = self
            .convs
            .into_iter()
            .map(SpectralConv2d::estimated)
            .collect();
        self
    }
}
