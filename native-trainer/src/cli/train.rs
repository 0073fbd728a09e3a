//! `train`: a run from its start; and what it has in common with [`super::resume`].

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use burn::tensor::Device;
use clap::Args;
use model_core::bundle::{Bundle, Manifest};
use model_core::config::{DiscriminatorConfig, GanKind, GeneratorConfig};
use model_core::discriminator_bundle::{DiscriminatorBundle, DiscriminatorManifest};

use super::data::{DataArgs, Loaded};
use super::device::DeviceArgs;
use super::preset::preset;
use crate::bundles;
use crate::command::{program, quoted};
use crate::device::ChosenDevice;
use crate::event::TrainEvent;
use crate::interrupt::Interrupt;
use crate::lock::Lock;
use crate::progress::Progress;
use crate::run::{self, Outcome};
use crate::run_dir::RunDir;
use crate::trial;
use training::batcher::Batcher;
use training::options::{Changes, Preset, RunOptions};
use training::trainer::Trainer;

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// Which GAN to train, cgan or acgan [default: that of --from, else acgan]
    #[arg(long)]
    gan: Option<GanKind>,
    /// Set out with the generator of this bundle, such as web/assets/models/acgan; a new discriminator learns alone at first
    #[arg(long, value_name = "BUNDLE")]
    from: Option<PathBuf>,
    /// Set out with this discriminator, too, exported with the bundle, such as native-trainer/discriminators/cgan
    #[arg(long, value_name = "DIR", requires = "from")]
    discriminator: Option<PathBuf>,
    /// Named set of options: see docs/training.md
    #[arg(long, value_parser = preset(), default_value = "small")]
    preset: Preset,
    /// Length of the run in real images seen [default: tiny 20000, small 30000, base 5000000]
    #[arg(long)]
    images: Option<u64>,
    /// Seed of weights, batches and latents
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Directory in which the run's own directory is created
    #[arg(long, default_value = "runs")]
    out: PathBuf,
    /// Images per step [default: tiny and small 32, base 64]
    #[arg(long)]
    batch: Option<usize>,
    /// Any other option by its name in a run's options.json, such as loss.adversarial=relativistic; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    device: DeviceArgs,
}

impl TrainArgs {
    fn options(
        &self,
        from: Option<&Manifest>,
        discriminator: Option<&DiscriminatorManifest>,
    ) -> anyhow::Result<RunOptions> {
        let gan = self.gan.or(from.map(|bundle| bundle.gan));
        let mut options = self.preset.options(gan.unwrap_or(GanKind::Acgan));
        if let Some(bundle) = from {
            options.set_from(bundle, discriminator);
        }
        options.change(&Changes {
            seed: self.seed,
            images: self.images,
            batch: self.batch,
            set: self.set.clone(),
        })?;
        check_networks(&options, from, discriminator)?;
        options.check()?;
        Ok(options)
    }
}

/// Refuses networks that are not those the run sets out with, but for what may be added to them.
fn check_networks(
    options: &RunOptions,
    from: Option<&Manifest>,
    discriminator: Option<&DiscriminatorManifest>,
) -> anyhow::Result<()> {
    if let Some(bundle) = from {
        let (residual, self_modulation) = (
            bundle.generator.residual || options.generator.residual,
            bundle.generator.self_modulation || options.generator.self_modulation,
        );
        let grown = GeneratorConfig {
            residual,
            self_modulation,
            ..bundle.generator.clone()
        };
        anyhow::ensure!(
            options.generator == grown,
            "--from takes the bundle's network as it is, or adds to it by --set generator.residual=true and --set generator.self_modulation=true: leave out every other --set generator"
        );
    }
    if let Some(kept) = discriminator {
        let other_layers = DiscriminatorConfig {
            dense: options.discriminator.dense,
            ..kept.discriminator
        };
        anyhow::ensure!(
            options.gan == kept.gan && options.discriminator == other_layers,
            "--discriminator takes the network of the {}, in which --set discriminator.dense may add or leave out a layer: leave out --gan and every other --set discriminator",
            kept.gan
        );
    }
    Ok(())
}

pub(super) fn start(args: &TrainArgs) -> anyhow::Result<ExitCode> {
    let from = args.from.as_deref().map(bundles::read).transpose()?;
    let discriminator = args.discriminator.as_deref();
    let discriminator = discriminator.map(bundles::read).transpose()?;
    let options = args.options(
        from.as_ref().map(|bundle| &bundle.manifest),
        discriminator.as_ref().map(|bundle| &bundle.manifest),
    )?;
    let loaded = args.data.load()?;
    let chosen = args.device.open()?;
    let run = RunDir::create(
        &args.out,
        &options,
        &loaded.data,
        from.as_ref(),
        discriminator.as_ref(),
    )?;
    let _lock = locked(&run)?;
    go(options, loaded, &chosen, &run)
}

