//! Bundles on disk: from a run to `manifest.json` and `generator.safetensors`, and back; a discriminator and a judge likewise.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use burn::module::Module;
use burn::tensor::Tensor;
use model_core::bundle::{Bundle, Describes, MAX_WEIGHT_BYTES, Packed, Training};
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::emotion::Emotion;
use model_core::generator::Generator;

use crate::direction::direction;
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

/// What is done for good to what a generator is asked for, by the weights that latents and emotions meet.
#[derive(Debug, Clone, Copy)]
pub struct Adjustment {
    /// What latents are multiplied by, above 0 and at most [`model_core::bundle::MAX_TRUNCATION`].
    pub truncation: f64,
    /// How far latents are moved along the [`direction`], in standard deviations.
    pub shift: f64,
    /// How much of the asked emotion is left, above 0 and at most 1; the rest is neutral.
    pub intensity: f64,
}

impl Adjustment {
    /// Nothing.
    pub const AS_TRAINED: Self = Self {
        truncation: 1.0,
        shift: 0.0,
        intensity: 1.0,
    };
}

/// A run's generator, to be packed: the current average, and what was done to it.
pub struct Exported {
    network: Generator,
    adjustment: Adjustment,
}

impl Exported {
    /// The average as it was trained.
    pub fn as_trained(trainer: &Trainer) -> Self {
        Self {
            network: trainer.sampler(),
            adjustment: Adjustment::AS_TRAINED,
        }
    }

    /// The average with other latents, `truncation` times z and `shift` times the direction for z, and with milder emotions.
    pub fn with(trainer: &Trainer, adjustment: Adjustment) -> anyhow::Result<Self> {
        let Self { mut network, .. } = Self::as_trained(trainer);
        if adjustment.shift > 0.0 {
            let direction = direction(&network, &trainer.discriminator.valid())?;
            network = network.shifted(direction.mul_scalar(adjustment.shift));
        }
        let network = network
            .truncated(adjustment.truncation)
            .with_intensity(adjustment.intensity);
        Ok(Self {
            network,
            adjustment,
        })
    }

    /// As a bundle, which says what the run was.
    pub fn pack(&self, trainer: &Trainer, provenance: &Provenance) -> anyhow::Result<Bundle> {
        let options = trainer.options();
        let training = Training {
            preset: options.preset.name().to_owned(),
            data: provenance.data.clone(),
            images_seen: trainer.images_learned_from(),
            seed: options.seed,
            git_commit: provenance.git_commit.clone(),
            truncation: self.adjustment.truncation,
            latent_shift: self.adjustment.shift,
            intensity: self.adjustment.intensity,
            metrics: BTreeMap::new(),
        };
        Ok(Bundle::pack(
            &self.network,
            options.gan,
            &options.generator,
            training,
        )?)
    }

    /// What the bundle's rounded weights do to the faces of the network that was packed, in grey levels before these are rounded: how far a pixel
    /// moves, root of the mean square and at most.
    pub fn rounding(&self, bundle: &Bundle) -> anyhow::Result<[f32; 2]> {
        let seeds: Vec<u64> = (0..ROUNDING_FACES).collect();
        let emotions: Vec<_> = Emotion::ALL.iter().cycle().take(seeds.len()).collect();
        let emotions: Vec<_> = emotions.iter().map(|emotion| emotion.weights()).collect();
        let exact = self.network.faces(&seeds, &emotions);
        let rounded = bundle.generator(&self.network.device())?;
        let rounded = rounded.faces(&seeds, &emotions);
        let moved = (exact - rounded).mul_scalar(GREY_LEVELS_PER_UNIT);
        let mean = moved.clone().powi_scalar(2).mean().sqrt();
        let figures = Tensor::cat(vec![mean, moved.abs().max()], 0);
        let figures: Vec<f32> = figures.into_data().iter::<f32>().collect();
        Ok([figures[0], figures[1]])
    }
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

/// Writes the weights first, so that a manifest never stands without them; each file appears whole or not at all.
pub fn write<M: Describes>(bundle: &Packed<M>, directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    let weights = directory.join(&bundle.manifest.weights().file);
    disk::write(&weights, &bundle.weights)?;
    let manifest = bundle.manifest.to_json()?;
    disk::write(&directory.join(M::FILE), manifest.as_bytes())
}

/// Reads and checks what was written.
pub fn read<M: Describes>(directory: &Path) -> anyhow::Result<Packed<M>> {
    let open = || -> anyhow::Result<Packed<M>> {
        let json = disk::read(&directory.join(M::FILE), MAX_MANIFEST_BYTES)?;
        let manifest = M::parse(&json)?;
        let weights = directory.join(&manifest.weights().file);
        Ok(Packed::open(
            manifest,
            disk::read(&weights, MAX_WEIGHT_BYTES)?,
        )?)
    };
    open().with_context(|| format!("{} holds no usable {}", directory.display(), M::KIND))
}
