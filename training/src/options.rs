//! What a training run is made of: [`RunOptions`], resolved from the command line and a preset,
//! written to the run directory before the first step.

use std::str::FromStr;

use anyhow::Context;
use model_core::bundle::Manifest;
use model_core::config::{DiscriminatorConfig, GanKind, GeneratorConfig, UpSampling};
use model_core::discriminator_bundle::DiscriminatorManifest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::batcher::BatchSettings;
use crate::losses::{Adversarial, Game, LossOptions};

/// Reports in a run.
const TICKS: u64 = 40;
/// Checkpoints in a run.
const CHECKPOINTS: u64 = 8;
/// Long runs report at least this often, in images: a minute or so on a CPU.
const MAX_TICK_IMAGES: u64 = 5_000;
/// Long runs keep a checkpoint at least this often, in images.
const MAX_CHECKPOINT_IMAGES: u64 = 20_000;

/// A new discriminator beside a trained generator tells real from generated faces by then.
const DISCRIMINATOR_ONLY_IMAGES: u64 = 60_000;
/// The optimisers of two networks that know each other have measured their gradients by then.
const DISCRIMINATOR_ONLY_IMAGES_OF_A_PAIR: u64 = 6_400;

/// Beyond this a step takes more memory than any machine this project trains on.
const MOST_IMAGES_PER_STEP: usize = 4096;

/// What makes a run that run: its networks, and where it is in its batches. Everything else may change on the way.
const FIXED: [&str; 7] = [
    "batch",
    "discriminator",
    "from",
    "gan",
    "generator",
    "preset",
    "seed",
];

/// Named sets of options. docs/training.md says where each is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    Tiny,
    Small,
    Base,
}

/// Text that names no preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a preset: expected tiny, small or base")]
pub struct UnknownPreset(pub String);

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|preset| preset.name() == text);
        named.ok_or_else(|| UnknownPreset(text.to_owned()))
    }
}

/// Everything that decides what a run computes. Two runs with equal options and data are equal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunOptions {
    pub gan: GanKind,
    pub preset: Preset,
    /// Length of the run, in real images seen by the discriminator.
    pub images: u64,
    pub seed: u64,
    /// Images per step.
    pub batch: usize,
    pub generator: GeneratorConfig,
    /// The bundle whose generator the run sets out with; none: weights drawn from the seed.
    pub from: Option<Origin>,
    /// Real images at the start of the run from which the discriminator learns alone.
    pub discriminator_only_images: u64,
    pub discriminator: DiscriminatorConfig,
    pub generator_learning_rate: f64,
    pub discriminator_learning_rate: f64,
    pub loss: LossOptions,
    /// Share of the run, at its end, over which both learning rates fall to nothing.
    pub learning_rate_decay: f64,
    /// Limit of the moving average's decay per step; 0 switches averaging off.
    pub ema_decay: f64,
    /// 0: labels as often as they occur; 1: all equally often.
    pub class_balancing: f64,
    /// Whether real images are mirrored at random.
    pub mirror: bool,
    /// How far real images are turned, scaled, moved and re-lit at random, as a share of how far a classifier's are.
    pub augmentation: f64,
    /// Images between two reports.
    pub tick_images: u64,
    /// Images between two checkpoints with a grid.
    pub checkpoint_images: u64,
}

/// A bundle that a run set out with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// SHA-256 of its weights.
    pub sha256: String,
    /// Real images that its generator had learned from.
    pub images_seen: u64,
    /// SHA-256 of the weights of the discriminator that came with it; none: one drawn from the seed.
    pub discriminator: Option<String>,
}

impl Preset {
    /// From the quickest to the best.
    pub const ALL: [Preset; 3] = [Preset::Tiny, Preset::Small, Preset::Base];

    /// What it is for, and what it is.
    pub const fn description(self) -> &'static str {
        match self {
            Preset::Tiny => "For tests and first looks: 16 channels",
            Preset::Small => {
                "For a CPU: 32 channels, residual blocks, a wider discriminator with a dense layer"
            }
            Preset::Base => {
                "For a GPU: 64 channels, residual blocks, a dense layer, real images augmented, larger batches"
            }
        }
    }

    /// The name on the command line and in manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Preset::Tiny => "tiny",
            Preset::Small => "small",
            Preset::Base => "base",
        }
    }

    /// The options of a preset.
    pub fn options(self, gan: GanKind) -> RunOptions {
        let (width, discriminator_width, latent_size, batch, images) = match self {
            Preset::Tiny => (16, 16, 32, 32, 20_000),
            Preset::Small => (32, 48, 64, 32, 30_000),
            Preset::Base => (64, 64, 128, 64, 5_000_000),
        };
        RunOptions {
            gan,
            preset: self,
            images,
            seed: 0,
            batch,
            generator: GeneratorConfig {
                latent_size,
                width,
                up_sampling: UpSampling::Nearest,
                residual: self != Preset::Tiny,
                self_modulation: false,
            },
            from: None,
            discriminator_only_images: 0,
            discriminator: DiscriminatorConfig {
                width: discriminator_width,
                dense: self != Preset::Tiny,
            },
            generator_learning_rate: 4e-4,
            discriminator_learning_rate: 6e-4,
            loss: LossOptions {
                adversarial: Adversarial::NonSaturating,
                label_cross_entropy: 1.0,
                label_weight: gan.label_weight(),
                r1: 0.2,
                r2: 0.0,
                penalty_every: 16,
            },
            learning_rate_decay: 0.0,
            ema_decay: 0.999,
            class_balancing: 0.5,
            mirror: true,
            augmentation: if self == Preset::Base { 0.6 } else { 0.0 },
            tick_images: images / TICKS,
            checkpoint_images: images / CHECKPOINTS,
        }
    }
}

