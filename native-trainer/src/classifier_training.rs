//! Training the emotion classifier, with its state kept on a disk.

use std::fs;
use std::path::Path;

use anyhow::Context;
use training::classifier::{ClassifierTrainer, STATE};

use crate::disk;
use crate::wait::wait;

/// Steps between two saved states.
const SAVE_STEPS: u64 = 500;
/// No file of a state takes more bytes.
const MAX_BYTES: u64 = 1 << 30;

/// Trains to the end; `tell` hears the images seen and the mean loss since the last time. Saves its state to `state` now and
/// then, and continues from there if it was cut off.
pub fn run(
    trainer: &mut ClassifierTrainer,
    state: &Path,
    tell: &mut dyn FnMut(u64, f32),
) -> anyhow::Result<()> {
    if state.join(STATE).is_file() {
        trainer
            .restore(|name| disk::read(&state.join(name), MAX_BYTES))
            .with_context(|| format!("cannot continue from {}", state.display()))?;
    }
    while !trainer.is_finished() {
        let loss = wait(trainer.train(SAVE_STEPS))?;
        tell(trainer.images_seen(), loss);
        save(trainer, state)?;
    }
    Ok(())
}

/// The state comes last: it makes the other files count.
fn save(trainer: &ClassifierTrainer, state: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(state).with_context(|| format!("cannot create {}", state.display()))?;
    let mut files = wait(trainer.checkpoint())?;
    let last = files.remove_entry(STATE);
    for (name, bytes) in files.into_iter().chain(last) {
        disk::write(&state.join(name), &bytes)?;
    }
    Ok(())
}
