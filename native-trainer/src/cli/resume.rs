//! `resume`: a run from its newest checkpoint.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::data::{self, Loaded};
use super::device::DeviceArgs;
use super::train::{go, locked};
use crate::command::{program, quoted};
use crate::run_data::RunData;
use crate::run_dir::RunDir;
use training::options::RunOptions;

#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// Run directory
    run: PathBuf,
    /// New length of the run in images seen [default: as started]
    #[arg(long)]
    images: Option<u64>,
    /// Changes an option for what is still to come, by its name in the run's options.json, such as loss.label_weight=0.1; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Where the run's data is now, in whatever form: the same images, which are compared by their hash [default: where they were]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where its votes are now
    #[arg(long, value_name = "FILE")]
    votes: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArgs,
}

pub(super) fn run(args: &ResumeArgs) -> anyhow::Result<ExitCode> {
    let run = RunDir::open(&args.run)?;
    let _lock = locked(&run)?;
    let options = args.options(run.options()?)?;
    let loaded = args.load(&run)?;
    let chosen = args.device.open()?;
    go(options, loaded, &chosen, &run)
}

impl ResumeArgs {
    /// The run's options with the changes that were asked for.
    fn options(&self, before: RunOptions) -> anyhow::Result<RunOptions> {
        let mut options = before.clone();
        options.images = self.images.unwrap_or(options.images);
        for assignment in &self.set {
            options.set(assignment)?;
        }
        options.check()?;
        let fixed = options.fixed_differences(&before)?;
        anyhow::ensure!(
            fixed.is_empty(),
            "a run keeps its {}: start a new one",
            fixed.join(", ")
        );
        Ok(options)
    }

    /// The run's data, where it is now.
    fn load(&self, run: &RunDir) -> anyhow::Result<Loaded> {
        let known = run.data()?;
        let mut options = known.options.clone();
        for (place, moved) in [
            (&mut options.path, &self.data),
            (&mut options.votes, &self.votes),
        ] {
            if let Some(path) = moved {
                *place = Some(data::absolute(path.clone()));
            }
        }
        let mut files = options.path.iter().chain(&options.votes);
        if let Some(missing) = files.find(|path| !path.exists()) {
            anyhow::bail!(
                "{} does not exist any more: pass where the run's data is now: {} resume {} --data PATH",
                missing.display(),
                program(),
                quoted(run.path())
            );
        }
        let loaded = data::load(options)?;
        check_images(&loaded, &known, run)?;
        Ok(loaded)
    }
}

/// Refuses other images than those that the run was trained on.
fn check_images(loaded: &Loaded, known: &RunData, run: &RunDir) -> anyhow::Result<()> {
    anyhow::ensure!(
        loaded.data.sha256 == known.sha256,
        "{} are other images than the run's ({} of hash {}; {}/data.json says {} of hash {}): \
         pass the run's by --data, or start a new run with these by train --data",
        loaded.shown(),
        loaded.data.len(),
        loaded.data.sha256,
        run.path().display(),
        known.len(),
        known.sha256
    );
    Ok(())
}
