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
use model_core::learning::{Step, running_square};

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
        let mut square = Square {
            gradients,
            moves: HashMap::new(),
        };
        self.mean_square = self.mean_square.clone().map(&mut square);
        network.map(&mut Move {
            moves: square.moves,
            step: Step {
                rate: learning_rate,
                correction: 1.0 - BETA_2.powf(step as f64 + 1.0), // the means start at 0
                epsilon: EPSILON,
            },
        })
    }
}

struct Zero;

impl ModuleMapper for Zero {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| value.zeros_like())
    }
}

/// What moves a parameter, flattened: a map cannot hold tensors of several ranks otherwise.
struct Movement {
    gradient: Tensor<1>,
    mean: Tensor<1>,
}

/// Updates the means and keeps them with the gradients.
struct Square {
    gradients: GradientsParams,
    moves: HashMap<ParamId, Movement>,
}

impl ModuleMapper for Square {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let id = param.id;
        param.map(|mean| {
            let mean = running_square(mean, gradient.clone(), BETA_2);
            let length = [mean.shape().num_elements()];
            let movement = Movement {
                gradient: gradient.reshape(length),
                mean: mean.clone().reshape(length),
            };
            self.moves.insert(id, movement);
            mean
        })
    }
}

struct Move {
    moves: HashMap<ParamId, Movement>,
    step: Step,
}

impl ModuleMapper for Move {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(Movement { gradient, mean }) = self.moves.remove(&param.id) else {
            return param;
        };
        param.map(|value| {
            let value = value.inner();
            let shape = value.shape();
            let value = value.reshape([shape.num_elements()]);
            let moved = self.step.descend(value, gradient, mean);
            Tensor::from_inner(moved.reshape(shape)).require_grad()
        })
    }
}
