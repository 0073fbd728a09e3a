//! Metrics: one name and one small file each; `eval` puts them together.

pub mod kernel;
pub mod label_accuracy;
