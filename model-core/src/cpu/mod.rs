//! What Burn's CPU backend does too slowly for these networks, done again: the operations that a training step and a
//! page without a GPU spend their time in, on plain slices. `op.rs` is the only file that knows of Burn.
//!
//! Other backends keep Burn's own operations; `tests/training/kernels.rs` holds the two against each other.

#![cfg_attr(not(feature = "training"), allow(dead_code))] // a page asks for no gradients

mod convolution;
mod geometry;
mod layout;
mod learning;
mod maps;
mod normalisation;
mod op;
mod parts;
mod passes;
mod rectifier;
mod single;
mod tangent;
mod vectors;
mod weight_sums;
mod weighted_pixels;

pub use convolution::{Convolution, Rectified, TransposedConvolution};
pub use geometry::Geometry;
pub use learning::{Descent, MovingAverage, RunningSquare};
pub use normalisation::BatchNorm;
pub use op::{Op, apply, by_burns_operations, infer, infers_on, runs_on};
pub use rectifier::{AffineRectifier, LeakyRectifier};
pub use tangent::HyperbolicTangent;
