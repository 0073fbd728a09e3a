//! `classifier`: the emotion classifier that `eval` measures with.

use std::path::{Path, PathBuf};

use clap::Args;
use model_core::classifier_bundle::{ClassifierBundle, ClassifierTraining};

use super::data::{DataArgs, Loaded};
use super::device::DeviceArgs;
use crate::bundles;
use crate::classifier_training;
use crate::device::ChosenDevice;
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
    let loaded = args.data.load_for_measuring()?;
    let examined_on = examined_split(&loaded.dataset)?;
    let chosen = args.device.open()?;
    let usual = || usual_classifier(&loaded.dataset);
    let out = args.out.clone().unwrap_or_else(usual);
    let from = args.from.as_deref().map(bundles::read).transpose()?;
    let trainer = train(args, from.as_ref(), &loaded.dataset, &out, &chosen)?;
    let mut bundle = packed(args, from.as_ref(), &trainer, &loaded)?;
    // Examined as it will be read: with the weights that the file holds.
    let classifier = bundle.classifier(&chosen.device)?;
    let confusion = wait(examine(&classifier, &loaded.dataset, examined_on))?;
    bundle.manifest.training.accuracy = confusion.accuracy();
    bundles::write(&bundle, &out)?;
    crate::say!("{examined_on}\n{confusion}classifier {}", out.display());
    Ok(())
}

/// Channels of the first stage.
fn width(args: &ClassifierArgs, from: Option<&ClassifierBundle>) -> usize {
    from.map_or(args.width, |classifier| classifier.manifest.width)
}

/// Trains to the end, from what an earlier training left in `out`.
fn train(
    args: &ClassifierArgs,
    from: Option<&ClassifierBundle>,
    dataset: &Dataset,
    out: &Path,
    chosen: &ChosenDevice,
) -> anyhow::Result<ClassifierTrainer> {
    let options = ClassifierOptions {
        width: width(args, from),
        images: args.images,
        seed: args.seed,
        from: None,
    };
    let mut trainer = ClassifierTrainer::new(options, dataset.clone(), &chosen.device)?;
    if let Some(classifier) = from {
        trainer.set_out_from(classifier)?;
    }
    classifier_training::run(&mut trainer, &out.join("training"), &mut |images, loss| {
        crate::note!("{images:>9} of {} images  loss {loss:.3}", args.images);
    })?;
    Ok(trainer)
}

/// The finished classifier, not examined yet.
fn packed(
    args: &ClassifierArgs,
    from: Option<&ClassifierBundle>,
    trainer: &ClassifierTrainer,
    loaded: &Loaded,
) -> anyhow::Result<ClassifierBundle> {
    let provenance = bundles::provenance(&loaded.data.name, &loaded.data.sha256);
    let before = from.map_or(0, |classifier| classifier.manifest.training.images_seen);
    let training = ClassifierTraining {
        data: provenance.data,
        data_sha256: Some(provenance.data_sha256),
        images_seen: before + trainer.images_seen(),
        seed: args.seed,
        accuracy: 0.0,
        git_commit: provenance.git_commit,
    };
    let network = trainer.finish();
    let bundle = ClassifierBundle::pack(&network, width(args, from), training);
    Ok(wait(bundle)?)
}
