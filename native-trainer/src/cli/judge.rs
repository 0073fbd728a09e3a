//! `judge`: the emotion classifier that `eval` measures with.

use std::path::PathBuf;

use clap::Args;
use model_core::judge_bundle::{JudgeBundle, JudgeManifest, JudgeTraining};

use super::data::DataArgs;
use super::device::DeviceArgs;
use crate::dataset::Dataset;
use crate::export::{self, Provenance};
use crate::judge::{self, JudgeOptions, JudgeTrainer};

#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// Training images to be seen
    #[arg(long, default_value_t = 700_000)]
    images: u64,
    /// Go on from this trained judge, which keeps its width
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Channels of the first stage
    #[arg(long, default_value_t = 32, conflicts_with = "from")]
    width: usize,
    /// Seed of weights and batches
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Directory for the judge [default: runs/judge-<data>]
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
}

/// Where the judge of a data set is kept unless another place is named.
pub(super) fn usual_judge(dataset: &Dataset) -> PathBuf {
    PathBuf::from(format!("runs/judge-{}", dataset.name))
}

pub(super) fn run(args: &JudgeArgs) -> anyhow::Result<()> {
    let dataset = args.data.load_for_measuring()?;
    let chosen = args.device.open()?;
    let out = args.out.clone().unwrap_or_else(|| usual_judge(&dataset));
    let from = args
        .from
        .as_deref()
        .map(export::read::<JudgeManifest>)
        .transpose()?;
    let options = JudgeOptions {
        width: from
            .as_ref()
            .map_or(args.width, |judge| judge.manifest.width),
        images: args.images,
        seed: args.seed,
        from: None,
    };
    let width = options.width;
    let mut trainer = JudgeTrainer::new(options, dataset.clone(), &chosen.device)?;
    if let Some(judge) = &from {
        trainer.set_out_from(judge)?;
    }
    trainer.run(Some(&out.join("training")), &mut |images, loss| {
        eprintln!("{images:>9} of {} images  loss {loss:.3}", args.images);
    })?;
    let provenance = Provenance::of(&dataset.name);
    let training = JudgeTraining {
        data: provenance.data,
        images_seen: from.map_or(0, |judge| judge.manifest.training.images_seen)
            + trainer.images_seen(),
        seed: args.seed,
        accuracy: 0.0,
        git_commit: provenance.git_commit,
    };
    let mut bundle = JudgeBundle::pack(&trainer.finish(), width, training)?;
    // Examined as it will be read: with the weights that the file holds.
    let confusion = judge::examine(&bundle.judge(&chosen.device)?, &dataset);
    bundle.manifest.training.accuracy = confusion.accuracy();
    export::write(&bundle, &out)?;
    println!("PrivateTest\n{confusion}judge    {}", out.display());
    Ok(())
}
