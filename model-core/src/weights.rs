//! A file of weights: safetensors in half precision, large tensors as integers ([`quantise`](crate::quantise)).
//!
//! What is known of it before a network is built from it: that it is short enough to look at, and that every number in it
//! is one. Looked at as bytes, because a browser cannot wait for a GPU to read them back. An integer tensor keeps its name;
//! beside it, under its name and `.quantisation_scale`, stand its scales.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::quantise::{multiplied, quantised, scale_shape, worthwhile};

/// The list of tensors of the largest network of this project takes a hundredth of this.
const MAX_HEADER_BYTES: u64 = 1 << 20;
/// What the name of a tensor's scales ends with.
const SCALE: &str = ".quantisation_scale";

/// A tensor in single precision, under its name in the network.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub numbers: Vec<f32>,
}

/// Why bytes are not the weights of a network.
#[derive(Debug, thiserror::Error)]
#[error("the weights do not fit the network: {0}")]
pub struct WeightsError(pub String);

/// A file of finite numbers.
pub struct Weights<'a>(SafeTensors<'a>);

impl<'a> Weights<'a> {
    /// Refuses bytes that are no safetensors file of finite numbers.
    pub fn read(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let file = checked(bytes).map_err(WeightsError)?;
        Ok(Self(file))
    }

    /// Names of all tensors; scales belong to theirs.
    pub fn names(&self) -> Vec<&str> {
        let is_scale = |name: &str| {
            let of = name.strip_suffix(SCALE).map(|of| self.0.tensor(of));
            matches!(of, Some(Ok(tensor)) if tensor.dtype() == Dtype::I8)
        };
        let names = self.0.names().into_iter();
        names.filter(|name| !is_scale(name)).collect()
    }

    /// A tensor, its integers multiplied out.
    pub fn tensor(&self, name: &str) -> Result<NamedTensor, WeightsError> {
        let numbers = |tensor: &TensorView| match tensor.dtype() {
            Dtype::I8 => self.of_integers(name, tensor),
            Dtype::F16 => Ok(halves(tensor.data())),
            _ => Ok(singles(tensor.data())),
        };
        let found = self.0.tensor(name);
        let tensor = found.map_err(|_| format!("they hold no tensor '{name}'"));
        let tensor = tensor.and_then(|tensor| Ok((numbers(&tensor)?, tensor.shape().to_vec())));
        let (numbers, shape) = tensor.map_err(WeightsError)?;
        Ok(NamedTensor {
            name: name.to_owned(),
            shape,
            numbers,
        })
    }

    fn of_integers(&self, name: &str, tensor: &TensorView) -> Result<Vec<f32>, String> {
        let shape = tensor.shape();
        let scales = self.0.tensor(&format!("{name}{SCALE}"));
        let scales =
            scales.map_err(|_| format!("the tensor '{name}' holds integers without scales"))?;
        if shape.len() < 2 || scales.dtype() != Dtype::F16 || scales.shape() != scale_shape(shape) {
            return Err(format!("the scales of the tensor '{name}' do not fit it"));
        }
        Ok(multiplied(tensor.data(), &halves(scales.data()), shape))
    }
}

/// How exactly tensors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// To the bit, in single precision.
    Exact,
    /// In half precision, large tensors as integers.
    Rounded,
}

/// The file of these tensors.
pub fn written(tensors: &[NamedTensor], precision: Precision) -> Result<Vec<u8>, WeightsError> {
    let half = |numbers: &[f16]| -> Vec<u8> {
        numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    };
    let mut parts = Vec::new();
    for NamedTensor {
        name,
        shape,
        numbers,
    } in tensors
    {
        if precision == Precision::Exact {
            let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
            parts.push((name.clone(), Dtype::F32, shape.clone(), bytes.collect()));
        } else if worthwhile(shape) {
            let (integers, scales) = quantised(numbers, shape);
            let integers = integers.into_iter().flat_map(i8::to_le_bytes).collect();
            parts.push((name.clone(), Dtype::I8, shape.clone(), integers));
            let shape = scale_shape(shape);
            parts.push((format!("{name}{SCALE}"), Dtype::F16, shape, half(&scales)));
        } else {
            let halves: Vec<f16> = numbers.iter().copied().map(f16::from_f32).collect();
            parts.push((name.clone(), Dtype::F16, shape.clone(), half(&halves)));
        }
    }
    let text = |error: safetensors::SafeTensorError| WeightsError(error.to_string());
    let views: Result<Vec<_>, _> = parts
        .iter()
        .map(|(name, dtype, shape, data)| Ok((name, TensorView::new(*dtype, shape.clone(), data)?)))
        .collect();
    // One entry only: several would stand in the file in random order, and its hash with them.
    let producer = HashMap::from([("producer".to_owned(), "seven-faces".to_owned())]);
    safetensors::serialize(views.map_err(text)?, Some(producer)).map_err(text)
}

fn checked(bytes: &[u8]) -> Result<SafeTensors<'_>, String> {
    let length = bytes.first_chunk().map(|first| u64::from_le_bytes(*first));
    if length.is_some_and(|length| length > MAX_HEADER_BYTES) {
        return Err(format!(
            "their list of tensors claims more than {MAX_HEADER_BYTES} bytes"
        ));
    }
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    for (name, tensor) in file.iter() {
        let finite = match tensor.dtype() {
            Dtype::F16 => all_finite(tensor.data(), |bytes| f16::from_le_bytes(bytes).is_finite()),
            Dtype::F32 => all_finite(tensor.data(), |bytes| f32::from_le_bytes(bytes).is_finite()),
            Dtype::I8 => true,
            other => {
                return Err(format!(
                    "the tensor '{name}' holds {other:?}, expected F32, F16 or I8"
                ));
            }
        };
        if !finite {
            return Err(format!(
                "the tensor '{name}' holds a number that is not finite"
            ));
        }
    }
    Ok(file)
}

fn all_finite<const N: usize>(data: &[u8], is_finite: impl Fn([u8; N]) -> bool) -> bool {
    let (numbers, _) = data.as_chunks();
    numbers.iter().all(|&number| is_finite(number))
}

fn halves(data: &[u8]) -> Vec<f32> {
    let (numbers, _) = data.as_chunks();
    let single = |&bytes| f16::from_le_bytes(bytes).to_f32();
    numbers.iter().map(single).collect()
}

fn singles(data: &[u8]) -> Vec<f32> {
    let (numbers, _) = data.as_chunks();
    numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}
