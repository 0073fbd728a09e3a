//! What a Seven Faces generator *is*: no files, no clock, no printing, no browser.
//!
//! ```text
//! seed ─► latent ─► z ┐
//!                     ├─► generator ─► pixels        discriminator (cgan | acgan) judges them
//! emotion ─► weights ─┘        ▲                     while the generator is trained
//!                              │
//!                           bundle: manifest + weights, what trainer and page share
//! ```
//!
//! Reading order: [`emotion`], [`pixels`], [`latent`], then [`generator`], then `cgan.rs` beside
//! `acgan.rs` ([`discriminator`] holds what they share), then [`bundle`]. What trainer and
//! browser must agree on exists here and nowhere else.

#![deny(unsafe_code)] // cpu/product.rs says why it is an exception
#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod acgan;
pub mod blocks;
pub mod bundle;
pub mod cgan;
pub mod config;
pub mod convolve;
#[cfg(feature = "cpu")]
mod cpu;
pub mod discriminator;
pub mod emotion;
pub mod generator;
pub mod judge;
pub mod judge_bundle;
pub mod latent;
pub mod pixels;
