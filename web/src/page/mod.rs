//! The page without a browser: what is wanted, what the worker is asked for, and what its replies change.
//!
//! Begin with [`state`]: what the page holds and what follows from it. [`actions`] changes it as the visitor wishes,
//! [`requests`] says what the worker does next, [`replies`] takes in what came of it. The other modules are the nouns
//! that these speak of.

pub mod actions;
pub mod address;
pub mod album;
pub mod caption;
pub mod classifier;
pub mod expression;
pub mod face_key;
pub mod film;
pub mod morph;
pub mod own_bundle;
pub mod replies;
pub mod requests;
pub mod sheet;
pub mod snippet;
pub mod state;
pub mod task;
pub mod walk;
pub mod wanted;
pub mod words;
