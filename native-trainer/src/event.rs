//! What a run has to say. The loop speaks in events; `progress.rs` prints them for people, and
//! `run.rs` appends those that are lines of `stats.jsonl`.

use std::path::PathBuf;

use serde::Serialize;

use training::grid_statistics::GridStatistics;
use training::tick::Tick;

/// Something worth knowing about a run.
#[derive(Debug, Clone)]
pub enum TrainEvent {
    /// A run begins, or continues after `images_seen`.
    Started {
        run: PathBuf,
        images_seen: u64,
        images: u64,
    },
    /// Figures since the last tick.
    Tick(Tick),
    /// A grid of generated faces was written.
    Grid(PathBuf),
    /// Statistics of the faces of that grid.
    GridStatistics(GridStatistics),
    /// A checkpoint was written.
    Checkpoint { images_seen: u64 },
    /// Something the user should know, and the run continues.
    Warning(String),
    /// The run broke down and went back to an earlier state.
    Rollback(Rollback),
    /// The run was asked to stop, and can be resumed.
    Stopped { run: PathBuf, images_seen: u64 },
    /// The run is over.
    Finished {
        grid: PathBuf,
        curve: PathBuf,
        bundle: PathBuf,
    },
}

/// A breakdown and what was done about it; a line of `stats.jsonl`.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename = "rollback")]
pub struct Rollback {
    /// Where it was noticed.
    pub images_seen: u64,
    /// Where the run continues.
    pub back_to: u64,
    /// What both learning rates are multiplied by from now on.
    pub rate: f64,
    /// What was not finite.
    pub problem: String,
}

/// A warning as a line of `stats.jsonl`.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename = "warning")]
pub struct WarningLine<'a> {
    pub images_seen: u64,
    pub text: &'a str,
}
