//! Ctrl-C: the first one asks the run to stop after the step, the second one ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Exit code of a run that was stopped by Ctrl-C, as shells expect it: 128 and the number of the signal.
pub const EXIT_CODE: u8 = 130;

/// Whether somebody has pressed Ctrl-C.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens to Ctrl-C from now on.
    pub fn listen() -> anyhow::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        // In this order: the first Ctrl-C finds the flag down and passes, then raises it; the second finds it up.
        flag::register_conditional_shutdown(SIGINT, EXIT_CODE.into(), asked.clone())
            .and_then(|_| flag::register(SIGINT, asked.clone()))
            .context("cannot listen to Ctrl-C")?;
        Ok(Self(asked))
    }

    /// Whether the run should stop after this step.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// What Ctrl-C does.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
