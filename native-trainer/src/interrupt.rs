//! Ctrl-C, a scheduler's stop (SIGTERM) and a closed terminal (SIGHUP): the first one asks the run to stop after the step, the
//! second one ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Context;
#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What asks a run to stop.
#[cfg(unix)]
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// Exit codes of stopped programs, as shells expect them, are this and the number of the signal.
const EXIT_CODES: i32 = 128;

/// Whether somebody has asked the run to stop, and by which signal.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> anyhow::Result<Self> {
        let interrupt = Self::default();
        let Self { asked, signal } = &interrupt;
        for number in SIGNALS {
            // In this order: the first signal finds the flag down and passes, then raises it; the second finds it up.
            flag::register_conditional_shutdown(number, EXIT_CODES + number, asked.clone())
                .and_then(|_| flag::register_usize(number, signal.clone(), number as usize))
                .and_then(|_| flag::register(number, asked.clone()))
                .with_context(|| format!("cannot listen to signal {number}"))?;
        }
        Ok(interrupt)
    }

    /// Whether the run should stop after this step.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// What Ctrl-C does.
    pub fn ask(&self) {
        self.signal.store(SIGINT as usize, Ordering::Relaxed);
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Exit code of a run that was stopped: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
    pub fn exit_code(&self) -> u8 {
        let signal = self.signal.load(Ordering::Relaxed);
        u8::try_from(EXIT_CODES as usize + signal).unwrap_or(u8::MAX)
    }
}
