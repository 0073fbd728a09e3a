//! `eval`: a bundle's faces beside held-out real ones.

use std::path::PathBuf;

use clap::Args;
use model_core::bundle::{Bundle, Describes, Training};
use model_core::classifier_bundle::{ClassifierBundle, ClassifierManifest, ClassifierTraining};

use super::FacesArgs;
use super::classifier::usual_classifier;
use super::data::{DataArgs, Loaded};
use super::device::DeviceArgs;
use crate::wait::wait;
use crate::{bundles, home, pictures};
use training::bench::Bench;
use training::evaluation::{self, EvalReport, Evaluation};
use training::gan_train::gan_train;

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    #[command(flatten)]
    made: FacesArgs,
    /// Most held-out images to compare with
    #[arg(long, default_value_t = 10_000)]
    faces: usize,
    /// Directory of a classifier [default: runs/classifier-<data>, or the shipped one of FER2013, if it was trained on the
    /// same images; else, with a warning, what there is]
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

/// The classifier that was chosen; else one that was trained on these images, that of their name, or the shipped one.
fn open_classifier(args: &EvalArgs, loaded: &Loaded) -> anyhow::Result<ClassifierBundle> {
    let (path, bundle) = match &args.classifier {
        Some(path) => (path.clone(), bundles::read(path)?),
        None => usual_or_shipped(loaded)?,
    };
    crate::note!("classifier {}", path.display());
    let ClassifierTraining {
        data, data_sha256, ..
    } = &bundle.manifest.training;
    loaded.warn_of_others("the classifier", data, data_sha256.as_deref());
    Ok(bundle)
}

fn usual_or_shipped(loaded: &Loaded) -> anyhow::Result<(PathBuf, ClassifierBundle)> {
    let own = usual_classifier(&loaded.dataset);
    let own = own.join(ClassifierManifest::FILE).is_file().then_some(own);
    let shipped = home::shipped_classifier();
    let mut found = Vec::new();
    for path in [own, shipped].into_iter().flatten() {
        let bundle: ClassifierBundle = bundles::read(&path)?;
        found.push((path, bundle));
    }
    let own_data = Some(&loaded.data.sha256);
    let fits = |(_, bundle): &(PathBuf, ClassifierBundle)| {
        bundle.manifest.training.data_sha256.as_ref() == own_data
    };
    let place = found.iter().position(fits);
    // Nothing but their own classifier knows synthetic faces.
    let other = loaded.data.options.path.is_some() && !found.is_empty();
    match place.or(other.then_some(0)) {
        Some(place) => Ok(found.swap_remove(place)),
        None => anyhow::bail!(
            "no classifier was trained on {}: train one with native-trainer classifier, with the same --data, \
             or choose one by --classifier DIR",
            loaded.shown()
        ),
    }
}

pub(super) fn run(args: &EvalArgs) -> anyhow::Result<()> {
    anyhow::ensure!(
        !args.record || args.made.truncation == 1.0,
        "--record writes what latents as sampled give: leave out --truncation {}",
        args.made.truncation
    );
    let mut bundle: Bundle = bundles::read(&args.made.bundle)?;
    let loaded = args.data.load_for_measuring()?;
    let Training {
        data, data_sha256, ..
    } = &bundle.manifest.training;
    loaded.warn_of_others("the bundle", data, data_sha256.as_deref());
    let classifier = open_classifier(args, &loaded)?;
    let chosen = args.device.open()?;
    let bench = Bench {
        dataset: &loaded.dataset,
        classifier: &classifier.classifier(&chosen.device)?,
        device: &chosen.device,
        limit: args.faces,
        seed: args.made.seed,
        truncation: args.made.truncation,
    };
    let report = measure(args, &bundle, &bench)?;
    match args.json {
        true => crate::say!("{}", serde_json::to_string_pretty(&report)?),
        false => crate::output::result(format_args!("{report}")),
    }
    if args.record {
        let (metrics, left_out) = report.recorded();
        bundle.manifest.training.metrics = metrics;
        bundles::write(&bundle, &args.made.bundle)?;
        crate::note!("recorded in {}", args.made.bundle.display());
        for name in left_out {
            crate::note!("warning  {name} was not recorded: it is no number");
        }
    }
    Ok(())
}

/// All the figures that were asked for.
fn measure(args: &EvalArgs, bundle: &Bundle, bench: &Bench) -> anyhow::Result<EvalReport> {
    let Evaluation {
        mut report,
        closest,
    } = wait(evaluation::evaluate(bundle, bench))?;
    if let Some(images) = args.gan_train {
        report.gan_train = Some(wait(gan_train(bundle, bench, images))?);
    }
    if let Some(directory) = &args.discriminator {
        let kept = bundles::read(directory)?;
        let network = kept.discriminator(bench.device)?;
        report.overfitting = Some(wait(evaluation::overfitting(bundle, &network, bench))?);
    }
    if let Some(path) = &args.pairs {
        pictures::write_pairs(&closest, path)?;
        crate::note!("pairs    {}", path.display());
    }
    Ok(report)
}
