//! A run in a browser: the steps of the native one, but it hears messages after each of them.

use training::batcher::Batcher;
use training::divergence;
use training::faces::{COLUMNS, grid};
use training::options::{Preset, RunOptions};
use training::tick::TickMeter;
use training::trainer::Trainer;

use super::control::{Control, Wanted};
use super::turns::Turns;
use super::{Settings, TrainingReply};
use crate::worker::clock::now;
use crate::worker::device;
use crate::worker::report::post;

/// The options that the settings stand for, as the command line resolves them.
fn options(settings: &Settings) -> anyhow::Result<RunOptions> {
    let preset: Preset = settings.preset.parse()?;
    let mut options = preset.options(settings.gan);
    options.change(&settings.changes)?;
    options.check()?;
    Ok(options)
}

/// Trains to the run's end, or until the page wants it no longer.
pub async fn run(settings: &Settings, control: &Control) -> anyhow::Result<()> {
    let turns = Turns::open().map_err(|_| anyhow::anyhow!("this browser has no MessageChannel"))?;
    let options = options(settings)?;
    let begun = TrainingReply::Begun {
        options: Box::new(options.clone()),
    };
    post(&begun, &[]);
    let batcher = Batcher::new(dataset::stand_in(), options.batch_settings());
    let mut trainer = Trainer::new(options, batcher, &device::cpu(String::new()).device);
    send_grid(&trainer).await?;
    let mut meter = TickMeter::start(|| now() / 1000.0);
    while trainer.step_number() < trainer.options().steps() {
        match control.wanted() {
            Wanted::Steps => step(&mut trainer, &mut meter).await?,
            Wanted::Pause => {
                meter.pause();
                control.resumed().await;
                meter.resume();
            }
            Wanted::End => return Ok(()),
        }
        let heard = turns.next().await;
        heard.map_err(|error| anyhow::anyhow!("the worker hears no messages: {error:?}"))?;
    }
    let images_seen = trainer.images_seen();
    post(&TrainingReply::Finished { images_seen }, &[]);
    Ok(())
}

/// One step; after some of them a tick, and after some of those a grid.
async fn step<N: Fn() -> f64>(
    trainer: &mut Trainer,
    meter: &mut TickMeter<N>,
) -> anyhow::Result<()> {
    let batch = trainer.batcher().batch(trainer.step_number());
    meter.add(trainer.step(batch));
    let (step, options) = (trainer.step_number(), trainer.options());
    let ends = |images| step == options.steps() || step.is_multiple_of(options.steps_in(images));
    let (tick, grid) = (ends(options.tick_images), ends(options.checkpoint_images));
    if tick || grid {
        let tick = meter.tick(trainer).await?;
        let losses = [tick.discriminator_loss, tick.generator_loss];
        if let Some(problem) = divergence::problem(trainer, losses).await? {
            anyhow::bail!("{problem}: {}", divergence::ADVICE);
        }
        post(&TrainingReply::Tick(tick), &[]);
    }
    if grid {
        meter.pause();
        send_grid(trainer).await?;
        meter.resume();
    }
    Ok(())
}

/// Sends faces of the fixed latents.
async fn send_grid(trainer: &Trainer) -> anyhow::Result<()> {
    let faces = grid(&trainer.sampler().await?, COLUMNS).await?;
    let reply = TrainingReply::Grid {
        images_seen: trainer.images_seen(),
        columns: COLUMNS,
    };
    post(&reply, &faces.concat());
    Ok(())
}
