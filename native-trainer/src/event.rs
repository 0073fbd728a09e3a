//! What a run has to say. The loop speaks in events; `progress.rs` prints them for people, and
//! `run_dir.rs` appends the ticks to `stats.jsonl`.

use std::path::PathBuf;

use serde::Serialize;

/// Something worth knowing about a run.
#[derive(Debug, Clone)]
pub enum TrainEvent {
    /// A run begins, or goes on after `images_seen`.
    Started {
        run: PathBuf,
        images_seen: u64,
        images: u64,
    },
    /// Figures since the last tick.
    Tick(Tick),
    /// A grid of generated faces was written.
    Grid(PathBuf),
    /// A checkpoint was written.
    Checkpoint { images_seen: u64 },
    /// The run is over.
    Finished { grid: PathBuf, bundle: PathBuf },
}

/// A line of `stats.jsonl`.
#[derive(Debug, Clone, Serialize)]
pub struct Tick {
    pub images_seen: u64,
    /// Real images per second since the last tick.
    pub images_per_second: f64,
    /// Seconds until the end at this speed.
    pub eta_seconds: f64,
    /// Means over the tick.
    pub discriminator_loss: f32,
    pub generator_loss: f32,
    pub real_validity: f32,
    pub fake_validity: f32,
}
