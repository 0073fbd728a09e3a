//! The worker: takes one request, bundle or face to classify at a time and answers it. Everything that can take long
//! happens here, and only here is Burn used.

pub mod inference;

#[cfg(feature = "worker")]
mod clock;
#[cfg(feature = "worker")]
mod device;
#[cfg(feature = "worker")]
mod download;
#[cfg(feature = "worker")]
mod engine;
#[cfg(feature = "worker")]
mod report;
#[cfg(feature = "worker")]
mod serve;

#[cfg(feature = "train")]
pub mod training;

#[cfg(feature = "worker")]
pub use serve::start;
