//! The worker that trains: the native trainer's `training`, one step after the other, in a browser.
//!
//! A request is the JSON text of [`TrainingRequest`]. A reply is an array: the JSON text of [`TrainingReply`], then, for
//! [`TrainingReply::Grid`], the grey bytes of its faces one after the other.

mod control;
mod run;
mod serve;
mod turns;

use model_core::config::GanKind;
use serde::{Deserialize, Serialize};
use training::options::{Changes, RunOptions};
use training::tick::Tick;

pub use serve::start;

/// Page to worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainingRequest {
    /// Begins a run on drawn faces, in place of the one before.
    Start(Settings),
    /// Waits after the step under way.
    Pause,
    /// Continues.
    Resume,
}

/// A run of the native trainer, by the names of its options.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// Which GAN.
    pub gan: GanKind,
    /// The name of a preset.
    pub preset: String,
    /// What else is asked for.
    #[serde(default)]
    pub changes: Changes,
}

/// Worker to page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainingReply {
    /// The worker takes requests from now on.
    Started,
    /// A run begins.
    Begun { options: Box<RunOptions> },
    /// Figures since the last tick.
    Tick(Tick),
    /// Faces of the fixed latents follow as bytes, `columns` an emotion.
    Grid { images_seen: u64, columns: usize },
    /// All images were seen.
    Finished { images_seen: u64 },
    /// The run was not begun, or cannot continue.
    Failed { message: String },
    /// The worker is gone.
    Died { message: String },
}
