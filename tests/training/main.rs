//! Facts about training, on the CPU with synthetic data: losses, steps, learning, resuming, exporting.

mod bundles;
mod damage;
mod divergence;
mod gradients;
mod kernels;
mod latents;
mod learns;
mod losses;
mod networks;
mod resume;
mod same;
mod steps;

use std::path::Path;

use burn::tensor::Device;
use model_core::bundle::Bundle;
use model_core::config::{GanKind, UpSampling};
use native_trainer::config::{Preset, RunOptions};
use native_trainer::dataset::batcher::Batcher;
use native_trainer::dataset::synthetic;
use native_trainer::export::{Exported, Provenance};
use native_trainer::run_dir::{DataOptions, RunDir};
use native_trainer::train::Trainer;

/// The smallest run that is still a GAN: 4 channels, 4 images a step.
pub fn little(gan: GanKind) -> RunOptions {
    let mut options = Preset::Tiny.options(gan);
    options.generator.width = 4;
    options.generator.latent_size = 8;
    options.generator.up_sampling = UpSampling::Transposed;
    options.discriminator.width = 4;
    options.batch = 4;
    options.seed = 7;
    options.augment = true;
    options
}

/// A trainer on 70 synthetic faces.
pub fn trainer(options: RunOptions) -> Trainer {
    let batcher = Batcher::new(synthetic(70, 1), options.batch_settings());
    Trainer::new(options, batcher, &Device::flex())
}

/// A new run below `parent`.
pub fn run_dir(parent: &Path, options: &RunOptions) -> RunDir {
    let data = DataOptions {
        path: None,
        skip_bad_rows: false,
        votes: None,
    };
    RunDir::create(parent, options, &data, "synthetic", None, None).unwrap()
}

/// Where the tests' weights come from.
pub fn provenance() -> Provenance {
    Provenance {
        data: "synthetic".into(),
        git_commit: "unknown".into(),
    }
}

/// A run's average as a bundle.
pub fn pack(run: &Trainer) -> Bundle {
    Exported::as_trained(run).pack(run, &provenance()).unwrap()
}
