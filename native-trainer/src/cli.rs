//! The command line: arguments in, stages called, sentences out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::judge_bundle::{JUDGE_MANIFEST_FILE, JudgeBundle, JudgeTraining};

use crate::config::{Preset, RunOptions};
use crate::dataset::batcher::Batcher;
use crate::dataset::{Dataset, LoadOptions, Source, Split};
use crate::device::{self, ChosenDevice, DeviceChoice};
use crate::eval::{self, Bench};
use crate::export::{self, Provenance};
use crate::interrupt::{self, Interrupt};
use crate::judge::{self, JudgeOptions, JudgeTrainer};
use crate::run_dir::{DataOptions, RunDir};
use crate::train::{self, Outcome, Trainer};
use crate::{checkpoint, grid, progress, sample};

/// The judge that was trained on FER2013 and stands in the repository.
const SHIPPED_JUDGE: &str = "native-trainer/judges/fer2013";

/// Trains the Seven Faces GANs and exports what the page shows. Without a command it trains.
#[derive(Debug, Parser)]
#[command(
    name = "native-trainer",
    version,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    train: TrainArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a GAN and export its bundle (the default command)
    Train(TrainArgs),
    /// Continue a run from its newest checkpoint
    Resume(ResumeArgs),
    /// Write faces of a bundle as 48x48 grey PNG files, DIR/<emotion>/<n>.png
    Sample(SampleArgs),
    /// Train the emotion classifier that eval measures with
    Judge(JudgeArgs),
    /// Measure a bundle's faces against held-out real images
    Eval(EvalArgs),
    /// Export a run's newest checkpoint as a bundle
    Export(ExportArgs),
    /// Print how many images of each emotion a data set holds
    Data(DataArgs),
}

#[derive(Debug, Args)]
struct TrainArgs {
    /// Which GAN to train: cgan or acgan
    #[arg(long, default_value = "acgan")]
    gan: GanKind,
    /// Named set of options; measured results stand in docs/training.md
    #[arg(long, value_enum, default_value = "small")]
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

#[derive(Debug, Args)]
struct ResumeArgs {
    /// Run directory
    run: PathBuf,
    /// New length of the run in images seen [default: as started]
    #[arg(long)]
    images: Option<u64>,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Debug, Args)]
struct SampleArgs {
    /// Directory with manifest.json and generator.safetensors
    #[arg(long)]
    bundle: PathBuf,
    /// One of the seven emotions, or all
    #[arg(long, default_value = "all")]
    emotion: String,
    /// Faces per emotion; with --labels-like, faces in all
    #[arg(long, default_value_t = 8)]
    count: u64,
    /// Seed of face 0; face n has this seed plus n
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Directory for the faces
    #[arg(long, default_value = "samples")]
    out: PathBuf,
    /// Copy the class shares of a split, such as fer2013.csv:PrivateTest
    #[arg(long, value_name = "DATA:SPLIT", conflicts_with = "emotion")]
    labels_like: Option<String>,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Debug, Args)]
struct JudgeArgs {
    /// Training images to be seen
    #[arg(long, default_value_t = 700_000)]
    images: u64,
    /// Channels of the first stage
    #[arg(long, default_value_t = 32)]
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

#[derive(Debug, Args)]
struct EvalArgs {
    /// Directory with manifest.json and generator.safetensors
    #[arg(long)]
    bundle: PathBuf,
    /// Most held-out images to compare with
    #[arg(long, default_value_t = 10_000)]
    faces: usize,
    /// Seed of face 0
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Directory of a judge [default: runs/judge-<data>, else the shipped native-trainer/judges/fer2013]
    #[arg(long)]
    judge: Option<PathBuf>,
    /// Also train a small classifier on generated faces and one on real ones, for as many images each, and compare
    /// them (GAN-train)
    #[arg(long, value_name = "IMAGES")]
    gan_train: Option<u64>,
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

#[derive(Debug, Args)]
struct ExportArgs {
    /// Run directory
    run: PathBuf,
    /// Directory for the bundle, such as web/assets/models/acgan
    #[arg(long)]
    to: PathBuf,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Debug, Args)]
struct DataArgs {
    /// FER2013 as .csv, .csv.gz, .zip or folder [default: data/fer2013.csv, data/fer2013.zip, else synthetic faces]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Leave bad rows and images out and count them
    #[arg(long)]
    skip_bad_rows: bool,
}

#[derive(Debug, Args)]
struct DeviceArgs {
    /// auto takes a hardware GPU where there is one, else the CPU
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
}

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let done = match cli.command {
        None => return start(&cli.train),
        Some(Command::Train(args)) => return start(&args),
        Some(Command::Resume(args)) => return resume(&args),
        Some(Command::Sample(args)) => write_samples(&args),
        Some(Command::Judge(args)) => train_judge(&args),
        Some(Command::Eval(args)) => evaluate(&args),
        Some(Command::Export(args)) => export_run(&args),
        Some(Command::Data(args)) => args.load().map(|dataset| print!("{}", dataset.table())),
    };
    done.map(|()| ExitCode::SUCCESS)
}

