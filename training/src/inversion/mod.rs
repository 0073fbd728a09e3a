//! From a photograph to a person whom the generator can re-express: pivotal tuning (Roich et al. 2021).
//!
//! [`Search`] looks for the latent, the pivot, of which the generator makes a face like the photograph. What no latent gives,
//! [`Tuning`] adds by a few steps on the weights, while the changes from one emotion to the next are held as they were at the
//! pivot. Both take one step at a time, so that whoever waits can be shown something.

mod person;
mod search;
mod tuning;

pub use person::Person;
pub use search::{Pivot, Search, SearchOptions};
pub use tuning::{Tuning, TuningOptions};

use burn::tensor::Tensor;
use model_core::pixels::GREY_LEVELS_PER_UNIT;

/// Mean squared difference of every face of a batch from its photograph, `[B]`.
///
/// # Shapes
/// - faces `[B, 1, 48, 48]`; photographs alike, or `[1, 1, 48, 48]`
fn errors(faces: Tensor<4>, photo: Tensor<4>) -> Tensor<1> {
    let [batch, ..] = faces.dims();
    let squares: Tensor<4> = (faces - photo).powi_scalar(2);
    let [_, channels, height, width] = squares.dims();
    squares
        .reshape([batch, channels * height * width])
        .mean_dim(1)
        .squeeze_dim(1)
}

/// Root of a mean square in grey levels.
fn grey_levels(mean_square: f32) -> f32 {
    mean_square.sqrt() * GREY_LEVELS_PER_UNIT
}
