//! Conditional normalisation: how an emotion reaches every layer of a generator.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use crate::convolutions::Convolving;
use crate::operations::{BatchStatistics, affine_relu, batch_norm};

/// Batch normalisation whose scale and shift depend on a condition (de Vries et al. 2017).
///
/// Both are tables with one row per emotion, so a blend of emotions is a blend of rows; a table with a single
/// row is plain batch normalisation. With self-modulation more rows follow, one for each number of z. Training normalises
/// by the statistics of the batch ([`Self::normalise`]). Inference never does: the statistics are fused into the tables
/// once ([`Self::fused`]), and what is left is one scale and one shift per channel ([`Self::affine`]).
#[derive(Module, Debug)]
pub struct ConditionalNorm {
    /// `[rows, channels]`
    scale: Param<Tensor<2>>,
    /// `[rows, channels]`
    shift: Param<Tensor<2>>,
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

    /// The same layer, which z scales and shifts, too (self-modulation, Chen et al. 2019): a row more for each of its numbers,
    /// all zeros, so that it goes on as it was. Its weightings are then the emotions', followed by z.
    pub fn with_modulation(self, latent_size: usize) -> Self {
        if latent_size == 0 {
            return self;
        }
        let grown = |rows: Tensor<2>| {
            let more = Tensor::zeros([latent_size, rows.dims()[1]], &rows.device());
            Tensor::cat(vec![rows, more], 0)
        };
        self.with_rows(grown)
    }

    /// How many conditions there are, each with a scale and a shift.
    pub fn conditions(&self) -> usize {
        self.scale.val().dims()[0]
    }

    /// Channels of the maps that it normalises.
    pub fn channels(&self) -> usize {
        self.scale.val().dims()[1]
    }

    /// Scale and shift for a batch of weightings `[B, rows]`, both `[B, C, 1, 1]`.
    fn rows(&self, emotions: Tensor<2>) -> (Tensor<4>, Tensor<4>) {
        let [batch, _] = emotions.dims();
        let channels = self.channels();
        let spread = |table: Tensor<2>| {
            let rows = emotions.clone().matmul(table); // [B, C]
            rows.reshape([batch, channels, 1, 1])
        };
        (spread(self.scale.val()), spread(self.shift.val()))
    }

    /// The same layer with both tables `[rows, channels]` mapped; gradients end at the new tables.
    pub fn with_rows(self, map: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        let mapped = |rows: Tensor<2>| {
            let recorded = rows.is_require_grad();
            let rows = map(rows).detach();
            match recorded {
                true => rows.require_grad(),
                false => rows,
            }
        };
        Self {
            scale: self.scale.map(mapped),
            shift: self.shift.map(mapped),
        }
    }

    /// Training: normalise by the batch, then scale and shift.
    ///
    /// # Shapes
    /// - input `[B, C, H, W]`; emotions `[B, rows]`, or `[1, rows]` for one weighting of the whole batch
    /// - output `[B, C, H, W]`
    pub fn normalise(&self, input: Tensor<4>, emotions: Tensor<2>) -> Scaled {
        let (scale, shift) = self.rows(emotions);
        Scaled {
            input,
            scale,
            shift,
            by_batch: true,
        }
    }

    /// Inference, after [`Self::fused`]: scale and shift only.
    ///
    /// # Shapes
    /// As [`Self::normalise`].
    pub fn affine(&self, input: Tensor<4>, emotions: Tensor<2>) -> Scaled {
        let (scale, shift) = self.rows(emotions);
        Scaled {
            input,
            scale,
            shift,
            by_batch: false,
        }
    }

    /// The same layer with the statistics of `input` fused into its tables: its
    /// [`Self::affine`] is then what [`Self::normalise`] would give with those statistics.
    pub fn fused(&self, input: &Tensor<4>) -> Self {
        let statistics = BatchStatistics::of(input);
        let channels = input.dims()[1];
        let scale = self.scale.val() / statistics.deviation.reshape([1, channels]);
        let shift = self.shift.val() - statistics.mean.reshape([1, channels]) * scale.clone();
        Self {
            scale: Param::initialized(self.scale.id, scale),
            shift: Param::initialized(self.shift.id, shift),
        }
    }

    /// The way back from [`Self::fused`]: its [`Self::normalise`] gives, with the statistics of `input`, what this
    /// layer's [`Self::affine`] gives.
    pub fn unfused(self, input: &Tensor<4>) -> Self {
        let statistics = BatchStatistics::of(input);
        let channels = input.dims()[1];
        let fused = self.scale.val();
        let mean = statistics.mean.reshape([1, channels]);
        let deviation = statistics.deviation.reshape([1, channels]);
        Self {
            scale: self.scale.map(|scale| scale * deviation),
            shift: self.shift.map(|shift| shift + mean * fused),
        }
    }
}

/// The output of a [`ConditionalNorm`], not computed yet: with the rectifier and the convolution that mostly follow it is one pass.
pub struct Scaled {
    input: Tensor<4>,
    /// As the shift `[B, C, 1, 1]`, or `[1, C, 1, 1]`.
    scale: Tensor<4>,
    shift: Tensor<4>,
    /// Whether the input is normalised by the statistics of the batch first.
    by_batch: bool,
}

impl Scaled {
    /// `[B, C, H, W]`
    pub fn maps(self) -> Tensor<4> {
        match self.by_batch {
            true => batch_norm(self.input, self.scale, self.shift, false),
            false => self.input * self.scale + self.shift,
        }
    }

    /// `[B, C, H, W]`, nothing below zero
    pub fn relu(self) -> Tensor<4> {
        match self.by_batch {
            true => batch_norm(self.input, self.scale, self.shift, true),
            false => affine_relu(self.input, self.scale, self.shift),
        }
    }

    /// `[B, C, H, W]`, rectified, and through a convolution or a transposed one.
    pub fn convolved(self, layer: impl Into<Convolving>) -> Tensor<4> {
        let layer = layer.into();
        match self.by_batch {
            true => layer.forward(self.relu()),
            false => layer.rectified(self.input, self.scale, self.shift),
        }
    }
}