impl DataArgs {
    fn options(&self) -> DataOptions {
        let path = match Source::choose(self.data.as_deref()) {
            Source::Path(path) => Some(std::path::absolute(&path).unwrap_or(path)),
            Source::Synthetic { .. } => None,
        };
        DataOptions {
            path,
            skip_bad_rows: self.skip_bad_rows,
        }
    }

    fn load(&self) -> anyhow::Result<Dataset> {
        load(&self.options())
    }
}

/// Loads a run's data and says what it is. Such notes go to standard error: standard output is for results.
fn load(options: &DataOptions) -> anyhow::Result<Dataset> {
    let source = options.path.clone().map_or(Source::STAND_IN, Source::Path);
    let dataset = source.load(LoadOptions {
        skip_bad_rows: options.skip_bad_rows,
    })?;
    match &options.path {
        Some(path) => eprintln!("data     {} ({} images)", path.display(), dataset.len()),
        None => eprintln!(
            "data     {} synthetic faces, drawn from a seed. For real ones download FER2013 (fer2013.csv, on Kaggle as\n         \"Challenges in Representation Learning: Facial Expression Recognition\") and put it at {}, or pass --data FILE",
            dataset.len(),
            Source::USUAL_PLACES[0]
        ),
    }
    if dataset.skipped > 0 {
        eprintln!("skipped  {} bad rows or images", dataset.skipped);
    }
    Ok(dataset)
}

impl DeviceArgs {
    fn open(&self) -> anyhow::Result<ChosenDevice> {
        let chosen = device::open(self.device)?;
        eprintln!("device   {}: {}", chosen.name, chosen.why);
        Ok(chosen)
    }
}

impl TrainArgs {
    fn options(&self) -> anyhow::Result<RunOptions> {
        let mut options = self.preset.options(self.gan);
        options.seed = self.seed;
        options.set_length(self.images.unwrap_or(options.images));
        options.batch = self.batch.unwrap_or(options.batch);
        for assignment in &self.set {
            options.set(assignment)?;
        }
        options.check()?;
        Ok(options)
    }
}

fn start(args: &TrainArgs) -> anyhow::Result<ExitCode> {
    let options = args.options()?;
    let data = args.data.options();
    let dataset = load(&data)?;
    let chosen = args.device.open()?;
    let run = RunDir::create(&args.out, &options, &data, &dataset.name)?;
    let _lock = run.lock()?;
    go(options, dataset, &chosen, &run)
}

fn resume(args: &ResumeArgs) -> anyhow::Result<ExitCode> {
    let run = RunDir::open(&args.run)?;
    let _lock = run.lock()?;
    let mut options = run.options()?;
    if let Some(images) = args.images {
        options.images = images;
        options.check()?;
        run.write_options(&options)?;
    }
    let dataset = load(&run.data()?)?;
    let chosen = args.device.open()?;
    go(options, dataset, &chosen, &run)
}

/// Trains to the end, from the newest checkpoint if there is one.
fn go(
    options: RunOptions,
    dataset: Dataset,
    chosen: &ChosenDevice,
    run: &RunDir,
) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let provenance = Provenance::of(&dataset.name);
    let batcher = Batcher::new(dataset, options.batch_settings());
    let mut trainer = Trainer::new(options, batcher, &chosen.device);
    train::go_back(&mut trainer, run, &mut progress::print)?;
    let outcome = train::run(
        &mut trainer,
        run,
        &provenance,
        &interrupt,
        &mut progress::print,
    )?;
    Ok(match outcome {
        Outcome::Finished => ExitCode::SUCCESS,
        Outcome::Stopped => ExitCode::from(interrupt::EXIT_CODE),
    })
}

