//! Maps as a convolution reads them.

use pulp::Arch;

use super::layout::Frame;
use super::rectifier::of_image;

/// Maps as they are, or first scaled, shifted and rectified.
#[derive(Clone, Copy)]
pub struct Maps<'a> {
    values: &'a [f32],
    affine: Option<[&'a [f32]; 2]>,
}

impl<'a> Maps<'a> {
    /// As they are.
    pub fn plain(values: &'a [f32]) -> Self {
        Self {
            values,
            affine: None,
        }
    }

    /// Multiplied by the first and shifted by the second, an image and a channel each, then rectified.
    pub fn rectified(values: &'a [f32], affine: [&'a [f32]; 2]) -> Self {
        Self {
            values,
            affine: Some(affine),
        }
    }

    /// Puts an image into its frame.
    pub fn fill(self, frame: &Frame, index: usize, framed: &mut [f32]) {
        let length = frame.channels * frame.height * frame.width;
        let image = &self.values[index * length..][..length];
        match self.affine {
            Some(affine) => {
                let affine = affine.map(|rows| of_image(rows, frame.channels, index));
                Arch::new().dispatch(|| frame.fill_rectified(image, affine, framed));
            }
            None => frame.fill(image, framed),
        }
    }
}
