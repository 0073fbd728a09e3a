//! The generator, the same for both GANs: a latent vector and an emotion become a face.

use std::ops::Range;

use burn::module::Module;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor, TensorData};

use crate::blocks::{Residual, UpSample, conv3x3, linear};
use crate::config::GeneratorConfig;
use crate::emotion::Emotion;
use crate::initial::Initial;
use crate::latent::latent;
use crate::normalisation::{ConditionalNorm, Scaled};
use crate::operations::hyperbolic_tangent;

/// Side of the smallest feature map, in pixels; three doublings lead to 48.
const FIRST_SIDE: usize = 6;

/// z and an emotion to a 48x48 grey face.
///
/// The emotion enters twice: beside z at the start, and in every [`ConditionalNorm`]; with self-modulation z does so, too. Maps
/// grow from 6x6 to 48x48 by three up-samplings. A network in training is run by [`Self::forward_train`]; the one that is
/// sampled, exported and loaded is its [`Self::fused`] form, run by [`Self::forward`].
#[derive(Module, Debug)]
pub struct Generator {
    start: Linear,
    norms: Vec<ConditionalNorm>,
    ups: Vec<UpSample>,
    /// One behind each up-sampling, or none at all.
    residuals: Vec<Residual>,
    end: Conv2d,
}

impl Generator {
    /// Builds a network with weights from `initial`.
    pub fn new(config: &GeneratorConfig, initial: &mut impl Initial, device: &Device) -> Self {
        let width = config.width;
        let channels = [4 * width, 2 * width, width, width / 2];
        let inputs = config.latent_size + Emotion::COUNT;
        let mut network = Self {
            start: linear(
                inputs,
                channels[0] * FIRST_SIDE * FIRST_SIDE,
                initial,
                device,
            ),
            norms: channels
                .map(|channels| ConditionalNorm::new(Emotion::COUNT, channels, device))
                .into(),
            ups: channels
                .windows(2)
                .map(|pair| UpSample::new(config.up_sampling, pair[0], pair[1], initial, device))
                .collect(),
            residuals: Vec::new(),
            end: conv3x3(channels[3], 1, initial, device),
        };
        if config.self_modulation {
            network = network.with_modulation();
        }
        if config.residual {
            network = network.with_residuals();
        }
        network
    }

    /// The same network, and the same faces, with a residual block behind every up-sampling, for further training.
    pub fn with_residuals(mut self) -> Self {
        let (device, latent_size) = (self.device(), self.modulating());
        let behind = self.norms.iter().skip(1);
        self.residuals = behind
            .map(|norm| Residual::new(Emotion::COUNT, latent_size, norm.channels(), &device))
            .collect();
        self
    }

    /// The same network, and the same faces, with every normalisation scaled and shifted by z, too, for further training.
    pub fn with_modulation(self) -> Self {
        let size = self.latent_size();
        self.map_norms(|norm| norm.with_modulation(size))
    }

    /// How many numbers of z scale and shift in every normalisation: all or none.
    fn modulating(&self) -> usize {
        let conditions = self.norms.first().map_or(0, ConditionalNorm::conditions);
        conditions.saturating_sub(Emotion::COUNT)
    }

    /// Every normalisation mapped.
    fn map_norms(mut self, map: impl Fn(ConditionalNorm) -> ConditionalNorm) -> Self {
        let behind = self.residuals.iter_mut().map(|residual| &mut residual.norm);
        for norm in self.norms.iter_mut().chain(behind) {
            *norm = map(norm.clone());
        }
        self
    }

    /// The rows that z meets, mapped: those of the first layer's weights, and of every normalisation's tables where z scales and shifts.
    fn map_latent_rows(self, map: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        let (size, modulating) = (self.latent_size(), self.modulating());
        let network = self.map_first_rows(0..size, &map);
        if modulating == 0 {
            return network;
        }
        let rows = Emotion::COUNT..Emotion::COUNT + modulating;
        network.map_norms(|norm| norm.with_rows(|tables| mapped(tables, rows.clone(), &map)))
    }