/// What is asked for beside a preset, by the names that both the command line and the page use.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    pub seed: u64,
    /// Length of the run; none: the preset's.
    pub images: Option<u64>,
    /// Images per step; none: the preset's.
    pub batch: Option<usize>,
    /// Any other option, each as NAME=VALUE: see [`RunOptions::set`].
    pub set: Vec<String>,
}

impl RunOptions {
    /// Makes the changes, which leave alone what other options depend on.
    pub fn change(&mut self, changes: &Changes) -> anyhow::Result<()> {
        self.seed = changes.seed;
        self.set_length(changes.images.unwrap_or(self.images));
        self.batch = changes.batch.unwrap_or(self.batch);
        let chosen = |options: &Self| (options.gan, options.preset, options.from.clone());
        let before = chosen(self);
        for assignment in &changes.set {
            self.set(assignment)?;
        }
        anyhow::ensure!(
            chosen(self) == before,
            "--set gan, preset or from: use --gan, --preset or --from, on which other options depend"
        );
        Ok(())
    }

    /// Sets the length of the run, and reports and checkpoints as often as fits it.
    pub fn set_length(&mut self, images: u64) {
        self.images = images;
        self.tick_images = (images / TICKS).clamp(1, MAX_TICK_IMAGES);
        self.checkpoint_images = (images / CHECKPOINTS).clamp(1, MAX_CHECKPOINT_IMAGES);
    }

    /// Sets out with a bundle's generator, and with its discriminator if that was kept; else a new one learns alone first.
    pub fn set_from(&mut self, bundle: &Manifest, discriminator: Option<&DiscriminatorManifest>) {
        self.generator = bundle.generator.clone();
        self.discriminator_only_images = DISCRIMINATOR_ONLY_IMAGES;
        if let Some(manifest) = discriminator {
            self.discriminator = manifest.discriminator.clone();
            self.discriminator_only_images = DISCRIMINATOR_ONLY_IMAGES_OF_A_PAIR;
        }
        self.from = Some(Origin {
            sha256: bundle.weights.sha256.clone(),
            images_seen: bundle.training.images_seen,
            discriminator: discriminator.map(|manifest| manifest.weights.sha256.clone()),
        });
    }

    /// The game that the networks play.
    pub fn game(&self) -> Game {
        Game {
            gan: self.gan,
            options: self.loss,
        }
    }

    /// What the batcher needs to know.
    pub fn batch_settings(&self) -> BatchSettings {
        BatchSettings {
            batch: self.batch,
            latent_size: self.generator.latent_size,
            class_balancing: self.class_balancing,
            mirror: self.mirror,
            augmentation: self.augmentation,
            seed: self.seed,
        }
    }

