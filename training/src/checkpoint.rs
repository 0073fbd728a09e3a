//! A checkpoint continues the same run: both networks, the average, both optimisers, the step and how often the run was rolled
//! back. Batches need no state ([`crate::batcher`]).
//!
//! It is a list of named bytes; where they lie, in a directory or in a browser's storage, is the caller's matter. One of them,
//! [`STATE`], carries the hash of every network's file, and a last one that of [`STATE`], so a damaged checkpoint is known before anything of it is used.

use std::collections::BTreeMap;

use anyhow::Context;
use burn::module::Module;
use model_core::bundle::sha256;
use model_core::emotion::Emotion;
use model_core::packing::{exact_weights_of, load_weights};
use model_core::weights::Weights;
use serde::{Deserialize, Serialize};

use crate::inputs::GeneratorInputs;
use crate::labels::LabelShares;
use crate::options::RunOptions;
use crate::snapshot::Snapshot;
use crate::trainer::Trainer;

/// Raised when older checkpoints can no longer be continued.
const FORMAT_VERSION: u32 = 3;
/// Names the others.
pub const STATE: &str = "state.json";
/// Hash of [`STATE`].
const STATE_HASH: &str = "state.sha256";

const GENERATOR: &str = "generator.safetensors";
const DISCRIMINATOR: &str = "discriminator.safetensors";
const AVERAGE: &str = "average.safetensors";
const GENERATOR_ADAM: &str = "generator-adam.safetensors";
const DISCRIMINATOR_ADAM: &str = "discriminator-adam.safetensors";

/// Everything but the networks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    format_version: u32,
    /// Steps done.
    pub step: u64,
    /// How often the run went back and halved its learning rates.
    pub rollbacks: u32,
    /// Length of the run's statistics, in bytes, when this was made.
    pub stats_bytes: u64,
    /// What the run computes.
    pub options: RunOptions,
    /// SHA-256 of every file but this one and its hash, by name.
    files: BTreeMap<String, String>,
}

/// A checkpoint in memory.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// What [`STATE`] says.
    pub state: State,
    /// Bytes by name, [`STATE`] and its hash among them.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Why a checkpoint is not continued.