fn export_run(args: &ExportArgs) -> anyhow::Result<()> {
    let run = RunDir::open(&args.run)?;
    let options = run.options()?;
    let dataset = load(&run.data()?)?;
    let provenance = Provenance::of(&dataset.name);
    let chosen = args.device.open()?;
    let batcher = Batcher::new(dataset, options.batch_settings());
    let mut trainer = Trainer::new(options, batcher, &chosen.device);
    anyhow::ensure!(
        checkpoint::load_newest(&mut trainer, &run.checkpoints(), &mut progress::print)?.is_some(),
        "{} has no checkpoint yet: nothing to export",
        args.run.display()
    );
    export::write(&export::pack(&trainer, &provenance)?, &args.to)?;
    println!(
        "bundle   {} ({} images seen)",
        args.to.display(),
        trainer.images_seen()
    );
    Ok(())
}

fn write_samples(args: &SampleArgs) -> anyhow::Result<()> {
    let bundle = export::read(&args.bundle)?;
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
    let generator = bundle.generator(&chosen.device)?;
    sample::write(&generator, &orders, args.seed, &args.out)?;
    println!("faces    {} in {}", orders.len(), args.out.display());
    Ok(())
}

/// Loads a data set without the held-out images that stand in the training split too.
fn load_for_measuring(data: &DataArgs) -> anyhow::Result<Dataset> {
    let mut dataset = data.load()?;
    let dropped = dataset.drop_cross_split_duplicates();
    if dropped > 0 {
        eprintln!("dropped  {dropped} held-out images that stand in the training split too");
    }
    Ok(dataset)
}

/// Where the judge of a data set is kept unless another place is named.
fn usual_judge(dataset: &Dataset) -> PathBuf {
    PathBuf::from(format!("runs/judge-{}", dataset.name))
}

fn train_judge(args: &JudgeArgs) -> anyhow::Result<()> {
    let dataset = load_for_measuring(&args.data)?;
    let chosen = args.device.open()?;
    let out = args.out.clone().unwrap_or_else(|| usual_judge(&dataset));
    let options = JudgeOptions {
        width: args.width,
        images: args.images,
        seed: args.seed,
    };
    let mut trainer = JudgeTrainer::new(options, dataset.clone(), &chosen.device)?;
    trainer.run(Some(&out.join("training")), &mut |images, loss| {
        eprintln!("{images:>9} of {} images  loss {loss:.3}", args.images);
    })?;
    let judge = trainer.finish();
    let confusion = judge::examine(&judge, &dataset);
    let provenance = Provenance::of(&dataset.name);
    let training = JudgeTraining {
        data: provenance.data,
        images_seen: trainer.images_seen(),
        seed: args.seed,
        accuracy: confusion.accuracy(),
        git_commit: provenance.git_commit,
    };
    export::write_judge(&JudgeBundle::pack(&judge, args.width, training)?, &out)?;
    println!("PrivateTest\n{confusion}judge    {}", out.display());
    Ok(())
}

fn open_judge(args: &EvalArgs, dataset: &Dataset) -> anyhow::Result<JudgeBundle> {
    let own = usual_judge(dataset);
    let shipped = PathBuf::from(SHIPPED_JUDGE);
    let path = match &args.judge {
        Some(path) => path.clone(),
        None if own.join(JUDGE_MANIFEST_FILE).is_file() => own,
        None => shipped,
    };
    let bundle = export::read_judge(&path).with_context(|| {
        format!(
            "train one first: native-trainer judge, with the same --data ({})",
            dataset.name
        )
    })?;
    let trained_on = &bundle.manifest.training.data;
    anyhow::ensure!(
        *trained_on == dataset.name,
        "the judge in {} was trained on {trained_on}, not on {}: train one with native-trainer judge, with the same --data",
        path.display(),
        dataset.name
    );
    eprintln!("judge    {}", path.display());
    Ok(bundle)
}

fn evaluate(args: &EvalArgs) -> anyhow::Result<()> {
    let mut bundle = export::read(&args.bundle)?;
    let dataset = load_for_measuring(&args.data)?;
    let judge = open_judge(args, &dataset)?;
    let chosen = args.device.open()?;
    let bench = Bench {
        dataset: &dataset,
        judge: &judge.judge(&chosen.device)?,
        device: &chosen.device,
        limit: args.faces,
        seed: args.seed,
    };
    let eval::Evaluation {
        mut report,
        closest,
    } = eval::evaluate(&bundle, &bench)?;
    if let Some(images) = args.gan_train {
        report.gan_train = Some(eval::gan_train(&bundle, &bench, images)?);
    }
    if let Some(path) = &args.pairs {
        grid::write_pairs(&closest, path)?;
        eprintln!("pairs    {}", path.display());
    }
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{report}"),
    }
    if args.record {
        bundle.manifest.training.metrics = report.metrics();
        export::write(&bundle, &args.bundle)?;
        eprintln!("recorded in {}", args.bundle.display());
    }
    Ok(())
}
