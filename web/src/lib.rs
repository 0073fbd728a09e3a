//! The Seven Faces page: a bundle becomes faces in the visitor's browser, and nothing leaves it.
//!
//! Four programs come out of this crate. The **page** (feature `page`) shows and asks: [`page`] decides, and knows no
//! browser; `components` shows, `browser` has what both need of the browser. The **worker** (features `worker` and
//! `webgpu`, built once with each) makes the faces: [`worker`]. They exchange the messages of [`protocol`]. The worker of
//! feature `train` trains, and has messages of its own. What is
//! listed here without a feature also compiles natively, where crate `tests` tests it. ARCHITECTURE.md says where to
//! begin reading.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

pub mod protocol;
pub mod worker;

// The worker leaves the page out: it need not be linked again, for minutes, when only the page changes.
#[cfg(not(feature = "worker"))]
pub mod page;

#[cfg(feature = "page")]
pub mod app;
#[cfg(feature = "page")]
mod browser;
#[cfg(feature = "page")]
pub mod components;
