//! `sample`: faces of a bundle as files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use model_core::emotion::Emotion;

use super::FacesArgs;
use super::device::DeviceArgs;
use crate::bundles;
use crate::pictures::Grid;
use crate::run_dir::RunDir;
use crate::sample::{self, Requests};
use dataset::{Dataset, LoadOptions, Split};

#[derive(Debug, Args)]
pub(super) struct SampleArgs {
    #[command(flatten)]
    made: FacesArgs,
    /// One of the seven emotions, or all
    #[arg(long, default_value = "all")]
    emotion: String,
    /// Faces per emotion; with --labels-like, faces in all
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    count: u64,
    /// Directory for the faces
    #[arg(long, default_value = "samples")]
    out: PathBuf,
    /// Copy the class shares of a split, such as fer2013.csv:PrivateTest; a run directory in place of data is one that counted its own
    #[arg(long, value_name = "DATA:SPLIT", conflicts_with = "emotion")]
    labels_like: Option<String>,
    /// Also write all faces as one picture: a row per emotion, or with --labels-like rows of 16
    #[arg(long, value_name = "PNG")]
    grid: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArgs,
}

/// The most faces of a grid, which is one picture in memory.
const MOST_IN_A_GRID: u64 = 20_000;

pub(super) fn run(args: &SampleArgs) -> anyhow::Result<()> {
    let bundle = bundles::read(&args.made.bundle)?;
    let requests = args.requests()?;
    anyhow::ensure!(
        args.grid.is_none() || requests.total() <= MOST_IN_A_GRID,
        "--grid shows at most {MOST_IN_A_GRID} faces in one picture, and these are {}: leave it out, or pass a smaller --count",
        requests.total()
    );
    let chosen = args.device.open()?;
    let generator = bundle
        .generator(&chosen.device)?
        .truncated(args.made.truncation);
    let new_grid = || Grid::new(requests.total() as usize, args.columns());
    let mut grid = args.grid.as_ref().map(|_| new_grid());
    sample::write(
        &generator,
        &requests,
        args.made.seed,
        &args.out,
        &mut |face| {
            if let Some(grid) = &mut grid {
                grid.put(Some(face));
            }
        },
    )?;
    if let (Some(grid), Some(path)) = (grid, &args.grid) {
        match args.rows_are_emotions() {
            true => grid.write_by_emotion(path)?,
            false => grid.write(path)?,
        }
    }
    crate::say!("faces    {} in {}", requests.total(), args.out.display());
    Ok(())
}

impl SampleArgs {
    /// Which faces are asked for.
    fn requests(&self) -> anyhow::Result<Requests> {
        match &self.labels_like {
            Some(like) => Requests::with_shares(counts_of(like)?, self.count)
                .with_context(|| format!("--labels-like {like}")),
            None if self.emotion == "all" => Ok(Requests::per_emotion(&Emotion::ALL, self.count)),
            None => Ok(Requests::per_emotion(&[self.emotion.parse()?], self.count)),
        }
    }

    fn rows_are_emotions(&self) -> bool {
        self.labels_like.is_none() && self.emotion == "all"
    }

    /// Faces in a row of the grid.
    fn columns(&self) -> usize {
        match self.labels_like {
            Some(_) => training::faces::COLUMNS,
            None => self.count as usize,
        }
    }
}

/// Images by emotion of `DATA:SPLIT`, where DATA is data, or a run, which has counted its own.
fn counts_of(like: &str) -> anyhow::Result<[usize; Emotion::COUNT]> {
    let (path, split) = like.rsplit_once(':').with_context(|| {
        format!("--labels-like {like}: expected DATA:SPLIT, such as fer2013.csv:PrivateTest")
    })?;
    let (path, split) = (Path::new(path), split.parse::<Split>()?);
    if RunDir::knows_data(path) {
        return Ok(RunDir::open(path)?.data()?.counts(split));
    }
    let dataset = Dataset::load(path, LoadOptions::default())?;
    Ok(dataset.counts()[split as usize])
}
