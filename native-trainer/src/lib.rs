//! Trains the Seven Faces GANs on this machine: what [`training`] computes, with run directories, checkpoints on a disk, signals,
//! progress and a command line around it. ARCHITECTURE.md says where to begin reading.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod adapters;
pub mod bundles;
pub mod checkpoints;
pub mod classifier_training;
pub mod cli;
pub mod clock;
pub mod command;
pub mod curve;
pub mod device;
pub mod disk;
pub mod event;
pub mod font;
pub mod home;
pub mod interrupt;
pub mod lock;
pub mod output;
pub mod pictures;
pub mod prefetch;
pub mod progress;
pub mod reexpress;
pub mod run;
pub mod run_data;
pub mod run_dir;
pub mod sample;
pub mod stats;
pub mod trial;
pub mod wait;
