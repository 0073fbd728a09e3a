//! Ticks: what a run reports now and then, as means over the steps since the last report.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::step::StepStats;
use crate::trainer::Trainer;

/// A line of `stats.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tick {
    pub images_seen: u64,
    /// Real images per second since the last tick.
    pub images_per_second: f64,
    /// Seconds until the end at this speed.
    pub eta_seconds: f64,
    /// Means over the tick.
    pub discriminator_loss: f32,
    pub generator_loss: f32,
    pub real_logit: f32,
    pub fake_logit: f32,
}

/// Sums of figures, and the time spent training, since the last tick. `now` is the caller's clock, in seconds from any moment.
pub struct TickMeter<N> {
    now: N,
    sum: Option<StepStats>,
    steps: u64,
    /// Seconds before the clock was last started.
    seconds: f64,
    started: f64,
}

impl<N: Fn() -> f64> TickMeter<N> {
    /// Starts the clock.
    pub fn start(now: N) -> Self {
        let started = now();
        Self {
            now,
            sum: None,
            steps: 0,
            seconds: 0.0,
            started,
        }
    }

    /// Adds a step's figures.
    pub fn add(&mut self, stats: StepStats) {
        self.steps += 1;
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum.plus(stats),
            None => stats,
        });
    }

    /// Stops the clock: grids and checkpoints do not count as training.
    pub fn pause(&mut self) {
        self.seconds += (self.now)() - self.started;
    }

    /// Starts the clock again.
    pub fn resume(&mut self) {
        self.started = (self.now)();
    }

    /// The figures since the last tick, of at least one step.
    pub async fn tick(&mut self, trainer: &Trainer) -> anyhow::Result<Tick> {
        let steps = std::mem::take(&mut self.steps);
        // Reading the figures waits for the device, so the clock is read after it.
        let sum = self.sum.take().context("a tick without a step")?;
        let [discriminator_loss, generator_loss, real_logit, fake_logit] =
            sum.read(steps as f32).await?;
        self.pause();
        let seconds = std::mem::take(&mut self.seconds);
        self.resume();
        let options = trainer.options();
        let images_per_second = (steps * options.batch as u64) as f64 / seconds;
        let left = options.images.saturating_sub(trainer.images_seen()) as f64;
        Ok(Tick {
            images_seen: trainer.images_seen(),
            images_per_second,
            eta_seconds: left / images_per_second,
            discriminator_loss,
            generator_loss,
            real_logit,
            fake_logit,
        })
    }
}
