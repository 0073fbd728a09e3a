//! Bundles on disk: from a run to `manifest.json` and `generator.safetensors`, and back; a discriminator and a judge likewise.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use model_core::bundle::{Bundle, MANIFEST_FILE, MAX_WEIGHT_BYTES, Manifest, Training};
use model_core::discriminator_bundle::{
    DISCRIMINATOR_MANIFEST_FILE, DiscriminatorBundle, DiscriminatorManifest,
};
use model_core::emotion::Emotion;
use model_core::judge_bundle::{JUDGE_MANIFEST_FILE, JudgeBundle, JudgeManifest};

use crate::disk;
use crate::train::Trainer;

/// No manifest of this project is longer.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// Faces over which the effect of rounded weights is measured.
const ROUNDING_FACES: u64 = 224;
/// Pixels of [-1, 1] have 255 steps.
const GREY_LEVELS_PER_UNIT: f32 = 127.5;

/// What a manifest says about the origin of weights and the options do not know.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// Data set, by name.
    pub data: String,
    /// Git commit of the trainer, or "unknown".
    pub git_commit: String,
}

impl Provenance {
    /// Asks git for the commit of the working directory.
    pub fn of(data: &str) -> Self {
        Self {
            data: data.to_owned(),
            git_commit: git_commit().unwrap_or_else(|| "unknown".to_owned()),
        }
    }
}

fn git_commit() -> Option<String> {
    let output = std::process::Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The run's current average as a bundle.
pub fn pack(trainer: &Trainer, provenance: &Provenance) -> anyhow::Result<Bundle> {
    let options = trainer.options();
    let training = Training {
        preset: options.preset.name().to_owned(),
        data: provenance.data.clone(),
        images_seen: trainer.images_learned_from(),
        seed: options.seed,
        git_commit: provenance.git_commit.clone(),
        metrics: BTreeMap::new(),
    };
    Ok(Bundle::pack(
        &trainer.sampler(),
        options.gan,
        &options.generator,
        training,
    )?)
}

/// What the bundle's rounded weights do to the trainer's faces, in grey levels before these are rounded: how far a pixel
/// moves, root of the mean square and at most.
pub fn rounding(trainer: &Trainer, bundle: &Bundle, device: &Device) -> anyhow::Result<[f32; 2]> {
    let seeds: Vec<u64> = (0..ROUNDING_FACES).collect();
    let emotions: Vec<_> = Emotion::ALL.iter().cycle().take(seeds.len()).collect();
    let emotions: Vec<_> = emotions.iter().map(|emotion| emotion.weights()).collect();
    let exact = trainer.sampler().faces(&seeds, &emotions);
    let rounded = bundle.generator(device)?.faces(&seeds, &emotions);
    let moved = (exact - rounded).mul_scalar(GREY_LEVELS_PER_UNIT);
    let mean = moved.clone().powi_scalar(2).mean().sqrt();
    let figures = Tensor::cat(vec![mean, moved.abs().max()], 0);
    let figures: Vec<f32> = figures.into_data().iter::<f32>().collect();
    Ok([figures[0], figures[1]])
}

/// Writes a bundle: the weights first, so that a manifest never stands without them.
pub fn write(bundle: &Bundle, directory: &Path) -> anyhow::Result<()> {
    let weights = bundle.manifest.weights.file.as_str();
    write_files(
        directory,
        [
            (weights, &bundle.weights),
            (MANIFEST_FILE, bundle.manifest.to_json()?.as_bytes()),
        ],
    )
}

/// The discriminator that the run's generator, packed in `bundle`, plays against.
pub fn pack_discriminator(
    trainer: &Trainer,
    bundle: &Bundle,
) -> anyhow::Result<DiscriminatorBundle> {
    let network = trainer.discriminator.valid();
    let config = &trainer.options().discriminator;
    Ok(DiscriminatorBundle::pack(
        &network,
        config,
        &bundle.manifest,
    )?)
}

/// Writes a discriminator, in the same order.
pub fn write_discriminator(bundle: &DiscriminatorBundle, directory: &Path) -> anyhow::Result<()> {
    let weights = bundle.manifest.weights.file.as_str();
    write_files(
        directory,
        [
            (weights, &bundle.weights),
            (
                DISCRIMINATOR_MANIFEST_FILE,
                bundle.manifest.to_json()?.as_bytes(),
            ),
        ],
    )
}

/// Writes a judge, in the same order.
pub fn write_judge(bundle: &JudgeBundle, directory: &Path) -> anyhow::Result<()> {
    let weights = bundle.manifest.weights.file.as_str();
    write_files(
        directory,
        [
            (weights, &bundle.weights),
            (JUDGE_MANIFEST_FILE, bundle.manifest.to_json()?.as_bytes()),
        ],
    )
}

/// Each file appears whole or not at all.
fn write_files(directory: &Path, files: [(&str, &[u8]); 2]) -> anyhow::Result<()> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    for (name, bytes) in files {
        disk::write(&directory.join(name), bytes)?;
    }
    Ok(())
}

/// Reads and checks a bundle.
pub fn read(directory: &Path) -> anyhow::Result<Bundle> {
    let open = || -> anyhow::Result<Bundle> {
        let manifest = Manifest::parse(&read_manifest(directory, MANIFEST_FILE)?)?;
        let weights = read_weights(directory, &manifest.weights.file)?;
        Ok(Bundle::open(manifest, weights)?)
    };
    open().with_context(|| format!("{} is no usable bundle", directory.display()))
}

/// Reads and checks a discriminator.
pub fn read_discriminator(directory: &Path) -> anyhow::Result<DiscriminatorBundle> {
    let open = || -> anyhow::Result<DiscriminatorBundle> {
        let json = read_manifest(directory, DISCRIMINATOR_MANIFEST_FILE)?;
        let manifest = DiscriminatorManifest::parse(&json)?;
        let weights = read_weights(directory, &manifest.weights.file)?;
        Ok(DiscriminatorBundle::open(manifest, weights)?)
    };
    open().with_context(|| format!("{} holds no usable discriminator", directory.display()))
}

/// Reads and checks a judge.
pub fn read_judge(directory: &Path) -> anyhow::Result<JudgeBundle> {
    let open = || -> anyhow::Result<JudgeBundle> {
        let manifest = JudgeManifest::parse(&read_manifest(directory, JUDGE_MANIFEST_FILE)?)?;
        let weights = read_weights(directory, &manifest.weights.file)?;
        Ok(JudgeBundle::open(manifest, weights)?)
    };
    open().with_context(|| format!("{} holds no usable judge", directory.display()))
}

fn read_manifest(directory: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    disk::read(&directory.join(name), MAX_MANIFEST_BYTES)
}

fn read_weights(directory: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    disk::read(&directory.join(name), MAX_WEIGHT_BYTES)
}
