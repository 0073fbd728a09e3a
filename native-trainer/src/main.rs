//! The trainer's command line; everything is in the library.

use std::process::ExitCode;

use clap::Parser;
use native_trainer::cli::{self, Cli};

fn main() -> ExitCode {
    keep_memory();
    match cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            native_trainer::note!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Has glibc keep the memory that every operation of a step gives back and the next one asks for again: having the system
/// clear it anew each time takes a tenth of a step.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)] // the C library is asked in no other way
fn keep_memory() {
    /// Larger blocks always go back to the system.
    const LARGEST_KEPT: i32 = 1 << 30;
    // SAFETY: both calls set a number of the allocator, and there is only this thread yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_KEPT);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_memory() {}
