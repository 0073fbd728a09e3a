//! The classifier: a classifier that says which emotion it sees in a face, real or generated.
//!
//! A small residual network (He et al. 2016). Its features are the space in which the trainer measures how far
//! generated faces are from real ones; in the page it gives a second output. As a generator it has two forms:
//! [`Classifier::forward_train`] normalises by the batch, [`Classifier::forward`] runs the [`Classifier::fused`] one.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, PixelUnshuffle, PixelUnshuffleConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::blocks::{conv3x3, halving4x4, linear};
use crate::convolutions::Convolving;
use crate::emotion::Emotion;
use crate::initial::Initial;
use crate::normalisation::{ConditionalNorm, Scaled};

/// Stages of a classifier. Height and width halve from one to the next, 24x24 to 3x3; channels double up to the third.
pub const STAGES: usize = 4;
/// The first stages, from each to the next of which channels double.
const DOUBLING_STAGES: usize = 2;

/// Channels of a stage in a network of `width`.
fn channels(width: usize, stage: usize) -> usize {
    width << stage.min(DOUBLING_STAGES)
}

/// What a classifier makes of a batch of faces.
pub struct ClassifierOutput {
    /// `[B, 7]`: one logit per emotion.
    pub logits: Tensor<2>,
    /// `[B, 4 width]`: what the logits are read from, not below 0.
    pub features: Tensor<2>,
}

/// The network.
#[derive(Module, Debug)]
pub struct Classifier {
    unshuffle: PixelUnshuffle,
    stages: Vec<Stage>,
    classifier: Linear,
}

/// A convolution that changes the size, then a residual block that keeps it.
#[derive(Module, Debug)]
struct Stage {
    enter: NormConv,
    first: NormConv,
    second: NormConv,
}

/// A convolution and the normalisation of its output.
#[derive(Module, Debug)]
struct NormConv {
    conv: Conv2d,
    norm: ConditionalNorm,
}

impl NormConv {
    fn new(conv: Conv2d, device: &Device) -> Self {
        let [channels, ..] = conv.weight.val().dims();
        Self {
            conv,
            norm: ConditionalNorm::new(1, channels, device),
        }
    }
}

impl Classifier {
    /// Builds a network of `width` channels in its first stage with weights from `initial`.
    pub fn new(width: usize, stages: usize, initial: &mut impl Initial, device: &Device) -> Self {
        let features = channels(width, stages - 1);
        let stages = (0..stages).map(|stage| {
            let channels_here = channels(width, stage);
            let enter = match stage {
                0 => conv3x3(4, channels_here, initial, device),
                _ => halving4x4(channels(width, stage - 1), channels_here, initial, device),
            };
            let mut keep = || {
                NormConv::new(
                    conv3x3(channels_here, channels_here, initial, device),
                    device,
                )
            };
            Stage {
                first: keep(),
                second: keep(),
                enter: NormConv::new(enter, device),
            }
        });
        Self {
            unshuffle: PixelUnshuffleConfig::new(2).init(),
            stages: stages.collect(),
            classifier: linear(features, Emotion::COUNT, initial, device),
        }
    }

    /// Inference with a fused network. Gradients flow to whatever records them, images as well as weights.
    ///
    /// # Shapes
    /// - images `[B, 1, 48, 48]` in [-1, 1]
    /// - output: see [`ClassifierOutput`]
    pub fn forward(&self, images: Tensor<4>) -> ClassifierOutput {
        self.pass(images, |norm, maps, one| norm.affine(maps, one))
    }

    /// Training: normalises by the statistics of the batch.
    ///
    /// # Shapes
    /// As [`Self::forward`].
    pub fn forward_train(&self, images: Tensor<4>) -> ClassifierOutput {
        self.pass(images, |norm, maps, one| norm.normalise(maps, one))
    }

    /// The inference form: the statistics of these images are fused into the tables.
    pub fn fused(&self, images: Tensor<4>) -> Self {
        let mut norms = Vec::new();
        self.pass(images, |norm, maps, one| {
            let fused = norm.fused(&maps);
            let output = fused.affine(maps, one);
            norms.push(fused);
            output
        });
        self.clone().with_norms(norms)
    }

    /// The way back from [`Self::fused`], so that a published classifier is trained on: [`Self::forward_train`] then makes of
    /// these images what [`Self::forward`] made of them.
    pub fn unfused(self, images: Tensor<4>) -> Self {
        let mut norms = Vec::new();
        self.pass(images, |norm, maps, one| {
            norms.push(norm.clone().unfused(&maps));
            norm.affine(maps, one)
        });
        self.with_norms(norms)
    }

    /// Other normalisations, in the order of the data flow.
    fn with_norms(mut self, norms: Vec<ConditionalNorm>) -> Self {
        let layers = self.stages.iter_mut().flat_map(Stage::layers);
        for (layer, norm) in layers.zip(norms) {
            layer.norm = norm;
        }
        self
    }

    /// The same classifier for faces among which labels occur less often, by these factors, than among those that it learned
    /// from: it grows as much more careful to see them.
    pub fn reweighted(mut self, excess: [f64; Emotion::COUNT]) -> Self {
        let device = self.classifier.weight.val().device();
        let correction =
            Tensor::<1>::from_floats(excess.map(|excess| -excess.ln() as f32), &device);
        self.classifier.bias = self
            .classifier
            .bias
            .map(|bias| bias.map(|bias| bias + correction));
        self
    }

    /// The data flow, once; `normalise` says how a [`ConditionalNorm`] is applied.
    fn pass(
        &self,
        images: Tensor<4>,
        mut normalise: impl FnMut(&ConditionalNorm, Tensor<4>, Tensor<2>) -> Scaled,
    ) -> ClassifierOutput {
        let one = Tensor::ones([1, 1], &images.device());
        let mut layer = |layer: &NormConv, maps: Tensor<4>| {
            normalise(
                &layer.norm,
                Convolving::from(&layer.conv).forward(maps),
                one.clone(),
            )
        };
        let mut maps = self.unshuffle.forward(images); // [B, 4, 24, 24]
        for stage in &self.stages {
            maps = layer(&stage.enter, maps).relu(); // w at 24, 2w at 12, 4w at 6, 4w at 3
            let inner = layer(&stage.first, maps.clone()).relu();
            maps = relu(maps + layer(&stage.second, inner).maps());
        }
        let [batch, channels, height, width] = maps.dims();
        let features = maps
            .reshape([batch, channels, height * width])
            .mean_dim(2)
            .reshape([batch, channels]);
        ClassifierOutput {
            logits: self.classifier.forward(features.clone()),
            features,
        }
    }
}

impl Stage {
    /// In the order of the data flow.
    fn layers(&mut self) -> [&mut NormConv; 3] {
        [&mut self.enter, &mut self.first, &mut self.second]
    }
}
