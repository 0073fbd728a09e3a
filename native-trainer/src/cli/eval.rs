//! `eval`: a bundle's faces beside held-out real ones.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use model_core::bundle::Describes;
use model_core::classifier_bundle::{ClassifierBundle, ClassifierManifest};

use super::FacesArgs;
use super::classifier::usual_classifier;
use super::data::DataArgs;
use super::device::DeviceArgs;
use crate::wait::wait;
use crate::{bundles, pictures};
use dataset::Dataset;
use training::evaluation::{self, Bench};

/// The classifier that was trained on FER2013 and stands in the repository.
const SHIPPED_CLASSIFIER: &str = "native-trainer/classifiers/fer2013";

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    #[command(flatten)]
    made: FacesArgs,
    /// Most held-out images to compare with
    #[arg(long, default_value_t = 10_000)]
    faces: usize,
    /// Directory of a classifier [default: runs/classifier-<data>, else the shipped native-trainer/classifiers/fer2013]
    #[arg(long)]
    classifier: Option<PathBuf>,
    /// Also train a small classifier on generated faces and one on real ones, for as many images each, and compare
    /// them (GAN-train)
    #[arg(long, value_name = "IMAGES")]
    gan_train: Option<u64>,
    /// Also ask the discriminator that was exported with the bundle how much of the training images it has memorised
    #[arg(long, value_name = "DIR")]
    discriminator: Option<PathBuf>,
    /// Write the closest pairs of a generated face (left) and a training image (right) as a picture
    #[arg(long, value_name = "PNG")]
    pairs: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Write the figures into the bundle's manifest
    #[arg(long)]
    record: bool,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
}

fn open_classifier(args: &EvalArgs, dataset: &Dataset) -> anyhow::Result<ClassifierBundle> {
    let own = usual_classifier(dataset);
    let shipped = PathBuf::from(SHIPPED_CLASSIFIER);
    let path = match &args.classifier {
        Some(path) => path.clone(),
        None if own.join(ClassifierManifest::FILE).is_file() => own,
        None => shipped,
    };
    let bundle: ClassifierBundle = bundles::read(&path).with_context(|| {
        format!(
            "train one first: native-trainer classifier, with the same --data ({})",
            dataset.name
        )
    })?;
    let trained_on = &bundle.manifest.training.data;
    anyhow::ensure!(
        *trained_on == dataset.name,
        "the classifier in {} was trained on {trained_on}, not on {}: train one with native-trainer classifier, with the same --data",
        path.display(),
        dataset.name
    );
    crate::note!("classifier {}", path.display());
    Ok(bundle)
}

pub(super) fn run(args: &EvalArgs) -> anyhow::Result<()> {
    anyhow::ensure!(
        !args.record || args.made.truncation == 1.0,
        "--record writes what latents as drawn give: leave out --truncation {}",
        args.made.truncation
    );
    let mut bundle = bundles::read(&args.made.bundle)?;
    let dataset = args.data.load_for_measuring()?;
    let classifier = open_classifier(args, &dataset)?;
    let chosen = args.device.open()?;
    let bench = Bench {
        dataset: &dataset,
        classifier: &classifier.classifier(&chosen.device)?,
        device: &chosen.device,
        limit: args.faces,
        seed: args.made.seed,
        truncation: args.made.truncation,
    };
    let evaluation::Evaluation {
        mut report,
        closest,
    } = wait(evaluation::evaluate(&bundle, &bench))?;
    if let Some(images) = args.gan_train {
        report.gan_train = Some(wait(evaluation::gan_train(&bundle, &bench, images))?);
    }
    if let Some(directory) = &args.discriminator {
        let kept = bundles::read(directory)?;
        let network = kept.discriminator(&chosen.device)?;
        report.overfitting = Some(wait(evaluation::overfitting(&bundle, &network, &bench))?);
    }
    if let Some(path) = &args.pairs {
        pictures::write_pairs(&closest, path)?;
        crate::note!("pairs    {}", path.display());
    }
    match args.json {
        true => crate::say!("{}", serde_json::to_string_pretty(&report)?),
        false => crate::output::result(format_args!("{report}")),
    }
    if args.record {
        bundle.manifest.training.metrics = report.metrics();
        bundles::write(&bundle, &args.made.bundle)?;
        crate::note!("recorded in {}", args.made.bundle.display());
    }
    Ok(())
}
