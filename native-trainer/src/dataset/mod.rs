//! Labelled faces, and the batches that training draws from them ([`batcher`]).
//!
//! The faces are a crate of their own (`dataset`), because reading files from elsewhere needs no Burn, and a
//! fuzzer has to build what it fuzzes.

pub mod batcher;

pub use ::dataset::*;
