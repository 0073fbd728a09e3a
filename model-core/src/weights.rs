//! What is known of a file of weights before a network is built from it: that it is short enough to look at, and
//! that every number in it is one. Looked at as bytes, because a browser cannot wait for a GPU to read them back.

use half::f16;
use safetensors::{Dtype, SafeTensors};

use crate::bundle::BundleError;

/// The list of tensors of the largest network of this project takes a hundredth of this.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// Refuses bytes that are no safetensors file of finite numbers.
pub fn check(bytes: &[u8]) -> Result<(), BundleError> {
    problem(bytes).map_err(BundleError::Weights)
}

fn problem(bytes: &[u8]) -> Result<(), String> {
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
                    "the tensor '{name}' holds {other:?}, expected F16 or I8"
                ));
            }
        };
        if !finite {
            return Err(format!(
                "the tensor '{name}' holds a number that is not finite"
            ));
        }
    }
    Ok(())
}

fn all_finite<const N: usize>(data: &[u8], is_finite: impl Fn([u8; N]) -> bool) -> bool {
    let (numbers, _) = data.as_chunks();
    numbers.iter().all(|&number| is_finite(number))
}
