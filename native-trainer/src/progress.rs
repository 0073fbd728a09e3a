//! Events as lines for people.

use crate::event::TrainEvent;

/// Prints an event to standard output.
pub fn print(event: &TrainEvent) {
    match event {
        TrainEvent::Started {
            run,
            images_seen: 0,
            images,
        } => {
            println!("run      {} ({images} images)", run.display());
        }
        TrainEvent::Started {
            run,
            images_seen,
            images,
        } => {
            println!(
                "run      {} goes on at {images_seen} of {images} images",
                run.display()
            );
        }
        TrainEvent::Tick(tick) => println!(
            "{:>9} images  {:>6.1} images/s  ETA {}  D {:.3}  G {:.3}  real {:+.2}  fake {:+.2}",
            tick.images_seen,
            tick.images_per_second,
            clock(tick.eta_seconds),
            tick.discriminator_loss,
            tick.generator_loss,
            tick.real_logit,
            tick.fake_logit,
        ),
        TrainEvent::Grid(path) => println!("grid     {}", path.display()),
        TrainEvent::GridStatistics(of) => {
            let power = of.band_power.0.map(|share| format!("{share:.2}")).join(" ");
            println!(
                "look     beside real images (1 is as much): power by frequency, low to high, {power}; diversity {:.2}",
                of.diversity
            );
        }
        TrainEvent::Checkpoint { images_seen } => println!("saved    at {images_seen} images"),
        TrainEvent::Warning(text) => eprintln!("warning  {text}"),
        TrainEvent::Rollback(rollback) => eprintln!(
            "back     to {} images with {} times the learning rates: {} after {} images",
            rollback.back_to, rollback.rate, rollback.problem, rollback.images_seen
        ),
        TrainEvent::Stopped { run, images_seen } => {
            println!("stopped  at {images_seen} images; nothing is lost");
            println!(
                "next     cargo run -p native-trainer -- resume {}",
                run.display()
            );
        }
        TrainEvent::Finished {
            grid,
            curve,
            bundle,
        } => {
            println!("grid     {} (one row per emotion)", grid.display());
            println!("curve    {}", curve.display());
            println!("bundle   {}", bundle.display());
            println!(
                "next     cargo run -p native-trainer -- sample --bundle {} --emotion all --count 8 --out samples",
                bundle.display()
            );
        }
    }
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
