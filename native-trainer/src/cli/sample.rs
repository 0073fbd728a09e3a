//! `sample`: faces of a bundle as files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use model_core::emotion::Emotion;

use super::FacesArgs;
use super::device::DeviceArgs;
use crate::{bundles, pictures, sample};
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
    /// Copy the class shares of a split, such as fer2013.csv:PrivateTest
    #[arg(long, value_name = "DATA:SPLIT", conflicts_with = "emotion")]
    labels_like: Option<String>,
    /// Also write all faces as one picture: a row per emotion, or with --labels-like rows of 16
    #[arg(long, value_name = "PNG")]
    grid: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArgs,
}

pub(super) fn run(args: &SampleArgs) -> anyhow::Result<()> {
    let bundle = bundles::read(&args.made.bundle)?;
    let orders = match &args.labels_like {
        Some(like) => {
            let (path, split) = like.rsplit_once(':').with_context(|| {
                format!(
                    "--labels-like {like}: expected DATA:SPLIT, such as fer2013.csv:PrivateTest"
                )
            })?;
            let dataset = Dataset::load(Path::new(path), LoadOptions::default())?;
            sample::like_split(&dataset, split.parse::<Split>()?, args.count)?
        }
        None if args.emotion == "all" => sample::per_emotion(&Emotion::ALL, args.count),
        None => sample::per_emotion(&[args.emotion.parse()?], args.count),
    };
    let chosen = args.device.open()?;
    let generator = bundle
        .generator(&chosen.device)?
        .truncated(args.made.truncation);
    let faces = sample::write(&generator, &orders, args.made.seed, &args.out)?;
    if let Some(path) = &args.grid {
        let cells = pictures::cells(&faces);
        let columns = usize::try_from(args.count)?.max(1);
        match (&args.labels_like, args.emotion.as_str()) {
            (Some(_), _) => pictures::write(&cells, training::faces::COLUMNS, path)?,
            (None, "all") => pictures::write_by_emotion(&cells, columns, path)?,
            (None, _) => pictures::write(&cells, columns, path)?,
        }
    }
    crate::say!("faces    {} in {}", orders.len(), args.out.display());
    Ok(())
}
