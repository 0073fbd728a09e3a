//! The Seven Faces page: a bundle becomes faces in the visitor's browser, and nothing leaves it.
//!
//! Two programs come out of this crate, one per feature. The **page** (`app`, `components`) shows and
//! asks; it contains no network. The **worker** (`worker`) downloads a bundle (`fetch`), opens a device
//! (`device`: WebGPU, else the CPU) and makes pixels ([`inference`]). They exchange the messages of
//! [`protocol`].
//!
//! What the page shows, and what it asks for next, is decided in [`state`], which knows no browser:
//! read that first. It, [`address`], [`protocol`] and [`inference`] also compile natively, where
//! crate `tests` tests them.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

pub mod address;
pub mod inference;
pub mod protocol;
mod replies;
pub mod state;

#[cfg(feature = "page")]
pub mod app;
#[cfg(feature = "page")]
pub mod components;
#[cfg(feature = "page")]
pub mod engine;

#[cfg(feature = "worker")]
pub mod device;
#[cfg(feature = "worker")]
pub mod fetch;
#[cfg(feature = "worker")]
pub mod worker;
