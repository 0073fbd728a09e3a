//! Half the bytes for the same network: large tensors of a file of weights as integers of 8 bits.
//!
//! A quantised tensor keeps its name and shape; beside it, under its name and `.scale`, stands what its integers are
//! multiplied by: in half precision, one number for each place along the second dimension (the outputs of a linear layer
//! or of a transposed convolution), shaped so that it broadcasts. What that costs: docs/performance.md, "Bytes".

use half::f16;
use safetensors::tensor::{TensorView, View};
use safetensors::{Dtype, SafeTensors, serialize};

use crate::bundle::BundleError;

/// Tensors of fewer numbers stay as they are: they weigh nothing.
const FEWEST_NUMBERS: usize = 1000;
/// What the name of a tensor's scales ends with.
const SCALE: &str = ".scale";
/// The largest integer; -128 is not used, so that both signs reach equally far.
const LARGEST: f32 = 127.0;

/// A tensor of a file to be.
struct Entry {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    data: Vec<u8>,
}

/// A file of half precision, its large tensors quantised.
pub fn quantised(file: &[u8]) -> Result<Vec<u8>, BundleError> {
    rewritten(file, |_, name, tensor| {
        let numbers = tensor.shape().iter().product::<usize>();
        match tensor.dtype() {
            Dtype::F16 if numbers >= FEWEST_NUMBERS && tensor.shape().len() >= 2 => {
                Ok(integers_and_scales(name, tensor))
            }
            _ => Ok(vec![Entry::copied(name, tensor)]),
        }
    })
}

/// A file in single precision, integers multiplied out.
pub fn expanded(file: &[u8]) -> Result<Vec<u8>, BundleError> {
    rewritten(file, |tensors, name, tensor| {
        let of_integers =
            |name: &str| matches!(tensors.tensor(name), Ok(tensor) if tensor.dtype() == Dtype::I8);
        match name.strip_suffix(SCALE) {
            Some(scaled) if of_integers(scaled) => Ok(vec![]),
            _ if of_integers(name) => Ok(vec![multiplied(tensors, name, tensor)?]),
            _ if tensor.dtype() == Dtype::F16 => {
                let numbers: Vec<f32> = halves(tensor.data()).collect();
                Ok(vec![Entry::single(name, tensor, &numbers)])
            }
            _ => Ok(vec![Entry::copied(name, tensor)]),
        }
    })
}

/// A file with what `rewrite` makes of each tensor, in the order of names.
fn rewritten(
    file: &[u8],
    rewrite: impl Fn(&SafeTensors, &str, &TensorView) -> Result<Vec<Entry>, String>,
) -> Result<Vec<u8>, BundleError> {
    let write = || -> Result<Vec<u8>, String> {
        let text = |error: safetensors::SafeTensorError| error.to_string();
        let (_, header) = SafeTensors::read_metadata(file).map_err(text)?;
        let tensors = SafeTensors::deserialize(file).map_err(text)?;
        let mut entries = Vec::new();
        for (name, tensor) in tensors.iter() {
            entries.extend(rewrite(&tensors, name, &tensor)?);
        }
        let entries = entries.iter().map(|entry| (entry.name.as_str(), entry));
        serialize(entries, header.metadata().clone()).map_err(text)
    };
    write().map_err(BundleError::Weights)
}

/// For every number of a tensor of that shape, its place along the second dimension.
fn places(shape: &[usize]) -> impl Iterator<Item = usize> {
    let (count, inner) = (shape[1], shape[2..].iter().product::<usize>());
    (0..shape.iter().product()).map(move |index| index / inner % count)
}

fn halves(data: &[u8]) -> impl Iterator<Item = f32> {
    let (numbers, _) = data.as_chunks();
    numbers
        .iter()
        .map(|&bytes| f16::from_le_bytes(bytes).to_f32())
}

fn integers_and_scales(name: &str, tensor: &TensorView) -> Vec<Entry> {
    let shape = tensor.shape();
    let mut scales = vec![0.0f32; shape[1]];
    for (number, place) in halves(tensor.data()).zip(places(shape)) {
        scales[place] = scales[place].max(number.abs() / LARGEST);
    }
    let scales: Vec<f16> = scales.into_iter().map(f16::from_f32).collect();
    let integers = halves(tensor.data())
        .zip(places(shape))
        .map(|(number, place)| match scales[place].to_f32() {
            0.0 => 0,
            scale => (number / scale).round().clamp(-LARGEST, LARGEST) as i8,
        });
    vec![
        Entry {
            name: name.to_owned(),
            dtype: Dtype::I8,
            shape: shape.to_vec(),
            data: integers.flat_map(i8::to_le_bytes).collect(),
        },
        Entry {
            name: format!("{name}{SCALE}"),
            dtype: Dtype::F16,
            shape: scale_shape(shape),
            data: scales.into_iter().flat_map(f16::to_le_bytes).collect(),
        },
    ]
}

/// `[1, places, 1, ...]`
fn scale_shape(shape: &[usize]) -> Vec<usize> {
    let along = |(axis, &length)| if axis == 1 { length } else { 1 };
    shape.iter().enumerate().map(along).collect()
}

fn multiplied(tensors: &SafeTensors, name: &str, tensor: &TensorView) -> Result<Entry, String> {
    let shape = tensor.shape();
    let scales = tensors.tensor(&format!("{name}{SCALE}"));
    let scales =
        scales.map_err(|_| format!("the tensor '{name}' holds integers without scales"))?;
    if shape.len() < 2 || scales.dtype() != Dtype::F16 || scales.shape() != scale_shape(shape) {
        return Err(format!("the scales of the tensor '{name}' do not fit it"));
    }
    let scales: Vec<f32> = halves(scales.data()).collect();
    let inner = shape[2..].iter().product::<usize>().max(1);
    let mut numbers = Vec::with_capacity(tensor.data().len());
    // A page waits for this, and its browser has compiled nothing for speed yet: no division for every number.
    for (index, integers) in tensor.data().chunks(inner).enumerate() {
        let scale = scales[index % shape[1]];
        numbers.extend(integers.iter().map(|&byte| f32::from(byte as i8) * scale));
    }
    Ok(Entry::single(name, tensor, &numbers))
}

impl Entry {
    fn copied(name: &str, tensor: &TensorView) -> Self {
        Self {
            name: name.to_owned(),
            dtype: tensor.dtype(),
            shape: tensor.shape().to_vec(),
            data: tensor.data().to_vec(),
        }
    }

    fn single(name: &str, tensor: &TensorView, numbers: &[f32]) -> Self {
        let mut data = vec![0; 4 * numbers.len()];
        for (bytes, number) in data.as_chunks_mut().0.iter_mut().zip(numbers) {
            *bytes = number.to_le_bytes();
        }
        Self {
            name: name.to_owned(),
            dtype: Dtype::F32,
            shape: tensor.shape().to_vec(),
            data,
        }
    }
}

impl View for &Entry {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.data.as_slice().into()
    }

    fn data_len(&self) -> usize {
        self.data.len()
    }
}
