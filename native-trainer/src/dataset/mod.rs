//! Labelled faces, and what training draws from them: images by their label ([`labels`]), batches ([`batcher`]).
//!
//! The faces are a crate of their own (`dataset`), because reading files from elsewhere needs no Burn, and a
//! fuzzer has to build what it fuzzes.

pub mod batcher;
pub mod labels;

pub use ::dataset::*;
