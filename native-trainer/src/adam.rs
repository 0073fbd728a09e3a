//! Adam (Kingma & Ba 2015) with beta1 = 0, as usual where two networks play against each other: without a
//! first moment there is nothing but the gradient, divided by the root of its mean square.
//!
//! Burn's own optimiser restores a saved state on the default device, which in a build with Vulkan is a GPU that
//! may not be there. Here the state is a second network of the same shape, so it is saved, loaded and
//! moved like any other network. Can go when `ModuleOptimizer::load` takes a device.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Decay of the mean square per step.
const BETA_2: f64 = 0.99;
/// Keeps the division finite.
const EPSILON: f64 = 1e-8;

/// The optimiser of one network.
#[derive(Debug, Clone)]
pub struct Adam<M> {
    /// Running mean of the squared gradient of every parameter, without autodiff.
    pub mean_square: M,
}

impl<M: Module> Adam<M> {
    /// All means 0.
    pub fn new(network: &M) -> Self {
        Self {
            mean_square: network.valid().map(&mut Zero),
        }
    }

    /// Moves every parameter that has a gradient; `step` counts from 0.
    pub fn step(
        &mut self,
        step: u64,
        learning_rate: f64,
        network: M,
        gradients: GradientsParams,
    ) -> M {
        let mut direction = Direction {
            gradients,
            correction: 1.0 - BETA_2.powf(step as f64 + 1.0),
            directions: HashMap::new(),
        };
        self.mean_square = self.mean_square.clone().map(&mut direction);
        network.map(&mut Move {
            directions: direction.directions,
            learning_rate,
        })
    }
}

struct Zero;

impl ModuleMapper for Zero {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| value.zeros_like())
    }
}

/// Updates the means and keeps, flattened, the direction in which each parameter will go.
struct Direction {
    gradients: GradientsParams,
    /// The means start at 0: dividing by this makes up for it.
    correction: f64,
    directions: HashMap<ParamId, Tensor<1>>,
}

impl ModuleMapper for Direction {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let id = param.id;
        param.map(|mean| {
            let square = gradient.clone().powi_scalar(2);
            let mean = mean.mul_scalar(BETA_2) + square.mul_scalar(1.0 - BETA_2);
            let root = mean.clone().div_scalar(self.correction).sqrt();
            let direction = gradient / root.add_scalar(EPSILON);
            let length = direction.shape().num_elements();
            self.directions.insert(id, direction.reshape([length]));
            mean
        })
    }
}

struct Move {
    directions: HashMap<ParamId, Tensor<1>>,
    learning_rate: f64,
}

impl ModuleMapper for Move {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(direction) = self.directions.remove(&param.id) else {
            return param;
        };
        let rate = self.learning_rate;
        param.map(|value| {
            let value = value.inner();
            let shape = value.shape();
            let moved = value - direction.reshape(shape).mul_scalar(rate);
            Tensor::from_inner(moved).require_grad()
        })
    }
}
