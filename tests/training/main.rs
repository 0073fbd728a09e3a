//! Facts about training, on the CPU with synthetic data: losses, steps, learning, resuming, exporting.

mod adjustments;
mod batches;
mod bundles;
mod damage;
mod damaged_bundles;
mod discriminators;
mod divergence;
mod fusing;
mod generators;
mod gradients;
mod inversion;
mod kernels;
mod latents;
mod learns;
mod losses;
mod networks;
mod options;
mod overfitting;
mod penalties;
mod quantised;
mod resume;
mod same;
mod setting_out;
mod steps;

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use dataset::synthetic;
use model_core::bundle::Bundle;
use model_core::config::{GanKind, UpSampling};
use model_core::generator::Generator;
use model_core::reading::named_tensors;
use model_core::weights::NamedTensor;
use native_trainer::run_data::{DataOptions, RunData};
use native_trainer::run_dir::RunDir;
use pollster::block_on;
use training::batcher::Batcher;
use training::checkpoint::Checkpoint;
use training::export::{Exported, Provenance};
use training::options::{Preset, RunOptions};
use training::snapshot::Snapshot;
use training::trainer::Trainer;

/// The smallest run that is still a GAN: 4 channels, 4 images a step.
pub fn little(gan: GanKind) -> RunOptions {
    let mut options = Preset::Tiny.options(gan);
    options.generator.width = 4;
    options.generator.latent_size = 8;
    options.generator.up_sampling = UpSampling::Transposed;
    options.discriminator.width = 4;
    options.batch = 4;
    options.seed = 7;
    options
}

/// A trainer on 70 synthetic faces.
pub fn trainer(options: RunOptions) -> Trainer {
    let batcher = Batcher::new(synthetic(70, 1), options.batch_settings());
    Trainer::new(options, batcher, &Device::flex())
}

/// One step with the batch that is its own.
pub fn step(run: &mut Trainer) {
    let batch = run.batcher().batch(run.step_number());
    drop(run.step(batch));
}

/// A run's average in the form that is sampled.
pub fn sampler(run: &Trainer) -> Generator {
    block_on(run.sampler()).unwrap()
}

/// What a run has made so far.
pub fn snapshot(run: &Trainer) -> Snapshot {
    block_on(Snapshot::of(run)).unwrap()
}

/// Every weight of a network by its name.
pub fn weights<M: Module>(network: &M) -> Vec<NamedTensor> {
    block_on(named_tensors(network)).unwrap()
}

/// All that a checkpoint holds of networks and optimisers, to the bit: files by name.
pub fn state(run: &Trainer) -> BTreeMap<String, Vec<u8>> {
    let checkpoint = Checkpoint::of(run, 0);
    let mut files = block_on(checkpoint).unwrap().files;
    files.retain(|name, _| name.ends_with(".safetensors"));
    assert_eq!(files.len(), 5, "two networks, an average, two optimisers");
    files
}

/// A new run below `parent`.
pub fn run_dir(parent: &Path, options: &RunOptions) -> RunDir {
    let origin = DataOptions {
        path: None,
        skip_bad_rows: false,
        votes: None,
    };
    let faces = synthetic(70, 1);
    let data = RunData::of(origin, &faces, &faces.hash());
    RunDir::create(parent, options, &data, None, None).unwrap()
}

/// Where the tests' weights come from.
pub fn provenance() -> Provenance {
    Provenance {
        data: "synthetic".into(),
        data_sha256: synthetic(70, 1).hash(),
        git_commit: "unknown".into(),
    }
}

/// A run's average as a bundle.
pub fn pack(run: &Trainer) -> Bundle {
    let snapshot = snapshot(run);
    let exported = Exported::as_trained(&snapshot);
    block_on(exported.pack(&provenance())).unwrap()
}
