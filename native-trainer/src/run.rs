//! The training loop: batches in, steps, and once in a while a tick, a grid, a checkpoint.

use anyhow::Context;
use training::export::{Exported, Provenance};
use training::faces::{COLUMNS, grid};
use training::grid_statistics::GridStatistics;
use training::snapshot::Snapshot;
use training::tick::TickMeter;
use training::trainer::{Trainer, rollback_factor};
use training::{collapse, divergence};

use crate::clock::clock;
use crate::event::{Rollback, TrainEvent, WarningLine};
use crate::interrupt::Interrupt;
use crate::prefetch::Prefetch;
use crate::run_dir::RunDir;
use crate::wait::wait;
use crate::{bundles, checkpoints, curve, pictures};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All images were seen and the bundle is written.
    Finished,
    /// Somebody asked it to stop; a checkpoint is written.
    Stopped,
}

/// Puts trainer and figures back to the newest whole checkpoint, or to the start where there is none.
pub fn roll_back(
    trainer: &mut Trainer,
    run: &RunDir,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<()> {
    let stats_bytes = checkpoints::load_newest(trainer, &run.checkpoints(), tell)?;
    match stats_bytes {
        Some(_) => checkpoints::prune(&run.checkpoints(), trainer.step_number())?,
        None => trainer.start_again(),
    }
    run.stats().cut(stats_bytes.unwrap_or(0))
}

/// Trains until the run's length is reached or somebody interrupts it, speaking in events.
pub fn run(
    trainer: &mut Trainer,
    run: &RunDir,
    provenance: &Provenance,
    interrupt: &Interrupt,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<Outcome> {
    let options = trainer.options().clone();
    tell(&TrainEvent::Started {
        run: run.path().to_owned(),
        images_seen: trainer.images_seen(),
        images: options.images,
    });
    if trainer.step_number() == 0 {
        first_pictures(trainer, run)?;
    }
    let tick_steps = options.steps_in(options.tick_images);
    let checkpoint_steps = options.steps_in(options.checkpoint_images);
    let mut meter = TickMeter::start(clock());
    let mut batches = Prefetch::from(trainer.batcher(), trainer.step_number());
    while trainer.step_number() < options.steps() {
        let batch = batches
            .next()
            .context("a thread that makes batches has died")?;
        meter.add(trainer.step(batch));
        let step = trainer.step_number();
        let stop = interrupt.asked() && step < options.steps();
        let keep = step.is_multiple_of(checkpoint_steps) || step == options.steps() || stop;

        // Report. A checkpoint ends a tick, so that nothing is kept that was not checked.
        if step.is_multiple_of(tick_steps) || keep {
            let tick = wait(meter.tick(trainer))?;
            let losses = [tick.discriminator_loss, tick.generator_loss];
            if let Some(problem) = wait(divergence::problem(trainer, losses))? {
                rollback(trainer, run, problem, tell)?;
                batches = Prefetch::from(trainer.batcher(), trainer.step_number());
                meter = TickMeter::start(clock());
                continue;
            }
            run.stats().append(&tick)?;
            tell(&TrainEvent::Tick(tick));
        }

        // Keep.
        if keep {
            meter.pause();
            self::keep(trainer, run, tell)?;
            meter.resume();
        }
        if stop {
            tell(&TrainEvent::Stopped {
                run: run.path().to_owned(),
                images_seen: trainer.images_seen(),
            });
            return Ok(Outcome::Stopped);
        }
    }
    finish(trainer, run, provenance, tell)?;
    Ok(Outcome::Finished)
}

/// Training images by emotion, and faces before the first step.
fn first_pictures(trainer: &Trainer, run: &RunDir) -> anyhow::Result<()> {
    let reals = trainer.batcher().real_rows(COLUMNS);
    pictures::write_by_emotion(&reals, COLUMNS, &run.reals())?;
    let faces = wait(grid(&wait(trainer.sampler())?, COLUMNS))?;
    pictures::write_by_emotion(&pictures::cells(&faces), COLUMNS, &run.fakes(0))
}

/// Writes what a run is for; also for a finished run that is resumed.
fn finish(
    trainer: &Trainer,
    run: &RunDir,
    provenance: &Provenance,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<()> {
    draw(run, tell);
    let snapshot = wait(Snapshot::of(trainer))?;
    let bundle = wait(Exported::as_trained(&snapshot).pack(provenance))?;
    bundles::write(&bundle, &run.bundle())?;
    tell(&TrainEvent::Finished {
        grid: run.fakes(trainer.images_seen()),
        curve: run.curve(),
        bundle: run.bundle(),
    });
    Ok(())
}

/// Writes a grid, checks it for collapse, and writes a checkpoint. In this order, because a run that is resumed from the
/// checkpoint would not make up for the others.
fn keep(trainer: &Trainer, run: &RunDir, tell: &mut dyn FnMut(&TrainEvent)) -> anyhow::Result<()> {
    let images_seen = trainer.images_seen();
    let path = run.fakes(images_seen);
    let faces = wait(grid(&wait(trainer.sampler())?, COLUMNS))?;
    pictures::write_by_emotion(&pictures::cells(&faces), COLUMNS, &path)?;
    tell(&TrainEvent::Grid(path));
    let reals = trainer.batcher().real_rows(COLUMNS);
    let statistics = GridStatistics::at(&faces, &reals, COLUMNS, images_seen);
    run.stats().append(&statistics)?;
    tell(&TrainEvent::GridStatistics(statistics));
    draw(run, tell);
    if let Some(text) = collapse::warning(&faces, COLUMNS) {
        run.stats().append(&WarningLine {
            images_seen,
            text: &text,
        })?;
        tell(&TrainEvent::Warning(text));
    }
    checkpoints::save(trainer, &run.checkpoints(), run.stats().flush()?)?;
    tell(&TrainEvent::Checkpoint { images_seen });
    Ok(())
}

/// Draws the run's curve: a picture for people, without which a run continues.
fn draw(run: &RunDir, tell: &mut dyn FnMut(&TrainEvent)) {
    if let Err(error) = curve::write(&run.stats(), &run.curve()) {
        tell(&TrainEvent::Warning(format!(
            "no curve was drawn: {error:#}"
        )));
    }
}

/// Goes back to the last good state with lower learning rates, or gives up with advice.
fn rollback(
    trainer: &mut Trainer,
    run: &RunDir,
    problem: String,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<()> {
    let rollbacks = trainer.rollbacks() + 1;
    let images_seen = trainer.images_seen();
    anyhow::ensure!(
        rollbacks <= divergence::MOST_ROLLBACKS,
        "{problem} after {images_seen} images, and going back with lower learning rates has not helped: {}",
        divergence::ADVICE
    );
    roll_back(trainer, run, tell)?;
    trainer.set_progress(trainer.step_number(), rollbacks);
    let rollback = Rollback {
        images_seen,
        back_to: trainer.images_seen(),
        rate: rollback_factor(rollbacks),
        problem,
    };
    run.stats().append(&rollback)?;
    tell(&TrainEvent::Rollback(rollback));
    Ok(())
}
