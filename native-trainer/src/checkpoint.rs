//! Checkpoints continue the same run: both networks, the average, both optimisers, the step and the learning rate.
//! Batches need no state ([`crate::dataset::batcher`]), the data stand in the run directory.
//!
//! A checkpoint is a directory, written under a temporary name and renamed when it stands on the disk. Its
//! `state.json` carries the hash of every file, so a damaged checkpoint is known before anything of it is used.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::module::Module;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::RunOptions;
use crate::disk;
use crate::divergence;
use crate::event::TrainEvent;
use crate::train::Trainer;

/// Raised when older checkpoints can no longer be continued.
const FORMAT_VERSION: u32 = 2;
/// How many checkpoints are kept; the newest one never goes.
const KEPT: usize = 2;
/// Names the other files, and makes a directory a checkpoint.
const STATE_FILE: &str = "state.json";
/// Hash of the state file.
const STATE_HASH_FILE: &str = "state.sha256";
/// No state file of this project is longer.
const MAX_STATE_BYTES: u64 = 1 << 20;
/// No network of this project takes more bytes.
const MAX_NETWORK_BYTES: u64 = 1 << 30;

#[derive(Debug, Serialize, Deserialize)]
struct State {
    format_version: u32,
    step: u64,
    /// How often the run went back and halved its learning rates.
    retreats: u32,
    /// Length of `stats.jsonl` when this was written.
    stats_bytes: u64,
    /// What the run computes.
    options: RunOptions,
    /// SHA-256 of every other file, by name.
    files: BTreeMap<String, String>,
}

/// What the version is read from, whatever else a file of another version holds.
#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

/// Writes the state of a run below `directory` and drops the oldest checkpoints. `stats_bytes` is the length of the
/// run's `stats.jsonl`, which must stand on the disk.
pub fn save(trainer: &Trainer, directory: &Path, stats_bytes: u64) -> anyhow::Result<()> {
    let whole = place(directory, trainer.step_number());
    let path = disk::unfinished(&whole);
    clear_unfinished(directory)?;
    fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
    if let Err(error) = write(trainer, &path, stats_bytes) {
        // What is left of it would fill a full disk for good.
        let _ = fs::remove_dir_all(&path);
        return Err(error).with_context(|| {
            format!(
                "cannot write the checkpoint {}: the one before is whole, make room and resume",
                whole.display()
            )
        });
    }
    if whole.exists() {
        // Only a damaged one can stand there: a run goes on from its newest whole checkpoint, towards later steps.
        disk::remove_directory(&whole)
            .with_context(|| format!("cannot replace {}", whole.display()))?;
    }
    fs::rename(&path, &whole)
        .and_then(|()| disk::flush_directory(directory))
        .with_context(|| format!("cannot finish {}", whole.display()))?;
    prune(directory, trainer.step_number())
}

