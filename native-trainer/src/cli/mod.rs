//! The command line: arguments in, stages called, sentences out. One file per command, and five for what several
//! commands ask for ([`data`], [`device`], [`faces`], [`number`], [`preset`]).

mod classifier;
mod data;
mod device;
mod devices;
mod eval;
mod export;
mod faces;
mod number;
mod preset;
mod reexpress;
mod resume;
mod sample;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use classifier::ClassifierArgs;
use data::DataArgs;
use devices::DevicesArgs;
use eval::EvalArgs;
use export::ExportArgs;
use faces::FacesArgs;
use reexpress::ReexpressArgs;
use resume::ResumeArgs;
use sample::SampleArgs;
use train::TrainArgs;

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
    /// Show the person in a photograph with each of the seven emotions
    Reexpress(ReexpressArgs),
    /// Train the emotion classifier that eval measures with
    Classifier(ClassifierArgs),
    /// Measure a bundle's faces against held-out real images
    Eval(EvalArgs),
    /// Export a run's newest checkpoint as a bundle
    Export(ExportArgs),
    /// Print what of a data set is read, and how many images of each emotion it holds
    Data(DataArgs),
    /// List GPUs and the CPU, whether each computes rightly, and how fast
    Devices(DevicesArgs),
}

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let done = match cli.command {
        None => return train::start(&cli.train),
        Some(Command::Train(args)) => return train::start(&args),
        Some(Command::Resume(args)) => return resume::run(&args),
        Some(Command::Sample(args)) => sample::run(&args),
        Some(Command::Reexpress(args)) => reexpress::run(&args),
        Some(Command::Classifier(args)) => classifier::run(&args),
        Some(Command::Eval(args)) => eval::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Devices(args)) => devices::run(&args),
        Some(Command::Data(args)) => args.load().map(|data::Loaded { dataset, data }| {
            crate::output::result(format_args!("{}", dataset.report));
            crate::say!("hash     {}", data.sha256);
            crate::output::result(format_args!("{}", dataset.table()));
        }),
    };
    done.map(|()| ExitCode::SUCCESS)
}
