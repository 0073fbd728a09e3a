//! How weights move from one training step to the next: by this crate's kernels where the CPU computes, else by Burn's operations.
//! The kernels record no gradients, so tensors that do take Burn's operations.

use burn::tensor::Tensor;

#[cfg(feature = "cpu")]
use crate::cpu::{Descent, MovingAverage, Op, RunningSquare, infer, infers_on};

/// `mean decay + gradient^2 (1 - decay)`
pub fn running_square<const D: usize>(
    mean: Tensor<D>,
    gradient: Tensor<D>,
    decay: f64,
) -> Tensor<D> {
    #[cfg(feature = "cpu")]
    if infers_on(&[mean.device(), gradient.device()]) {
        let op = RunningSquare {
            numbers: mean.shape().num_elements(),
            decay: decay as f32,
        };
        return flat(op, [mean, gradient]);
    }
    mean.mul_scalar(decay) + gradient.powi_scalar(2).mul_scalar(1.0 - decay)
}

/// A step of a length of about `rate` against a gradient whose mean square is `mean / correction`.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub rate: f64,
    /// What the running mean is divided by, because it started at 0.
    pub correction: f64,
    /// Keeps the division finite.
    pub epsilon: f64,
}

impl Step {
    /// `value - rate gradient / (sqrt(mean / correction) + epsilon)`
    pub fn descend<const D: usize>(
        &self,
        value: Tensor<D>,
        gradient: Tensor<D>,
        mean: Tensor<D>,
    ) -> Tensor<D> {
        #[cfg(feature = "cpu")]
        if infers_on(&[value.device(), gradient.device(), mean.device()]) {
            let op = Descent {
                numbers: value.shape().num_elements(),
                rate: self.rate as f32,
                correction: self.correction as f32,
                epsilon: self.epsilon as f32,
            };
            return flat(op, [value, gradient, mean]);
        }
        let root = mean.div_scalar(self.correction).sqrt();
        let direction = gradient / root.add_scalar(self.epsilon);
        value - direction.mul_scalar(self.rate)
    }
}

/// `average decay + current (1 - decay)`
pub fn moving_average<const D: usize>(
    average: Tensor<D>,
    current: Tensor<D>,
    decay: f64,
) -> Tensor<D> {
    #[cfg(feature = "cpu")]
    if infers_on(&[average.device(), current.device()]) {
        let op = MovingAverage {
            numbers: average.shape().num_elements(),
            decay: decay as f32,
        };
        return flat(op, [average, current]);
    }
    average.mul_scalar(decay) + current.mul_scalar(1.0 - decay)
}

/// An operation on numbers whatever their shape.
#[cfg(feature = "cpu")]
fn flat<const N: usize, const D: usize>(op: impl Op<N>, inputs: [Tensor<D>; N]) -> Tensor<D> {
    let shape = inputs[0].shape();
    infer(op, inputs.map(Tensor::into_dispatch)).reshape(shape)
}