    /// The rows that emotions meet, `[7, _]`, mapped: those of the first layer's weights, and of every normalisation's tables.
    fn map_emotion_rows(self, map: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        let size = self.latent_size();
        let network = self.map_first_rows(size..size + Emotion::COUNT, &map);
        network.map_norms(|norm| norm.with_rows(|tables| mapped(tables, 0..Emotion::COUNT, &map)))
    }

    /// Rows of the first layer's weights, mapped.
    fn map_first_rows(mut self, rows: Range<usize>, map: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        let weight = self.start.weight;
        self.start.weight = weight.map(|weight| mapped(weight, rows, &map));
        self
    }

    /// The same network on a device with autodiff, where gradients reach the convolutions and the first layer's bias alone: what
    /// a network is tuned by to one face. What latents and emotions meet stays.
    pub fn for_tuning(self) -> Self {
        let mut network = self.train();
        network.start.weight = network.start.weight.no_grad();
        network.map_norms(Module::no_grad)
    }

    /// Length of the latent vector.
    pub fn latent_size(&self) -> usize {
        self.start.weight.val().dims()[0] - Emotion::COUNT
    }

    /// Where the weights are.
    pub fn device(&self) -> Device {
        self.start.weight.val().device()
    }

    /// Inference with a fused network. Gradients flow to whatever records them, z and emotions as well as weights: the rest
    /// is constant, on a device without autodiff too. Then layers take more passes: on the CPU this crate's kernels that can
    /// be trained through, on a GPU Burn's own operations, in a browser as well.
    ///
    /// # Shapes
    /// - z `[B, latent_size]`; emotions `[B, 7]`, each row weights that add up to 1
    /// - output `[B, 1, 48, 48]` in [-1, 1]
    pub fn forward(&self, z: Tensor<2>, emotions: Tensor<2>) -> Tensor<4> {
        self.pass(z, emotions, |norm, input, emotions| {
            norm.affine(input, emotions)
        })
    }

    /// Training: normalises by the statistics of the batch.
    ///
    /// # Shapes
    /// As [`Self::forward`].
    pub fn forward_train(&self, z: Tensor<2>, emotions: Tensor<2>) -> Tensor<4> {
        self.pass(z, emotions, |norm, input, emotions| {
            norm.normalise(input, emotions)
        })
    }

    /// The inference form: statistics measured over one large batch are fused into the tables, enlarged convolutions
    /// into transposed ones. Its configuration is [`GeneratorConfig::fused`].
    pub fn fused(&self, z: Tensor<2>, emotions: Tensor<2>) -> Self {
        let mut norms = Vec::with_capacity(self.norms.len());
        self.pass(z, emotions, |norm, input, emotions| {
            let fused = norm.fused(&input);
            let output = fused.affine(input, emotions);
            norms.push(fused);
            output
        });
        let mut network = self.clone().with_norms(norms);
        network.ups = self.ups.iter().map(UpSample::fused).collect();
        network
    }

    /// The way back from [`Self::fused`], so that a published network is trained on: [`Self::forward_train`] then makes
    /// of this batch what [`Self::forward`] made of it. Enlarged convolutions stay transposed.
    pub fn unfused(self, z: Tensor<2>, emotions: Tensor<2>) -> Self {
        let mut norms = Vec::with_capacity(self.norms.len());
        self.pass(z, emotions, |norm, input, emotions| {
            norms.push(norm.clone().unfused(&input));
            norm.affine(input, emotions)
        });
        self.with_norms(norms)
    }

    /// Other normalisations, in the order in which [`Self::pass`] comes to them.
    fn with_norms(mut self, norms: Vec<ConditionalNorm>) -> Self {
        let mut norms = norms.into_iter();
        let mut residuals = self.residuals.iter_mut();
        for norm in &mut self.norms {
            let behind = residuals.next().map(|residual| &mut residual.norm);
            for (place, new) in [norm].into_iter().chain(behind).zip(&mut norms) {
                *place = new;
            }
        }
        self
    }

    /// The same network with truncated latents: it takes `truncation` times z for z. Below 1 less diversity and fewer faces far
    /// from the average, above 1 more of both (the truncation trick, Brock et al. 2019, by scaling in place of drawing again).
    pub fn truncated(self, truncation: f64) -> Self {
        self.map_latent_rows(|rows| rows.mul_scalar(truncation))
    }

