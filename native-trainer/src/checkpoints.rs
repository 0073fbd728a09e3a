//! Checkpoints ([`training::checkpoint`]) on a disk, the newest two of a run.
//!
//! A checkpoint is a directory, written under a temporary name and renamed when it is on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use training::checkpoint::{Checkpoint, STATE, Unusable};
use training::trainer::Trainer;

use crate::disk;
use crate::event::TrainEvent;
use crate::wait::wait;

/// How many checkpoints are kept; the newest one never goes.
const KEPT: usize = 2;
/// No file of a checkpoint takes more bytes.
const MAX_BYTES: u64 = 1 << 30;

/// Writes the state of a run below `directory` and drops the oldest checkpoints. `stats_bytes` is the length of the
/// run's `stats.jsonl`, which must be on the disk.
pub fn save(trainer: &Trainer, directory: &Path, stats_bytes: u64) -> anyhow::Result<()> {
    let checkpoint = wait(Checkpoint::of(trainer, stats_bytes))?;
    let whole = place(directory, trainer.step_number());
    let path = disk::unfinished(&whole);
    clear_unfinished(directory)?;
    fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
    if let Err(error) = write(&checkpoint, &path) {
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
        // Only a damaged one can be there: a run continues from its newest whole checkpoint, towards later steps.
        disk::remove_directory(&whole)
            .with_context(|| format!("cannot replace {}", whole.display()))?;
    }
    fs::rename(&path, &whole)
        .and_then(|()| disk::flush_directory(directory))
        .with_context(|| format!("cannot finish {}", whole.display()))?;
    prune(directory, trainer.step_number())
}

/// The state comes last: it makes the other files a checkpoint.
fn write(checkpoint: &Checkpoint, path: &Path) -> anyhow::Result<()> {
    let (state, others): (Vec<_>, Vec<_>) = checkpoint
        .files
        .iter()
        .partition(|(name, _)| *name == STATE);
    for (name, bytes) in others.into_iter().chain(state) {
        disk::write_flushed(&path.join(name), bytes)?;
    }
    Ok(disk::flush_directory(path)?)
}

/// Loads the newest whole checkpoint below `directory` into a trainer made from the same options, and gives the
/// length that `stats.jsonl` had then; `None` if there is no checkpoint.
pub fn load_newest(
    trainer: &mut Trainer,
    directory: &Path,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<Option<u64>> {
    let Some((path, checkpoint)) = newest(directory, tell)? else {
        return Ok(None);
    };
    wait(checkpoint.restore(trainer))
        .with_context(|| format!("cannot continue from {}", path.display()))?;
    Ok(Some(checkpoint.state.stats_bytes))
}

/// The newest whole checkpoint below `directory`; `None` if there is no checkpoint. A damaged one is told of and passed over;
/// where all are damaged, that is an error, because starting again would overwrite what may still be saved.
pub fn newest(
    directory: &Path,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<Option<(PathBuf, Checkpoint)>> {
    let mut damaged = None;
    for path in list(directory)?.into_iter().rev() {
        match Checkpoint::open(|name| disk::read(&path.join(name), MAX_BYTES)) {
            Ok(checkpoint) => return Ok(Some((path, checkpoint))),
            Err(Unusable::Version(found)) => anyhow::bail!(
                "cannot continue from {}: its format version is {found}, this trainer continues version {}",
                path.display(),
                Checkpoint::format_version()
            ),
            Err(Unusable::Damaged(error)) => {
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
/// A trainer that was killed between writing and dropping, or while dropping, leaves this to the one that continues.
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
