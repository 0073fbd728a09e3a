//! `export`: a run's newest checkpoint as a bundle, without the run's data, and on the CPU wherever it was trained.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use model_core::bundle::{MAX_LATENT_EDIT, MAX_TRUNCATION};

use super::number::within;
use crate::progress::Progress;
use crate::run_dir::RunDir;
use crate::wait::wait;
use crate::{bundles, checkpoints};
use dataset::Split;
use training::export::{self, Adjustment, Exported};

/// 0 would leave one face for each emotion, and no way back.
const LEAST_TRUNCATION: f64 = 0.01;

/// 0 would leave one emotion, and no way back.
const LEAST_LABEL_INTERPOLATION: f64 = 0.1;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Run directory
    run: PathBuf,
    /// Directory for the bundle, such as web/assets/models/acgan
    #[arg(long)]
    to: PathBuf,
    /// Also write the discriminator there, such as native-trainer/discriminators/cgan, for train --from --discriminator
    #[arg(long, value_name = "DIR")]
    discriminator: Option<PathBuf>,
    /// What latents are multiplied by, 0.01 to 1.5: below 1 less diversity, and fewer faces far from the average; above 1 more of both
    #[arg(long, default_value_t = 1.0, value_parser = within(LEAST_TRUNCATION..=MAX_TRUNCATION))]
    truncation: f64,
    /// How far latents are moved to where the discriminator sees the asked emotion better, in standard deviations from 0 to 3:
    /// fewer malformed faces, plainer emotions, less diversity
    #[arg(long, value_name = "M", default_value_t = 0.0, value_parser = within(0.0..=MAX_LATENT_EDIT))]
    latent_edit: f64,
    /// How much of the asked emotion faces keep, 0.1 to 1; the rest is neutral: emotions as plain as people's, fewer malformed faces
    #[arg(long, value_name = "I", default_value_t = 1.0, value_parser = within(LEAST_LABEL_INTERPOLATION..=1.0))]
    label_interpolation: f64,
}

pub(super) fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let run = RunDir::open(&args.run)?;
    let (options, data) = (run.options()?, run.data()?);
    let mut progress = Progress::new();
    let newest = checkpoints::newest(&run.checkpoints(), &mut |event| progress.tell(event))?;
    let (path, checkpoint) = newest.with_context(|| {
        format!(
            "{} has no checkpoint yet: nothing to export",
            args.run.display()
        )
    })?;
    let snapshot = checkpoint
        .snapshot(&options, data.counts(Split::Training))
        .with_context(|| format!("cannot export {}", path.display()))?;
    let adjustment = Adjustment {
        truncation: args.truncation,
        latent_edit: args.latent_edit,
        label_interpolation: args.label_interpolation,
    };
    let exported = wait(Exported::with(&snapshot, adjustment))?;
    let bundle = wait(exported.pack(&bundles::provenance(&data.name, &data.sha256)))?;
    let [mean, most] = wait(exported.rounding(&bundle))?;
    bundles::write(&bundle, &args.to)?;
    if let Some(directory) = &args.discriminator {
        let discriminator = wait(export::pack_discriminator(&snapshot, &bundle))?;
        bundles::write(&discriminator, directory)?;
    }
    crate::say!(
        "bundle   {} ({} images seen)",
        args.to.display(),
        snapshot.images_learned_from
    );
    crate::say!(
        "rounded  weights move a pixel by {mean:.2} grey levels (root mean square), {most:.1} at most"
    );
    Ok(())
}