    /// The same network with edited latents: it takes z + `edit` for z.
    ///
    /// # Shapes
    /// - edit `[1, latent_size]`
    pub fn edited(mut self, edit: Tensor<2>) -> Self {
        let for_z = self.start.weight.val().narrow(0, 0, self.latent_size());
        let added = edit.clone().matmul(for_z).squeeze_dim::<1>(0);
        self.start.bias = self.start.bias.map(|bias| bias.map(|bias| bias + added)); // none is without one
        if self.modulating() == 0 {
            return self;
        }
        let size = self.latent_size();
        self.map_norms(|norm| {
            norm.with_rows(|rows| {
                let for_z = rows.clone().narrow(0, Emotion::COUNT, size);
                let added = edit.clone().matmul(for_z.clone()); // [1, C], for every emotion: their weights add up to 1
                let for_emotions = rows.narrow(0, 0, Emotion::COUNT) + added;
                Tensor::cat(vec![for_emotions, for_z], 0)
            })
        })
    }

    /// The same network with emotions interpolated towards neutral: it takes `share` times an emotion, and neutral for the rest, for
    /// the emotion. `with_interpolated_labels(1.0 / share)` is the way back.
    pub fn with_interpolated_labels(self, share: f64) -> Self {
        self.map_emotion_rows(|rows| {
            let neutral = rows.clone().narrow(0, Emotion::Neutral.index(), 1);
            rows.mul_scalar(share) + neutral.mul_scalar(1.0 - share)
        })
    }

    /// One face per seed, each with its own weighting of the seven emotions.
    ///
    /// # Shapes
    /// - output `[seeds, 1, 48, 48]` in [-1, 1]
    pub fn faces(&self, seeds: &[u64], emotions: &[[f32; Emotion::COUNT]]) -> Tensor<4> {
        let device = self.device();
        let size = self.latent_size();
        let z: Vec<f32> = seeds.iter().flat_map(|&seed| latent(seed, size)).collect();
        self.forward(
            Tensor::from_data(TensorData::new(z, [seeds.len(), size]), &device),
            emotion_rows(emotions, &device),
        )
    }

    /// The data flow, once; `normalise` says how a [`ConditionalNorm`] is applied.
    fn pass(
        &self,
        z: Tensor<2>,
        emotions: Tensor<2>,
        mut normalise: impl FnMut(&ConditionalNorm, Tensor<4>, Tensor<2>) -> Scaled,
    ) -> Tensor<4> {
        let start = self
            .start
            .forward(Tensor::cat(vec![z.clone(), emotions.clone()], 1));
        let condition = match self.modulating() {
            0 => emotions,
            _ => Tensor::cat(vec![emotions, z], 1),
        };
        let [batch, features] = start.dims();
        let channels = features / (FIRST_SIDE * FIRST_SIDE);
        let mut maps = start.reshape([batch, channels, FIRST_SIDE, FIRST_SIDE]); // [B, 4w, 6, 6]
        for (index, norm) in self.norms.iter().enumerate() {
            let scaled = normalise(norm, maps, condition.clone());
            maps = match self.ups.get(index) {
                Some(up) => up.forward(scaled), // [B, 2w, 12, 12], [B, w, 24, 24], [B, w / 2, 48, 48]
                None => scaled.convolved(&self.end), // [B, 1, 48, 48]
            };
            if let Some(residual) = self.residuals.get(index) {
                let scaled = normalise(&residual.norm, maps.clone(), condition.clone());
                maps = maps + residual.forward(scaled);
            }
        }
        hyperbolic_tangent(maps)
    }
}

/// A matrix with some of its rows mapped.
fn mapped(
    matrix: Tensor<2>,
    rows: Range<usize>,
    map: impl Fn(Tensor<2>) -> Tensor<2>,
) -> Tensor<2> {
    let columns = matrix.dims()[1];
    let part = matrix.clone().narrow(0, rows.start, rows.len());
    matrix.slice_assign([rows, 0..columns], map(part))
}

/// Emotion weightings as a tensor `[B, 7]`.
pub fn emotion_rows(emotions: &[[f32; Emotion::COUNT]], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = emotions.iter().flatten().copied().collect();
    Tensor::from_data(
        TensorData::new(values, [emotions.len(), Emotion::COUNT]),
        device,
    )
}
