//! `classifier`: the emotion classifier that `eval` measures with.

use std::path::PathBuf;

use clap::Args;
use model_core::classifier_bundle::{ClassifierBundle, ClassifierManifest, ClassifierTraining};

use super::data::{DataArgs, Loaded};
use super::device::DeviceArgs;
use crate::bundles;
use crate::classifier_training;
use crate::wait::wait;
use dataset::Dataset;
use training::classifier::{ClassifierOptions, ClassifierTrainer};
use training::examination::{examine, examined_split};

#[derive(Debug, Args)]
pub(super) struct ClassifierArgs {
    /// Training images to be seen
    #[arg(long, default_value_t = 700_000)]
    images: u64,
    /// Continue from this trained classifier, which keeps its width
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Channels of the first stage
    #[arg(long, default_value_t = 32, conflicts_with = "from")]
    width: usize,
    /// Seed of weights and batches
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Directory for the classifier [default: runs/classifier-<data>]
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
}

/// Where the classifier of a data set is kept unless another place is named.
pub(super) fn usual_classifier(dataset: &Dataset) -> PathBuf {
    PathBuf::from(format!("runs/classifier-{}", dataset.name))
}

pub(super) fn run(args: &ClassifierArgs) -> anyhow::Result<()> {
    let Loaded { dataset, data } = args.data.load_for_measuring()?;
    let examined_on = examined_split(&dataset)?;
    let chosen = args.device.open()?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| usual_classifier(&dataset));
    let from = args
        .from
        .as_deref()
        .map(bundles::read::<ClassifierManifest>)
        .transpose()?;
    let options = ClassifierOptions {
        width: from
            .as_ref()
            .map_or(args.width, |classifier| classifier.manifest.width),
        images: args.images,
        seed: args.seed,
        from: None,
    };
    let width = options.width;
    let mut trainer = ClassifierTrainer::new(options, dataset.clone(), &chosen.device)?;
    if let Some(classifier) = &from {
        trainer.set_out_from(classifier)?;
    }
    classifier_training::run(&mut trainer, &out.join("training"), &mut |images, loss| {
        crate::note!("{images:>9} of {} images  loss {loss:.3}", args.images);
    })?;
    let provenance = bundles::provenance(&data.name, &data.sha256);
    let training = ClassifierTraining {
        data: provenance.data,
        data_sha256: Some(provenance.data_sha256),
        images_seen: from.map_or(0, |classifier| classifier.manifest.training.images_seen)
            + trainer.images_seen(),
        seed: args.seed,
        accuracy: 0.0,
        git_commit: provenance.git_commit,
    };
    let mut bundle = wait(ClassifierBundle::pack(&trainer.finish(), width, training))?;
    // Examined as it will be read: with the weights that the file holds.
    let confusion = wait(examine(
        &bundle.classifier(&chosen.device)?,
        &dataset,
        examined_on,
    ))?;
    bundle.manifest.training.accuracy = confusion.accuracy();
    bundles::write(&bundle, &out)?;
    crate::say!("{examined_on}\n{confusion}classifier {}", out.display());
    Ok(())
}