    /// What the learning rates are multiplied by after so many images: 1, then down to 0 in the decayed part.
    pub fn learning_rate_factor(&self, images_seen: u64) -> f64 {
        let left = 1.0 - images_seen as f64 / self.images as f64;
        (left / self.learning_rate_decay.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }

    /// Steps of the whole run.
    pub fn steps(&self) -> u64 {
        self.images.div_ceil(self.batch as u64)
    }

    /// Steps between two events that are `images` apart.
    pub fn steps_in(&self, images: u64) -> u64 {
        images.div_ceil(self.batch as u64).max(1)
    }

    /// Refuses options that no run can be made of.
    pub fn check(&self) -> anyhow::Result<()> {
        self.generator.check()?;
        self.discriminator.check()?;
        anyhow::ensure!(
            self.batch >= 2,
            "a batch of {} is too small: expected at least 2, because normalisation needs company",
            self.batch
        );
        anyhow::ensure!(
            self.batch <= MOST_IMAGES_PER_STEP,
            "a batch of {} is too large: expected at most {MOST_IMAGES_PER_STEP}",
            self.batch
        );
        anyhow::ensure!(self.images > 0, "--images is 0: expected at least 1");
        anyhow::ensure!(
            self.loss.penalty_every > 0,
            "loss.penalty_every is 0: expected at least 1"
        );
        within("generator_learning_rate", self.generator_learning_rate, 1.0)?;
        within(
            "discriminator_learning_rate",
            self.discriminator_learning_rate,
            1.0,
        )?;
        within("class_balancing", self.class_balancing, 1.0)?;
        within("augmentation", self.augmentation, 1.0)?;
        within("learning_rate_decay", self.learning_rate_decay, 1.0)?;
        within("ema_decay", self.ema_decay, 1.0)?;
        within("loss.r1", self.loss.r1, 1e6)?;
        within("loss.r2", self.loss.r2, 1e6)?;
        within("loss.label_weight", self.loss.label_weight, 1e6)?;
        within(
            "loss.label_cross_entropy",
            self.loss.label_cross_entropy,
            1e6,
        )
    }

    /// Names of options in which two runs differ although no run may change them on the way.
    pub fn fixed_differences(&self, other: &Self) -> anyhow::Result<Vec<&'static str>> {
        let (ours, theirs) = (serde_json::to_value(self)?, serde_json::to_value(other)?);
        let differs = |name: &&str| ours.get(*name) != theirs.get(*name);
        Ok(FIXED.into_iter().filter(differs).collect())
    }

    /// Changes one option, given as NAME=VALUE, by the names of `options.json` in a run directory.
    pub fn set(&mut self, assignment: &str) -> anyhow::Result<()> {
        let (name, value) = assignment.split_once('=').with_context(|| {
            format!("--set {assignment}: expected NAME=VALUE, such as discriminator.width=48")
        })?;
        let mut options = serde_json::to_value(&*self)?;
        let mut place = &mut options;
        for part in name.split('.') {
            place = match place {
                Value::Object(fields) => {
                    let names = fields.keys().cloned().collect::<Vec<_>>().join(", ");
                    let expected =
                        || format!("--set {name}: there is no {part}: expected one of {names}");
                    fields.get_mut(part).with_context(expected)?
                }
                _ => anyhow::bail!("--set {name}: nothing has the name {part}"),
            };
        }
        // What is no number, yes or no is a word, such as a kind of loss.
        *place = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        *self = serde_json::from_value(options).with_context(|| format!("--set {assignment}"))?;
        Ok(())
    }
}

fn within(name: &str, found: f64, high: f64) -> anyhow::Result<()> {
    anyhow::ensure!(
        (0.0..=high).contains(&found),
        "{name} is {found}: expected 0 to {high}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> RunOptions {
        Preset::Tiny.options(GanKind::Cgan)
    }

    #[test]
    fn any_option_is_set_by_its_name() {
        let mut changed = options();
        for assignment in [
            "loss.adversarial=relativistic",
            "discriminator.width=48",
            "generator_learning_rate=1e-4",
            "discriminator.dense=true",
        ] {
            changed.set(assignment).unwrap();
        }
        assert_eq!(changed.loss.adversarial, Adversarial::Relativistic);
        assert_eq!(changed.discriminator.width, 48);
        assert_eq!(changed.generator_learning_rate, 1e-4);
        assert!(changed.discriminator.dense);
    }

    #[test]
    fn an_unknown_name_or_value_is_a_sentence_and_changes_nothing() {
        let said = |assignment: &str| {
            let mut changed = options();
            let error = changed.set(assignment).unwrap_err();
            assert_eq!(changed, options());
            format!("{error:#}")
        };
        assert!(said("speed=3").contains("there is no speed: expected one of augmentation,"));
        assert!(said("batch").contains("expected NAME=VALUE"));
        assert!(said("batch=-1").contains("--set batch=-1: invalid value"));
        assert!(
            said("loss.adversarial=poker").contains("expected `non-saturating` or `relativistic`")
        );
        assert!(said("batch.size=1").contains("nothing has the name size"));
    }

    #[test]
    fn rates_fall_in_the_decayed_share_and_only_there() {
        let mut decayed = options();
        decayed.images = 1000;
        assert_eq!(
            [0, 999].map(|seen| decayed.learning_rate_factor(seen)),
            [1.0, 1.0]
        );
        decayed.learning_rate_decay = 0.4;
        let factors = [0, 600, 800, 1000].map(|seen| decayed.learning_rate_factor(seen));
        for (found, expected) in factors.iter().zip([1.0, 1.0, 0.5, 0.0]) {
            assert!((found - expected).abs() < 1e-9, "{factors:?}");
        }
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let mut wrong = options();
        wrong.class_balancing = 1.5;
        assert_eq!(
            wrong.check().unwrap_err().to_string(),
            "class_balancing is 1.5: expected 0 to 1"
        );
    }
}
