//! The Seven Faces page: a bundle becomes faces in the visitor's browser, and nothing leaves it.
//!
//! Three programs come out of this crate, one per feature. The **page** (`app`, `components`) shows and
//! asks; it contains no network. The **worker** (`worker`) downloads a bundle (`fetch`), opens a device
//! (`device`: WebGPU, else the CPU) and makes pixels ([`inference`]); it is built twice, with feature `webgpu`
//! and without, which is a quarter of the bytes. They exchange the messages of [`protocol`].
//!
//! What the page shows, and what it asks for next, is decided in [`state`], which knows no browser:
//! read that first. It and its neighbours below also compile natively, where crate `tests` tests them.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

pub mod inference;
pub mod protocol;

// The page's half that knows no browser. The worker leaves it out: it need not be linked again, for
// minutes, when only the page changes.
#[cfg(not(feature = "worker"))]
pub mod address;
#[cfg(not(feature = "worker"))]
pub mod film;
#[cfg(not(feature = "worker"))]
pub mod mood;
#[cfg(not(feature = "worker"))]
pub mod morph;
#[cfg(not(feature = "worker"))]
pub mod opinion;
#[cfg(not(feature = "worker"))]
mod orders;
#[cfg(not(feature = "worker"))]
pub mod own_bundle;
#[cfg(not(feature = "worker"))]
mod replies;
#[cfg(not(feature = "worker"))]
pub mod shot;
#[cfg(not(feature = "worker"))]
pub mod snippet;
#[cfg(not(feature = "worker"))]
pub mod state;
#[cfg(not(feature = "worker"))]
pub mod walk;

#[cfg(feature = "page")]
pub mod app;
#[cfg(feature = "page")]
pub mod components;
#[cfg(feature = "page")]
pub mod engine;
#[cfg(feature = "page")]
mod motion;
#[cfg(feature = "page")]
mod offline;
#[cfg(feature = "page")]
mod own_files;
#[cfg(feature = "page")]
mod save;

#[cfg(feature = "worker")]
pub mod device;
#[cfg(feature = "worker")]
pub mod fetch;
#[cfg(feature = "worker")]
pub mod worker;
