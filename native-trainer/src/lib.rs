//! Trains the Seven Faces GANs: dataset to step to run directory to bundle.
//!
//! ```text
//! dataset ─► batcher (warp) ─► step (losses) ─► ema ─► train ─► run directory: stats, curve, grids, checkpoints
//!                                                            │
//!                                                            └─► export ─► bundle ─► sample, eval, the page
//! ```
//!
//! Start reading at [`step`] with [`losses`] beside it, then [`train`]. Steps compute, the loop
//! arranges, [`event`]s report, [`progress`] prints; [`cli`] alone knows arguments.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod adam;
pub mod checkpoint;
pub mod cli;
pub mod collapse;
pub mod config;
pub mod curve;
pub mod dataset;
pub mod device;
pub mod direction;
pub mod disk;
pub mod divergence;
pub mod ema;
pub mod eval;
pub mod event;
pub mod export;
pub mod grid;
pub mod interrupt;
pub mod judge;
pub mod lock;
pub mod look;
pub mod losses;
pub mod metrics;
pub mod penalty;
pub mod prefetch;
pub mod progress;
pub mod report;
pub mod run_dir;
pub mod sample;
pub mod stats;
pub mod step;
pub mod train;
pub mod warp;