#[derive(Debug)]
pub enum Unusable {
    /// Written by another version of the trainer: an older checkpoint would be the wrong one to continue.
    Version(u32),
    /// Not as it was written.
    Damaged(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Unusable {
    fn from(error: E) -> Self {
        Self::Damaged(error.into())
    }
}

fn not_as_written(file: &str) -> Unusable {
    Unusable::Damaged(anyhow::anyhow!("{file} is not what was written"))
}

impl Checkpoint {
    /// The trainer as it is now.
    pub async fn of(trainer: &Trainer, stats_bytes: u64) -> anyhow::Result<Self> {
        let adams = (
            &trainer.generator_optimizer.mean_square,
            &trainer.discriminator_optimizer.mean_square,
        );
        let mut files = BTreeMap::from([
            (GENERATOR, exact_weights_of(&trainer.generator).await?),
            (
                DISCRIMINATOR,
                exact_weights_of(&trainer.discriminator).await?,
            ),
            (AVERAGE, exact_weights_of(&trainer.average).await?),
            (GENERATOR_ADAM, exact_weights_of(adams.0).await?),
            (DISCRIMINATOR_ADAM, exact_weights_of(adams.1).await?),
        ]);
        let state = State {
            format_version: FORMAT_VERSION,
            step: trainer.step_number(),
            rollbacks: trainer.rollbacks(),
            stats_bytes,
            options: trainer.options().clone(),
            files: files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), sha256(bytes)))
                .collect(),
        };
        let json = serde_json::to_vec_pretty(&state)?;
        files.insert(STATE_HASH, sha256(&json).into_bytes());
        files.insert(STATE, json);
        let files = files.into_iter();
        Ok(Self {
            state,
            files: files
                .map(|(name, bytes)| (name.to_owned(), bytes))
                .collect(),
        })
    }

    /// Reads a checkpoint, asking for every file by its name, and checks every byte of it.
    pub fn open(mut read: impl FnMut(&str) -> anyhow::Result<Vec<u8>>) -> Result<Self, Unusable> {
        let json = read(STATE)?;
        let expected = read(STATE_HASH);
        if expected
            .as_ref()
            .is_ok_and(|expected| *expected != sha256(&json).into_bytes())
        {
            return Err(not_as_written(STATE));
        }
        /// What the version is read from, whatever else a file of another version holds.
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
        }
        let Version { format_version } = serde_json::from_slice(&json).context(STATE)?;
        if format_version != FORMAT_VERSION {
            return Err(Unusable::Version(format_version));
        }
        let state: State = serde_json::from_slice(&json).context(STATE)?;
        let mut files = BTreeMap::from([(STATE_HASH.to_owned(), expected?)]);
        for (name, expected) in &state.files {
            let bytes = read(name)?;
            if sha256(&bytes) != *expected {
                return Err(not_as_written(name));
            }
            Weights::read(&bytes)?; // every number is one
            files.insert(name.clone(), bytes);
        }
        files.insert(STATE.to_owned(), json);
        Ok(Self { state, files })
    }

    /// The format version that this build continues.
    pub const fn format_version() -> u32 {
        FORMAT_VERSION
    }

    /// Puts the trainer where the checkpoint was made. Changes it only when everything fits and every weight is finite.
    pub async fn restore(&self, trainer: &mut Trainer) -> anyhow::Result<()> {
        self.check_options(trainer.options())?;
        let adams = (
            &trainer.generator_optimizer.mean_square,
            &trainer.discriminator_optimizer.mean_square,
        );
        let generator = self.trained(GENERATOR, &trainer.generator)?;
        let discriminator = self.trained(DISCRIMINATOR, &trainer.discriminator)?;
        let average = self.network(AVERAGE, trainer.average.clone())?;
        let generator_adam = self.network(GENERATOR_ADAM, adams.0.clone())?;
        let discriminator_adam = self.network(DISCRIMINATOR_ADAM, adams.1.clone())?;
        trainer.generator = generator;
        trainer.discriminator = discriminator;
        trainer.average = average;
        trainer.generator_optimizer.mean_square = generator_adam;
        trainer.discriminator_optimizer.mean_square = discriminator_adam;
        trainer.set_progress(self.state.step, self.state.rollbacks);
        Ok(())
    }

    /// The networks of a run with these options, whose training images have each label so many times.
    pub fn snapshot(
        &self,
        options: &RunOptions,
        label_counts: [usize; Emotion::COUNT],
    ) -> anyhow::Result<Snapshot> {
        self.check_options(options)?;
        let shares = LabelShares::new(label_counts, options.class_balancing);
        let inputs = GeneratorInputs::new(shares, &options.batch_settings());
        let weights = [self.file(AVERAGE)?, self.file(DISCRIMINATOR)?];
        Snapshot::from_weights(options, self.state.step, weights, &inputs)
    }

    /// Refuses options of another run.
    fn check_options(&self, options: &RunOptions) -> anyhow::Result<()> {
        let other = options.fixed_differences(&self.state.options)?;
        anyhow::ensure!(
            other.is_empty(),
            "it belongs to a run with other options ({}): resume that run, or start a new one",
            other.join(", ")
        );
        Ok(())
    }

    /// The bytes of a file.
    fn file(&self, file: &str) -> anyhow::Result<&[u8]> {
        let bytes = self.files.get(file);
        let bytes = bytes.with_context(|| format!("it has no {file}"))?;
        Ok(bytes)
    }

    /// `network` with the weights of a file.
    fn network<M: Module>(&self, file: &str, network: M) -> anyhow::Result<M> {
        load_weights(network, self.file(file)?).with_context(|| file.to_owned())
    }

    /// The same for a network that records gradients.
    fn trained<M: Module>(&self, file: &str, network: &M) -> anyhow::Result<M> {
        Ok(self.network(file, network.valid())?.train())
    }
}