/// Keeps every other trainer out of a run, as far as its file system can.
pub(super) fn locked(run: &RunDir) -> anyhow::Result<Lock> {
    let lock = run.lock()?;
    if let Some(warning) = &lock.warning {
        crate::note!("warning  {warning}");
    }
    Ok(lock)
}

/// The bundle that the run set out with, as it was then, and its discriminator if there was one.
fn origin(
    options: &RunOptions,
    run: &RunDir,
) -> anyhow::Result<Option<(Bundle, Option<DiscriminatorBundle>)>> {
    let Some(from) = &options.from else {
        return Ok(None);
    };
    let same = |what: &str, found: &str, expected: &str| {
        anyhow::ensure!(
            found == expected,
            "{} is not the {what} that the run set out with: its weights have SHA-256 {found}, options.json says {expected}",
            run.from().display()
        );
        Ok(())
    };
    let bundle: Bundle = bundles::read(&run.from())?;
    same("bundle", &bundle.manifest.weights.sha256, &from.sha256)?;
    let Some(expected) = &from.discriminator else {
        return Ok(Some((bundle, None)));
    };
    let kept: DiscriminatorBundle = bundles::read(&run.from())?;
    same("discriminator", &kept.manifest.weights.sha256, expected)?;
    Ok(Some((bundle, Some(kept))))
}

/// Trains to the end, from the newest checkpoint if there is one. Options and data that the run does not know yet are written when it
/// is sure that it continues with them.
pub(super) fn go(
    options: RunOptions,
    loaded: Loaded,
    chosen: &ChosenDevice,
    run: &RunDir,
) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let Loaded { dataset, data } = loaded;
    let provenance = bundles::provenance(&data.name, &data.sha256);
    let from = origin(&options, run)?;
    let batcher = Arc::new(Batcher::new(dataset, options.batch_settings()));
    let start = |device: &Device| -> anyhow::Result<Trainer> {
        let mut trainer = Trainer::new(options.clone(), Arc::clone(&batcher), device);
        if let Some((bundle, discriminator)) = &from {
            trainer.set_out_from(bundle, discriminator.as_ref())?;
        }
        Ok(trainer)
    };
    let device = match chosen.on_trial {
        true => tried(chosen, start)?,
        false => chosen.device.clone(),
    };
    let mut trainer = start(&device)?;
    let mut progress = Progress::new();
    let tell = &mut |event: &TrainEvent| progress.tell(event);
    run::roll_back(&mut trainer, run, tell)?;
    check_length(&trainer, run)?;
    run.update(&options, &data)?;
    let outcome = run::run(&mut trainer, run, &provenance, &interrupt, tell)?;
    if outcome == Outcome::Finished && data.options.path.is_some() {
        what_longer_brings(trainer.options(), run);
    }
    Ok(match outcome {
        Outcome::Finished => ExitCode::SUCCESS,
        Outcome::Stopped => ExitCode::from(interrupt.exit_code()),
    })
}

/// Refuses a length that the run is beyond: nothing would be trained, and its bundle would be that of more images.
fn check_length(trainer: &Trainer, run: &RunDir) -> anyhow::Result<()> {
    let options = trainer.options();
    anyhow::ensure!(
        trainer.step_number() <= options.steps(),
        "{} has seen {} images already, more than --images {}: pass a larger number, or export it as it is: {} export {} --to DIR",
        run.path().display(),
        trainer.images_seen(),
        options.images,
        program(),
        quoted(run.path())
    );
    Ok(())
}

/// The chosen device if it computes a first training step as the CPU does; else the CPU, or an error where no other may take its place.
fn tried(
    chosen: &ChosenDevice,
    start: impl Fn(&Device) -> anyhow::Result<Trainer>,
) -> anyhow::Result<Device> {
    crate::note!(
        "device   comparing the first training step with the CPU's; tuning the kernels of {} takes minutes",
        chosen.name
    );
    let cpu = Device::flex();
    match trial::agree(&mut start(&chosen.device)?, &mut start(&cpu)?) {
        Ok(()) => Ok(chosen.device.clone()),
        Err(error) if chosen.required => Err(error.context(format!(
            "{} computes wrong training steps: update its driver, or use --device cpu",
            chosen.name
        ))),
        Err(error) => {
            crate::note!(
                "device   the CPU: {} trains wrongly: {error:#}",
                chosen.name
            );
            Ok(cpu)
        }
    }
}

/// A run of so many images of FER2013 makes faces that are worth looking at.
const LONGER: u64 = 300_000;

/// What more images would do to a short run on real faces, and the command.
fn what_longer_brings(options: &RunOptions, run: &RunDir) {
    if options.images < LONGER {
        crate::say!(
            "longer   {LONGER} images brought a Frechet distance of 0.21 where 40000 brought 0.59, with options of their own (docs/ablations.md); to go on: {} resume {} --images {LONGER}",
            program(),
            quoted(run.path())
        );
    }
}