/// Loads the newest whole checkpoint below `directory` into a trainer made from the same options, and gives the
/// length that `stats.jsonl` had then; `None` if there is no checkpoint. A damaged one is told of and passed over;
/// where all are damaged, that is an error, because starting again would overwrite what may still be saved.
pub fn load_newest(
    trainer: &mut Trainer,
    directory: &Path,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<Option<u64>> {
    let mut damaged = None;
    for path in list(directory)?.into_iter().rev() {
        let unusable = match open(&path) {
            Ok(checkpoint) => {
                let stats_bytes = checkpoint.state.stats_bytes;
                restore(trainer, checkpoint)
                    .with_context(|| format!("cannot continue from {}", path.display()))?;
                if divergence::weights_are_finite(trainer) {
                    return Ok(Some(stats_bytes));
                }
                let text = "it holds weights that are not finite numbers";
                Unusable::Damaged(anyhow::anyhow!(text))
            }
            Err(unusable) => unusable,
        };
        match unusable {
            Unusable::Version(found) => anyhow::bail!(
                "cannot continue from {}: its format version is {found}, this trainer continues version {FORMAT_VERSION}",
                path.display()
            ),
            Unusable::Damaged(error) => {
                let problem = format!("the checkpoint {} is damaged: {error:#}", path.display());
                tell(&TrainEvent::Warning(problem.clone()));
                damaged.get_or_insert(problem);
            }
        }
    }
    match damaged {
        Some(problem) => anyhow::bail!("{problem}; no other is left, so start the run again"),
        None => Ok(None),
    }
}

fn write(trainer: &Trainer, path: &Path, stats_bytes: u64) -> anyhow::Result<()> {
    let mut files = BTreeMap::new();
    let mut keep = |name: &str, record: ModuleRecord| -> anyhow::Result<()> {
        let bytes = record.into_bytes()?;
        disk::write_flushed(&path.join(name), &bytes)?;
        files.insert(name.to_owned(), hash(&bytes));
        Ok(())
    };
    keep("generator.bpk", trainer.generator.clone().into_record())?;
    keep(
        "discriminator.bpk",
        trainer.discriminator.clone().into_record(),
    )?;
    keep("average.bpk", trainer.average.clone().into_record())?;
    let adam = &trainer.generator_optimizer.mean_square;
    keep("generator-adam.bpk", adam.clone().into_record())?;
    let adam = &trainer.discriminator_optimizer.mean_square;
    keep("discriminator-adam.bpk", adam.clone().into_record())?;
    let state = State {
        format_version: FORMAT_VERSION,
        step: trainer.step_number(),
        retreats: trainer.retreats(),
        stats_bytes,
        options: trainer.options().clone(),
        files,
    };
    let json = serde_json::to_vec_pretty(&state)?;
    disk::write_flushed(&path.join(STATE_HASH_FILE), hash(&json).as_bytes())?;
    disk::write_flushed(&path.join(STATE_FILE), &json)?;
    Ok(disk::flush_directory(path)?)
}

/// A checkpoint in memory, every file as it was written.
struct Checkpoint {
    state: State,
    files: BTreeMap<String, Vec<u8>>,
}

/// Why a checkpoint is not continued.
enum Unusable {
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

/// Reads a checkpoint and checks every byte of it.
fn open(path: &Path) -> Result<Checkpoint, Unusable> {
    let json = disk::read(&path.join(STATE_FILE), MAX_STATE_BYTES)?;
    // Earlier formats had no hash of the state.
    let expected = disk::read(&path.join(STATE_HASH_FILE), MAX_STATE_BYTES);
    if expected
        .as_ref()
        .is_ok_and(|expected| *expected != hash(&json).into_bytes())
    {
        return Err(not_as_written(STATE_FILE));
    }
    let Version { format_version } = serde_json::from_slice(&json).context(STATE_FILE)?;
    if format_version != FORMAT_VERSION {
        return Err(Unusable::Version(format_version));
    }
    expected?;
    let state: State = serde_json::from_slice(&json).context(STATE_FILE)?;
    let mut files = BTreeMap::new();
    for (name, expected) in &state.files {
        let bytes = disk::read(&path.join(name), MAX_NETWORK_BYTES)?;
        if hash(&bytes) != *expected {
            return Err(not_as_written(name));
        }
        files.insert(name.clone(), bytes);
    }
    Ok(Checkpoint { state, files })
}

/// Changes the trainer only when everything fits.
fn restore(trainer: &mut Trainer, checkpoint: Checkpoint) -> anyhow::Result<()> {
    let Checkpoint { state, mut files } = checkpoint;
    check_options(&state.options, trainer.options())?;
    let mut record = |name: &str| -> anyhow::Result<ModuleRecord> {
        let bytes = files
            .remove(name)
            .with_context(|| format!("it has no {name}"))?;
        Ok(ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes))?)
    };
    let generator = trainer
        .generator
        .clone()
        .try_load_record(record("generator.bpk")?)?;
    let discriminator = trainer
        .discriminator
        .clone()
        .try_load_record(record("discriminator.bpk")?)?;
    let average = trainer
        .average
        .clone()
        .try_load_record(record("average.bpk")?)?;
    let adam = &trainer.generator_optimizer.mean_square;
    let generator_adam = adam
        .clone()
        .try_load_record(record("generator-adam.bpk")?)?;
    let adam = &trainer.discriminator_optimizer.mean_square;
    let discriminator_adam = adam
        .clone()
        .try_load_record(record("discriminator-adam.bpk")?)?;
    trainer.generator = generator;
    trainer.discriminator = discriminator;
    trainer.average = average;
    trainer.generator_optimizer.mean_square = generator_adam;
    trainer.discriminator_optimizer.mean_square = discriminator_adam;
    trainer.set_progress(state.step, state.retreats);
    Ok(())
}

/// Refuses a checkpoint of another run.
fn check_options(theirs: &RunOptions, ours: &RunOptions) -> anyhow::Result<()> {
    let other = ours.fixed_differences(theirs)?;
    anyhow::ensure!(
        other.is_empty(),
        "it belongs to a run with other options ({}): resume that run, or start a new one",
        other.join(", ")
    );
    Ok(())
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn place(directory: &Path, step: u64) -> PathBuf {
    directory.join(format!("{step:09}"))
}

/// Whole checkpoints, oldest first.
fn list(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut whole = entries(directory)?;
    whole.retain(|path| path.extension().is_none() && path.is_dir());
    whole.sort();
    Ok(whole)
}

/// Removes what a killed trainer left half written or half removed.
fn clear_unfinished(directory: &Path) -> anyhow::Result<()> {
    for path in entries(directory)? {
        if path.to_string_lossy().ends_with(disk::UNFINISHED) {
            fs::remove_dir_all(&path)
                .with_context(|| format!("cannot clear {}", path.display()))?;
        }
    }
    Ok(())
}

/// Drops all but the newest checkpoints up to the one of `step`, which is whole. Later ones were found damaged.
/// A trainer that was killed between writing and dropping, or while dropping, leaves this to the one that goes on.
pub fn prune(directory: &Path, step: u64) -> anyhow::Result<()> {
    clear_unfinished(directory)?;
    let newest = place(directory, step);
    let (mut old, damaged): (Vec<_>, Vec<_>) = list(directory)?
        .into_iter()
        .partition(|path| *path <= newest);
    old.truncate(old.len().saturating_sub(KEPT));
    for path in old.iter().chain(&damaged) {
        disk::remove_directory(path).with_context(|| format!("cannot drop {}", path.display()))?;
    }
    Ok(())
}

fn entries(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = || match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    read().with_context(|| format!("cannot read {}", directory.display()))
}
