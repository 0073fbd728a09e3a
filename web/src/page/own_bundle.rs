//! The visitor's own bundle: its files, and what the worker has made of them.

use std::sync::Arc;

use model_core::bundle::Manifest;

/// The two files of a visitor's bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFiles {
    pub manifest: Arc<[u8]>,
    pub weights: Arc<[u8]>,
}

/// A visitor's bundle that the worker has accepted.
#[derive(Debug, Clone)]
pub struct OwnBundle {
    pub files: OwnFiles,
    pub manifest: Manifest,
    /// Counts the bundles of this visit.
    pub number: u32,
    /// Whether the worker that runs now has it.
    pub is_open: bool,
}
