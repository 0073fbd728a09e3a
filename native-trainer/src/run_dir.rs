//! A run directory explains itself: all its names are built here.
//!
//! ```text
//! 00003-acgan-fer2013/
//!   options.json          what the run computes       data.json     which data it reads
//!   stats.jsonl           a line per tick             reals.png     training images by emotion
//!   fakes-000000.png ...  generated, same latents     checkpoints/  the newest two
//!   bundle/               manifest.json + generator.safetensors, after the last step
//! ```

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::RunOptions;
use crate::event::Tick;

/// Where a run's data comes from, so that `resume` finds it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataOptions {
    /// `None` for the synthetic set.
    pub path: Option<PathBuf>,
    pub skip_bad_rows: bool,
}

/// A directory that belongs to one run.
#[derive(Debug, Clone)]
pub struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// Creates the next numbered directory below `parent`.
    pub fn create(
        parent: &Path,
        options: &RunOptions,
        data: &DataOptions,
        data_name: &str,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        let mut number = next_number(parent)?;
        let path = loop {
            let path = parent.join(format!("{number:05}-{}-{data_name}", options.gan));
            match fs::create_dir(&path) {
                Ok(()) => break path,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot create {}", path.display()));
                }
            }
        };
        let run = Self { path };
        run.write_options(options)?;
        run.write_json("data.json", data)?;
        Ok(run)
    }

    /// Opens the directory of an earlier run.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            path.join("options.json").is_file(),
            "{} is no run directory: it has no options.json",
            path.display()
        );
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The options the run was started with.
    pub fn options(&self) -> anyhow::Result<RunOptions> {
        self.read_json("options.json")
    }

    /// Replaces the options: only the length of a run may change.
    pub fn write_options(&self, options: &RunOptions) -> anyhow::Result<()> {
        self.write_json("options.json", options)
    }

    /// The data the run was started with.
    pub fn data(&self) -> anyhow::Result<DataOptions> {
        self.read_json("data.json")
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    pub fn bundle(&self) -> PathBuf {
        self.path.join("bundle")
    }

    pub fn reals(&self) -> PathBuf {
        self.path.join("reals.png")
    }

    /// Grid after `images` images, counted in thousands in the name.
    pub fn fakes(&self, images: u64) -> PathBuf {
        self.path.join(format!("fakes-{:06}.png", images / 1000))
    }

    /// Appends a line to `stats.jsonl`.
    pub fn append_stats(&self, tick: &Tick) -> anyhow::Result<()> {
        let path = self.path.join("stats.jsonl");
        let line = serde_json::to_string(tick)? + "\n";
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    fn write_json(&self, name: &str, value: &impl Serialize) -> anyhow::Result<()> {
        let path = self.path.join(name);
        fs::write(&path, serde_json::to_string_pretty(value)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))
    }

    fn read_json<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<T> {
        let path = self.path.join(name);
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
    }
}

/// One more than the highest number among `parent`'s entries.
fn next_number(parent: &Path) -> anyhow::Result<u32> {
    let entries =
        fs::read_dir(parent).with_context(|| format!("cannot read {}", parent.display()))?;
    let numbers = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.split('-').next()?.parse::<u32>().ok()
    });
    Ok(numbers.max().map_or(0, |highest| highest + 1))
}
