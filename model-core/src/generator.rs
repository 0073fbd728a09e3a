//! The generator, the same for both GANs: a latent vector and an emotion become a face.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};

use crate::blocks::{Residual, ShuffledConv, UpSample, linear};
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
/// The emotion enters twice: beside z at the start, and in every [`ConditionalNorm`]. Maps grow
/// 6, 12, 24, and to a few fine ones at 48x48; without those the last convolution ends in a pixel shuffle, which is
/// cheaper and leaves a trace of its 2x2 pattern. A network in training is run by [`Self::forward_train`]; the one that is
/// sampled, exported and loaded is its [`Self::folded`] form, run by [`Self::forward`].
#[derive(Module, Debug)]
pub struct Generator {
    start: Linear,
    norms: Vec<ConditionalNorm>,
    ups: Vec<UpSample>,
    /// One behind each up-sampling, or none at all.
    residuals: Vec<Residual>,
    end: ShuffledConv,
}

impl Generator {
    /// Builds a network with weights from `initial`.
    pub fn new(config: &GeneratorConfig, initial: &mut impl Initial, device: &Device) -> Self {
        let width = config.width;
        let inputs = config.latent_size + Emotion::COUNT;
        let mut channels = vec![4 * width, 2 * width, width];
        let mut doubling = 2; // what is left for the end
        if config.fine_width > 0 {
            channels.push(config.fine_width);
            doubling = 1;
        }
        let last = channels[channels.len() - 1];
        let conditions = match config.conditional_norm {
            true => Emotion::COUNT,
            false => 1,
        };
        let up = |pair: &[usize], initial: &mut _| {
            UpSample::new(config.up_sampling, pair[0], pair[1], initial, device)
        };
        let network = Self {
            start: linear(inputs, 4 * width * FIRST_SIDE * FIRST_SIDE, initial, device),
            norms: channels
                .iter()
                .map(|&channels| ConditionalNorm::new(conditions, channels, device))
                .collect(),
            ups: channels.windows(2).map(|pair| up(pair, initial)).collect(),
            residuals: Vec::new(),
            end: ShuffledConv::new(last, 1, doubling, initial, device),
        };
        match config.residual {
            true => network.with_residuals(),
            false => network,
        }
    }

    /// The same network, and the same faces, with a residual block behind every up-sampling, for further training.
    pub fn with_residuals(mut self) -> Self {
        let device = self.device();
        let behind = self.norms.iter().skip(1);
        self.residuals = behind
            .map(|norm| Residual::new(norm.conditions(), norm.channels(), &device))
            .collect();
        self
    }

    /// Length of the latent vector.
    pub fn latent_size(&self) -> usize {
        self.start.weight.val().dims()[0] - Emotion::COUNT
    }

    /// Where the weights are.
    pub fn device(&self) -> Device {
        self.start.weight.val().device()
    }

    /// Inference with a folded network. Gradients flow to whatever records them, z and emotions as well as weights: the rest
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

    /// The inference form: statistics measured over one large batch are folded into the tables, enlarged convolutions
    /// into transposed ones. Its configuration is [`GeneratorConfig::folded`].
    pub fn folded(&self, z: Tensor<2>, emotions: Tensor<2>) -> Self {
        let mut norms = Vec::with_capacity(self.norms.len());
        self.pass(z, emotions, |norm, input, emotions| {
            let folded = norm.folded(&input);
            let output = folded.affine(input, emotions);
            norms.push(folded);
            output
        });
        let mut network = self.clone().with_norms(norms);
        network.ups = self.ups.iter().map(UpSample::folded).collect();
        network
    }

