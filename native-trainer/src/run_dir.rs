//! A run directory explains itself: all its names are built here.
//!
//! ```text
//! 00003-acgan-fer2013/
//!   options.json            what the run computes       data.json     which data it reads
//!   stats.jsonl             a line per tick             reals.png     training images by emotion
//!   fakes-00000000.png ...  after so many images        checkpoints/  the newest two
//!   curve.png               the figures as curves       lock          held while a trainer works here
//!   bundle/                 manifest.json + generator.safetensors, after the last step
//!   from/                   the bundle that the run set out with, if it did, and its discriminator
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use model_core::bundle::Bundle;
use model_core::discriminator_bundle::DiscriminatorBundle;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bundles;
use crate::disk;
use crate::lock::Lock;
use crate::run_data::RunData;
use crate::stats::Stats;
use training::options::RunOptions;

/// Names of the files that make a directory a run.
const OPTIONS: &str = "options.json";
const DATA: &str = "data.json";

/// No options file of this project is longer.
const MAX_OPTIONS_BYTES: u64 = 1 << 20;

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
        data: &RunData,
        from: Option<&Bundle>,
        discriminator: Option<&DiscriminatorBundle>,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        let mut number = next_number(parent)?;
        let path = loop {
            let path = parent.join(format!("{number:05}-{}-{}", options.gan, data.name));
            match fs::create_dir(&path) {
                Ok(()) => break path,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot create {}", path.display()));
                }
            }
        };
        let run = Self { path };
        // The options come last: they make the directory a run that can be resumed.
        run.write_json(DATA, data)?;
        if let Some(bundle) = from {
            bundles::write(bundle, &run.from())?;
        }
        if let Some(bundle) = discriminator {
            bundles::write(bundle, &run.from())?;
        }
        run.write_json(OPTIONS, options)?;
        Ok(run)
    }

    /// Opens the directory of an earlier run.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            path.join(OPTIONS).is_file(),
            "{} is no run directory: it has no options.json",
            path.display()
        );
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Keeps every other trainer out of the directory.
    pub fn lock(&self) -> anyhow::Result<Lock> {
        Lock::take(&self.path)
    }

    /// The options the run was started with, checked: the file may have been edited by hand.
    pub fn options(&self) -> anyhow::Result<RunOptions> {
        let options: RunOptions = self.read_json(OPTIONS)?;
        options
            .check()
            .with_context(|| format!("{}/options.json", self.path.display()))?;
        Ok(options)
    }

    /// Replaces what has changed: options, for what is still to come (see [`RunOptions::fixed_differences`]), and where data lies.
    pub fn update(&self, options: &RunOptions, data: &RunData) -> anyhow::Result<()> {
        if *data != self.data()? {
            self.write_json(DATA, data)?;
        }
        if *options != self.options()? {
            self.write_json(OPTIONS, options)?;
        }
        Ok(())
    }

    /// The data the run reads.
    pub fn data(&self) -> anyhow::Result<RunData> {
        let path = self.path.join(DATA);
        let json = disk::read(&path, MAX_OPTIONS_BYTES)?;
        RunData::parse(&json).with_context(|| format!("{} cannot be read", path.display()))
    }

    /// Whether a directory knows of data, as every run does.
    pub fn knows_data(path: &Path) -> bool {
        path.join(DATA).is_file()
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

    /// The bundle that the run set out with, and the discriminator.
    pub fn from(&self) -> PathBuf {
        self.path.join("from")
    }

    pub fn reals(&self) -> PathBuf {
        self.path.join("reals.png")
    }

    /// Grid after `images` images.
    pub fn fakes(&self, images: u64) -> PathBuf {
        self.path.join(format!("fakes-{images:08}.png"))
    }

    /// The run's figures as curves.
    pub fn curve(&self) -> PathBuf {
        self.path.join("curve.png")
    }

    /// The run's figures.
    pub fn stats(&self) -> Stats {
        Stats::of(&self.path)
    }

    fn write_json(&self, name: &str, value: &impl Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(value)? + "\n";
        disk::write(&self.path.join(name), text.as_bytes())
    }

    fn read_json<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<T> {
        let path = self.path.join(name);
        let text = disk::read(&path, MAX_OPTIONS_BYTES)?;
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
