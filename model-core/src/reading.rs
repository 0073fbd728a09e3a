//! Numbers from a device. Waiting for them is the caller's: a browser's GPU can be read in no other way.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::weights::NamedTensor;

/// A tensor could not be read: the device is gone, or out of memory.
#[derive(Debug, thiserror::Error)]
#[error("a value could not be read from the device: {0}")]
pub struct ReadError(String);

/// The numbers of a tensor, row by row.
pub async fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ReadError> {
    let read = tensor.into_data_async().await;
    let data = read.map_err(|error| ReadError(error.to_string()))?;
    Ok(data.convert::<f32>().iter::<f32>().collect())
}

/// Every parameter of a network under the names of the modules around it, in single precision.
pub async fn named_tensors<M: Module>(network: &M) -> Result<Vec<NamedTensor>, ReadError> {
    let mut collect = Collect::default();
    network.visit(&mut collect);
    let mut tensors = Vec::with_capacity(collect.parameters.len());
    for (name, shape, values) in collect.parameters {
        tensors.push(NamedTensor {
            name,
            shape,
            numbers: numbers(values).await?,
        });
    }
    Ok(tensors)
}

/// Parameters by name, still on the device, flattened: a list cannot hold tensors of several ranks otherwise.
#[derive(Default)]
struct Collect {
    path: Vec<String>,
    parameters: Vec<(String, Vec<usize>, Tensor<1>)>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let shape = value.dims().to_vec();
        let flat = value.reshape([shape.iter().product::<usize>()]);
        self.parameters.push((self.path.join("."), shape, flat));
    }
}