    /// The way back from [`Self::folded`], so that a published network is trained on: [`Self::forward_train`] then makes
    /// of this batch what [`Self::forward`] made of it. Enlarged convolutions stay transposed.
    pub fn unfolded(self, z: Tensor<2>, emotions: Tensor<2>) -> Self {
        let mut norms = Vec::with_capacity(self.norms.len());
        self.pass(z, emotions, |norm, input, emotions| {
            norms.push(norm.clone().unfolded(&input));
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

    /// The same network with latents drawn in: it takes `truncation` times z for z. Less variety, and fewer faces far from the
    /// usual (the truncation trick: Brock et al. 2019; here every latent is shortened, none is drawn again); above 1 more of both.
    pub fn truncated(mut self, truncation: f64) -> Self {
        let size = self.latent_size();
        self.start.weight = self.start.weight.map(|weight| {
            let [inputs, _] = weight.dims();
            let for_z = weight.clone().narrow(0, 0, size).mul_scalar(truncation);
            Tensor::cat(vec![for_z, weight.narrow(0, size, inputs - size)], 0)
        });
        self
    }

    /// The same network with latents moved: it takes z + `shift` for z.
    ///
    /// # Shapes
    /// - shift `[1, latent_size]`
    pub fn shifted(mut self, shift: Tensor<2>) -> Self {
        let weight = self.start.weight.val();
        let for_z = weight.narrow(0, 0, self.latent_size());
        let moved = shift.matmul(for_z).squeeze_dim::<1>(0);
        self.start.bias = self.start.bias.map(|bias| bias.map(|bias| bias + moved)); // none is without one
        self
    }

    /// The same network with milder emotions: it takes `intensity` times an emotion, and neutral for the rest, for the emotion.
    /// `with_intensity(1.0 / intensity)` is the way back.
    pub fn with_intensity(mut self, intensity: f64) -> Self {
        let milder = |rows: Tensor<2>| {
            let neutral = rows.clone().narrow(0, Emotion::Neutral.index(), 1);
            rows.mul_scalar(intensity) + neutral.mul_scalar(1.0 - intensity)
        };
        let size = self.latent_size();
        self.start.weight = self.start.weight.map(|weight| {
            let for_z = weight.clone().narrow(0, 0, size);
            let for_emotions = weight.narrow(0, size, Emotion::COUNT);
            Tensor::cat(vec![for_z, milder(for_emotions)], 0)
        });
        let behind = self.residuals.iter_mut().map(|residual| &mut residual.norm);
        for norm in self.norms.iter_mut().chain(behind) {
            if norm.conditions() == Emotion::COUNT {
                *norm = norm.clone().with_rows(milder);
            }
        }
        self
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
            .forward(Tensor::cat(vec![z, emotions.clone()], 1));
        let condition = match self.norms.first().map(ConditionalNorm::conditions) {
            Some(Emotion::COUNT) => emotions,
            _ => Tensor::ones([1, 1], &start.device()),
        };
        let [batch, features] = start.dims();
        let channels = features / (FIRST_SIDE * FIRST_SIDE);
        let mut maps = start.reshape([batch, channels, FIRST_SIDE, FIRST_SIDE]); // [B, 4w, 6, 6]
        for (index, norm) in self.norms.iter().enumerate() {
            let scaled = normalise(norm, maps, condition.clone());
            maps = match self.ups.get(index) {
                Some(up) => up.forward(scaled), // [B, 2w, 12, 12], [B, w, 24, 24], [B, fine_width, 48, 48]
                None => self.end.forward(scaled), // [B, 1, 48, 48]
            };
            if let Some(residual) = self.residuals.get(index) {
                let scaled = normalise(&residual.norm, maps.clone(), condition.clone());
                maps = maps + residual.forward(scaled);
            }
        }
        hyperbolic_tangent(maps)
    }
}

/// Emotion weightings as a tensor `[B, 7]`.
pub fn emotion_rows(emotions: &[[f32; Emotion::COUNT]], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = emotions.iter().flatten().copied().collect();
    Tensor::from_data(
        TensorData::new(values, [emotions.len(), Emotion::COUNT]),
        device,
    )
}
