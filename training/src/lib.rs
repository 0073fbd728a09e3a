//! How a generator is made and measured: no files, no clock, no printing, no threads, no command line, so that it runs in a
//! browser as well as natively.
//!
//! ```text
//! dataset ─► batcher (augmentation) ─► step (losses, penalty) ─► adam, ema      trainer: one step of all of it
//!                                                          │
//!                  checkpoint (named bytes) ◄─ trainer ─► snapshot ─► export ─► bundle ─► evaluation (metrics, classifier)
//! ```
//!
//! Reading a value from a device is `async`, because a browser's GPU can be read in no other way. ARCHITECTURE.md says where to
//! begin reading.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod adam;
mod annealing;
pub mod augmentation;
pub mod batcher;
pub mod bench;
pub mod checkpoint;
pub mod classifier;
pub mod collapse;
pub mod divergence;
pub mod ema;
pub mod evaluation;
pub mod examination;
pub mod export;
pub mod faces;
pub mod gan_train;
pub mod grid_statistics;
pub mod inputs;
pub mod inversion;
pub mod labels;
pub mod latent_direction;
pub mod losses;
pub mod metrics;
pub mod options;
pub mod penalty;
pub mod predictions;
pub mod report;
pub mod snapshot;
pub mod step;
pub mod tick;
pub mod trainer;
