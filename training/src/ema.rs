//! Exponential moving average of a network's weights: what is sampled and exported.
//!
//! A GAN's weights circle around a good point instead of settling on it; their average sits closer
//! (Yazici et al. 2019).

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;
use model_core::learning::moving_average;

/// The share of the old average that survives step `step` (from 0): starts low, so that the first random
/// weights are soon forgotten, and ends at `limit`.
pub fn decay(step: u64, limit: f64) -> f64 {
    let step = step as f64;
    limit.min((1.0 + step) / (10.0 + step))
}

/// Moves `average` towards `current`; both must be the same network (same parameter ids).
pub fn update<M: Module>(average: M, current: &M, decay: f64) -> M {
    let mut source = Collect::default();
    current.valid().visit(&mut source);
    average.map(&mut Blend {
        source: source.tensors,
        decay,
    })
}

/// Tensors by parameter, flattened: a map cannot hold tensors of several ranks otherwise.
#[derive(Default)]
struct Collect {
    tensors: HashMap<ParamId, Tensor<1>>,
}

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let length = value.shape().num_elements();
        self.tensors.insert(param.id, value.reshape([length]));
    }
}

struct Blend {
    source: HashMap<ParamId, Tensor<1>>,
    decay: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(current) = self.source.remove(&param.id) else {
            return param;
        };
        let decay = self.decay;
        param.map(|average| {
            let shape = average.shape();
            moving_average(average, current.reshape(shape), decay)
        })
    }
}
