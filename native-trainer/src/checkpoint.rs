//! Checkpoints continue the same run: both networks, the average, both optimisers and the step.
//! Batches need no state ([`crate::dataset::batcher`]), options and data stand in the run directory.
//!
//! A checkpoint is a directory, written under a temporary name and renamed when whole.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::module::Module;
use serde::{Deserialize, Serialize};

use crate::train::Trainer;

/// Raised when older checkpoints can no longer be continued.
const FORMAT_VERSION: u32 = 1;
/// How many checkpoints are kept; the newest one never goes.
const KEPT: usize = 2;
/// Ending of a directory that is still being written.
const UNFINISHED: &str = ".unfinished";

#[derive(Debug, Serialize, Deserialize)]
struct State {
    format_version: u32,
    step: u64,
}

/// Writes the state of a run below `directory` and drops the oldest checkpoints.
pub fn save(trainer: &Trainer, directory: &Path) -> anyhow::Result<()> {
    let whole = directory.join(format!("{:09}", trainer.step_number()));
    let path = directory.join(format!("{:09}{UNFINISHED}", trainer.step_number()));
    if path.exists() {
        fs::remove_dir_all(&path).with_context(|| format!("cannot clear {}", path.display()))?;
    }
    fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
    write(trainer, &path)
        .with_context(|| format!("cannot write the checkpoint {}", whole.display()))?;
    if whole.exists() {
        fs::remove_dir_all(&whole)
            .with_context(|| format!("cannot replace {}", whole.display()))?;
    }
    fs::rename(&path, &whole).with_context(|| format!("cannot finish {}", whole.display()))?;
    for old in list(directory)?.into_iter().rev().skip(KEPT) {
        fs::remove_dir_all(&old).with_context(|| format!("cannot drop {}", old.display()))?;
    }
    Ok(())
}

/// Loads the newest whole checkpoint below `directory` into a trainer made from the same options;
/// `false` if there is none.
pub fn load_newest(trainer: &mut Trainer, directory: &Path) -> anyhow::Result<bool> {
    let Some(path) = list(directory)?.pop() else {
        return Ok(false);
    };
    read(trainer, &path).with_context(|| format!("cannot continue from {}", path.display()))?;
    Ok(true)
}

fn write(trainer: &Trainer, path: &Path) -> anyhow::Result<()> {
    trainer
        .generator
        .clone()
        .save_file(path.join("generator.bpk"))?;
    trainer
        .discriminator
        .clone()
        .save_file(path.join("discriminator.bpk"))?;
    trainer
        .average
        .clone()
        .save_file(path.join("average.bpk"))?;
    let adam = &trainer.generator_optimizer.mean_square;
    adam.clone().save_file(path.join("generator-adam.bpk"))?;
    let adam = &trainer.discriminator_optimizer.mean_square;
    adam.clone()
        .save_file(path.join("discriminator-adam.bpk"))?;
    let state = State {
        format_version: FORMAT_VERSION,
        step: trainer.step_number(),
    };
    fs::write(path.join("state.json"), serde_json::to_vec(&state)?)?;
    Ok(())
}

fn read(trainer: &mut Trainer, path: &Path) -> anyhow::Result<()> {
    let state: State = serde_json::from_slice(&fs::read(path.join("state.json"))?)?;
    anyhow::ensure!(
        state.format_version == FORMAT_VERSION,
        "its format version is {}, this trainer continues version {FORMAT_VERSION}",
        state.format_version
    );
    trainer.generator = trainer
        .generator
        .clone()
        .try_load_file(path.join("generator.bpk"))?;
    trainer.discriminator = trainer
        .discriminator
        .clone()
        .try_load_file(path.join("discriminator.bpk"))?;
    trainer.average = trainer
        .average
        .clone()
        .try_load_file(path.join("average.bpk"))?;
    let adam = &mut trainer.generator_optimizer.mean_square;
    *adam = adam
        .clone()
        .try_load_file(path.join("generator-adam.bpk"))?;
    let adam = &mut trainer.discriminator_optimizer.mean_square;
    *adam = adam
        .clone()
        .try_load_file(path.join("discriminator-adam.bpk"))?;
    trainer.set_step_number(state.step);
    Ok(())
}

/// Whole checkpoints, oldest first.
fn list(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut whole: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("state.json").is_file() && path.extension().is_none())
        .collect();
    whole.sort();
    Ok(whole)
}
