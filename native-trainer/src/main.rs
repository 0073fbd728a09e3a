//! The trainer's command line; everything is in the library.

use std::process::ExitCode;

use clap::Parser;
use native_trainer::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
