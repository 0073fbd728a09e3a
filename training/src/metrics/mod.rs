//! Metrics: one name and one small file each; `eval` puts them together.

pub mod bands;
pub mod confusion;
pub mod frechet;
pub mod kernel;
pub mod likeness;
pub mod manifold;
pub mod neighbours;
pub mod overfitting;
pub mod symmetric;
