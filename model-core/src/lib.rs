//! What a Seven Faces generator *is*: no files, no clock, no printing, no browser.
//!
//! ```text
//! seed ─► latent ─► z ┐
//!                     ├─► generator ─► pixels        discriminator, read by cgan | acgan, scores them
//! emotion ─► weights ─┘        ▲                     while the generator is trained
//!                              │
//!                           bundle: manifest + weights, what trainer and page share
//! ```
//!
//! What trainer and browser must agree on exists here and nowhere else; ARCHITECTURE.md says where to begin reading. Without the feature `networks` there is no Burn, and
//! what files hold can still be read and checked.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod bundle;
pub mod classifier_bundle;
pub mod config;
pub mod discriminator_bundle;
pub mod emotion;
pub mod latent;
pub mod pixels;
pub mod quantise;
pub mod weights;

#[cfg(feature = "networks")]
pub mod acgan;
#[cfg(feature = "networks")]
pub mod blocks;
#[cfg(feature = "networks")]
pub mod cgan;
#[cfg(feature = "networks")]
pub mod classifier;
#[cfg(feature = "networks")]
pub mod convolutions;
#[cfg(feature = "cpu")]
mod cpu;
#[cfg(feature = "networks")]
pub mod discriminator;
#[cfg(feature = "networks")]
pub mod gan;
#[cfg(feature = "networks")]
pub mod generator;
#[cfg(feature = "webgpu")]
mod gpu;
#[cfg(feature = "networks")]
pub mod initial;
#[cfg(feature = "networks")]
pub mod label;
#[cfg(feature = "networks")]
pub mod learning;
#[cfg(feature = "networks")]
pub mod normalisation;
#[cfg(feature = "networks")]
pub mod operations;
#[cfg(feature = "networks")]
pub mod packing;
#[cfg(feature = "networks")]
pub mod reading;
