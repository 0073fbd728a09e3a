//! Whose faces a command makes, and which.

use std::path::PathBuf;

use clap::Args;

use super::number::within;

#[derive(Debug, Args)]
pub(super) struct FacesArgs {
    /// Directory with manifest.json and generator.safetensors
    #[arg(long)]
    pub(super) bundle: PathBuf,
    /// Seed of face 0; face n has this seed plus n
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    /// What latents are multiplied by, 0 to 1: less brings everybody nearer to the average face
    #[arg(long, default_value_t = 1.0, value_parser = within(0.0..=1.0))]
    pub(super) truncation: f64,
}
