//! Events for people: lines in a pipe; on a terminal a bar in the last line, with what else there is to say above it.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use training::tick::Tick;

use crate::command::{program, quoted};
use crate::event::TrainEvent;
use crate::{note, output, say};

/// Cells of a full bar.
const CELLS: u64 = 12;
/// Takes the line away that the cursor is in.
const CLEAR: &str = "\r\x1b[K";

/// Prints a run's events.
#[derive(Debug, Default)]
pub struct Progress {
    /// Whether somebody watches.
    terminal: bool,
    /// Length of the run, in images.
    images: u64,
    /// What the last line shows.
    bar: String,
}

impl Progress {
    /// Finds out what standard output is.
    pub fn new() -> Self {
        Self {
            terminal: stdout().is_terminal(),
            ..Self::default()
        }
    }

    /// Shows an event.
    pub fn tell(&mut self, event: &TrainEvent) {
        if !self.terminal {
            return print(event);
        }
        output::result(format_args!("{CLEAR}"));
        match event {
            TrainEvent::Tick(tick) => self.bar = bar(tick, self.images),
            other => print(other),
        }
        match event {
            TrainEvent::Started { images, .. } => self.images = *images,
            TrainEvent::Stopped { .. } | TrainEvent::Finished { .. } => self.bar.clear(),
            _ => {}
        }
        output::result(format_args!("{}", self.bar));
    }
}

/// How far the run is, and its last figures; fits 80 columns.
fn bar(tick: &Tick, images: u64) -> String {
    let seen = tick.images_seen.min(images);
    let full = (CELLS * seen / images.max(1)) as usize;
    let (done, left) = ("=".repeat(full), " ".repeat(CELLS as usize - full));
    format!(
        "[{done}{left}] {:>3} %  {:.0} images/s  ETA {}  D {:.3}  G {:.3}",
        100 * seen / images.max(1),
        tick.images_per_second,
        clock(tick.eta_seconds),
        tick.discriminator_loss,
        tick.generator_loss,
    )
}

/// An event as a line, or a few.
fn print(event: &TrainEvent) {
    match event {
        TrainEvent::Started {
            run,
            images_seen,
            images,
        } => started(run, *images_seen, *images),
        TrainEvent::Tick(tick) => say!("{:>9} images  {}", tick.images_seen, figures(tick)),
        TrainEvent::Grid(path) => say!("grid     {}", path.display()),
        TrainEvent::GridStatistics(of) => {
            let power = of.band_power.0.map(|share| format!("{share:.2}")).join(" ");
            say!(
                "faces    beside real images: power from low to high frequencies {power}, diversity {:.2} (1 is as much)",
                of.diversity
            );
        }
        TrainEvent::Checkpoint { images_seen } => say!("saved    at {images_seen} images"),
        TrainEvent::Warning(text) => note!("warning  {text}"),
        TrainEvent::Rollback(rollback) => note!(
            "back     to {} images with {} times the learning rates: {} after {} images",
            rollback.back_to,
            rollback.rate,
            rollback.problem,
            rollback.images_seen
        ),
        TrainEvent::Stopped { run, images_seen } => {
            say!("stopped  at {images_seen} images; nothing is lost");
            say!("next     {} resume {}", program(), quoted(run));
        }
        TrainEvent::Finished {
            grid,
            curve,
            bundle,
        } => finished(grid, curve, bundle),
    }
}

fn finished(grid: &Path, curve: &Path, bundle: &Path) {
    say!("grid     {} (one row per emotion)", grid.display());
    say!("curve    {}", curve.display());
    say!("bundle   {}", bundle.display());
    say!(
        "next     {} sample --bundle {} --emotion all --count 8 --out samples",
        program(),
        quoted(bundle)
    );
}

fn started(run: &Path, images_seen: u64, images: u64) {
    match images_seen {
        0 => say!("run      {} ({images} images)", run.display()),
        seen if seen >= images => say!(
            "run      {} has seen all of its {images} images: its bundle is written again",
            run.display()
        ),
        _ => say!(
            "run      {} continues at {images_seen} of {images} images",
            run.display()
        ),
    }
}

fn figures(tick: &Tick) -> String {
    format!(
        "{:>6.1} images/s  ETA {}  D {:.3}  G {:.3}  real {:+.2}  fake {:+.2}",
        tick.images_per_second,
        clock(tick.eta_seconds),
        tick.discriminator_loss,
        tick.generator_loss,
        tick.real_logit,
        tick.fake_logit,
    )
}

/// Seconds as h:mm:ss.
fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_full_as_the_run_is_done() {
        let tick = Tick {
            images_seen: 250,
            images_per_second: 100.0,
            eta_seconds: 7.5,
            discriminator_loss: 1.0,
            generator_loss: 2.0,
            real_logit: 0.5,
            fake_logit: -0.5,
        };
        let line = bar(&tick, 1000);
        let expected = "[===         ]  25 %  100 images/s  ETA 0:00:07  D 1.000  G 2.000";
        assert_eq!(line, expected);
        assert!(bar(&tick, 100).starts_with("[============] 100 %"));
    }
}
