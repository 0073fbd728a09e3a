//! The training loop: batches in, steps, and once in a while a tick, a grid, a checkpoint.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use model_core::bundle::Bundle;
use model_core::discriminator::Discriminator;
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::generator::Generator;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::adam::Adam;
use crate::config::RunOptions;
use crate::dataset::batcher::{BatchData, Batcher};
use crate::event::{Retreat, Tick, TrainEvent, WarningLine};
use crate::export::{self, Exported, Provenance};
use crate::interrupt::Interrupt;
use crate::look::Look;
use crate::prefetch::Prefetch;
use crate::run_dir::RunDir;
use crate::step::{StepStats, discriminator_step, generator_step};
use crate::{checkpoint, collapse, curve, divergence, ema, grid};

/// Batches of faces over which the average's normalisation statistics are measured before it is sampled.
const STATISTICS_BATCHES: usize = 16;

/// Everything that changes while training.
pub struct Trainer {
    pub generator: Generator,
    pub discriminator: Discriminator,
    /// Moving average of the generator, without autodiff.
    pub average: Generator,
    pub generator_optimizer: Adam<Generator>,
    pub discriminator_optimizer: Adam<Discriminator>,
    options: RunOptions,
    batcher: Arc<Batcher>,
    device: Device,
    /// The networks that the run set out with, where they were not drawn from the seed.
    from: (Option<Generator>, Option<Discriminator>),
    step: u64,
    /// How often the run broke down and went back.
    retreats: u32,
}

/// Networks drawn from the run's seed.
fn networks(options: &RunOptions, device: &Device) -> (Generator, Discriminator) {
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let generator = Generator::new(&options.generator, &mut rng, device);
    let discriminator = Discriminator::new(options.gan, &options.discriminator, &mut rng, device);
    (generator, discriminator)
}

impl Trainer {
    /// Networks drawn from the run's seed, on a device with autodiff turned on.
    pub fn new(options: RunOptions, batcher: Batcher, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let (generator, discriminator) = networks(&options, &device);
        Self {
            average: generator.valid(),
            generator_optimizer: Adam::new(&generator),
            discriminator_optimizer: Adam::new(&discriminator),
            generator,
            discriminator,
            options,
            batcher: Arc::new(batcher),
            device,
            from: (None, None),
            step: 0,
            retreats: 0,
        }
    }

    /// Sets out with the generator of a bundle, and with the discriminator that came with it, in place of networks drawn
    /// from the seed; before the first step.
    pub fn set_out_from(
        &mut self,
        bundle: &Bundle,
        discriminator: Option<&DiscriminatorBundle>,
    ) -> anyhow::Result<()> {
        let device = self.device.clone().without_autodiff();
        let (z, labels) = self.statistics(&device);
        let training = &bundle.manifest.training;
        let as_trained = bundle
            .generator(&device)?
            .truncated(1.0 / training.truncation)
            .with_intensity(1.0 / training.intensity);
        let mut generator = as_trained.unfolded(z, labels);
        if self.options.generator.residual && !bundle.manifest.generator.residual {
            generator = generator.with_residuals();
        }
        if self.options.generator.self_modulation && !bundle.manifest.generator.self_modulation {
            generator = generator.with_modulation();
        }
        let discriminator = discriminator
            .map(|bundle| bundle.discriminator(&device))
            .transpose()?
            .map(|network| network.with_layers(&self.options.discriminator).train());
        self.from = (Some(generator.train()), discriminator);
        self.start_again();
        Ok(())
    }

    /// Everything as it was before the first step.
    fn start_again(&mut self) {
        (self.generator, self.discriminator) = networks(&self.options, &self.device);
        if let Some(generator) = &self.from.0 {
            self.generator = generator.clone();
        }
        if let Some(discriminator) = &self.from.1 {
            self.discriminator = discriminator.clone();
        }
        self.average = self.generator.valid();
        self.generator_optimizer = Adam::new(&self.generator);
        self.discriminator_optimizer = Adam::new(&self.discriminator);
        self.set_progress(0, 0);
    }

    /// One step of both networks and of the average, with the batch that is the step's.
    pub fn step(&mut self) -> StepStats {
        self.step_with(self.batcher.batch(self.step))
    }

    /// The same with a batch that was drawn before.
    fn step_with(&mut self, batch: BatchData) -> StepStats {
        let batch = batch.on(&self.device);
        let fakes = self
            .generator
            .forward_train(batch.z.clone(), batch.labels.clone());
        let loss = self.options.loss;
        let rate = divergence::rate(self.retreats) * self.options.annealing(self.images_seen());
        // Warming up, the generator's optimiser measures its gradients, and nothing moves.
        let warm = f64::from(self.images_seen() >= self.options.warm_up);
        let (discriminator, [discriminator_loss, real_validity, fake_validity]) =
            discriminator_step(
                self.discriminator.clone(),
                &mut self.discriminator_optimizer,
                rate * self.options.discriminator_learning_rate,
                &batch,
                fakes.clone(),
                &loss,
            );
        self.discriminator = discriminator;
        let (generator, generator_loss) = generator_step(
            self.generator.clone(),
            &mut self.generator_optimizer,
            warm * rate * self.options.generator_learning_rate,
            &self.discriminator,
            &batch,
            fakes,
            &loss,
        );
        self.generator = generator;
        let decay = ema::decay(self.step, self.options.ema_decay);
        self.average = ema::update(self.average.clone(), &self.generator, decay);
        self.step += 1;
        StepStats {
            discriminator_loss,
            generator_loss,
            real_validity,
            fake_validity,
        }
    }

    /// The average in its inference form: what is sampled and exported.
    pub fn sampler(&self) -> Generator {
        let device = self.device.clone().without_autodiff();
        let (z, labels) = self.statistics(&device);
        self.average.folded(z, labels)
    }

    /// What normalisation statistics are measured on: latents and labels.
    fn statistics(&self, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let faces = STATISTICS_BATCHES * self.options.batch;
        self.batcher.requests(faces, device)
    }

    /// The options of the run.
    pub fn options(&self) -> &RunOptions {
        &self.options
    }

    /// Real images seen by the discriminator.
    pub fn images_seen(&self) -> u64 {
        self.step * self.options.batch as u64
    }

    /// Real images that the generator has learned from: those of this run and of the run before, whose bundle it set out with.
    pub fn images_learned_from(&self) -> u64 {
        let before = self
            .options
            .from
            .as_ref()
            .map_or(0, |from| from.images_seen);
        before + self.images_seen()
    }

    /// All that a checkpoint holds of networks and optimisers, to the bit: for comparisons.
    pub fn weights(&self) -> Vec<TensorData> {
        let optimisers = (
            &self.generator_optimizer.mean_square,
            &self.discriminator_optimizer.mean_square,
        );
        let mut weights = ema::weights(&self.generator);
        weights.extend(ema::weights(&self.discriminator));
        weights.extend(ema::weights(&self.average));
        weights.extend(ema::weights(optimisers.0));
        weights.extend(ema::weights(optimisers.1));
        weights
    }

    /// Steps done.
    pub fn step_number(&self) -> u64 {
        self.step
    }

    /// How often the run broke down and went back; each time halved the learning rates.
    pub fn retreats(&self) -> u32 {
        self.retreats
    }

    /// Continues the counts of a loaded checkpoint.
    pub fn set_progress(&mut self, step: u64, retreats: u32) {
        self.step = step;
        self.retreats = retreats;
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All images were seen and the bundle is written.
    Finished,
    /// Somebody asked it to stop; a checkpoint is written.
    Stopped,
}

/// Puts trainer and figures back to the newest whole checkpoint, or to the start where there is none.
pub fn go_back(
    trainer: &mut Trainer,
    run: &RunDir,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<()> {
    let stats_bytes = checkpoint::load_newest(trainer, &run.checkpoints(), tell)?;
    match stats_bytes {
        Some(_) => checkpoint::prune(&run.checkpoints(), trainer.step_number())?,
        None => trainer.start_again(),
    }
    run.stats().cut(stats_bytes.unwrap_or(0))
}

/// Trains until the run's length is reached or somebody interrupts it, speaking in events.
pub fn run(
    trainer: &mut Trainer,
    run: &RunDir,
    provenance: &Provenance,
    interrupt: &Interrupt,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<Outcome> {
    let options = trainer.options.clone();
    tell(&TrainEvent::Started {
        run: run.path().to_owned(),
        images_seen: trainer.images_seen(),
        images: options.images,
    });
    if trainer.step_number() == 0 {
        grid::write(
            &trainer.batcher.real_rows(grid::COLUMNS),
            grid::COLUMNS,
            &run.reals(),
        )?;
        let faces = grid::fakes(&trainer.sampler(), grid::COLUMNS);
        grid::write_fakes(&faces, grid::COLUMNS, &run.fakes(0))?;
    }
    let tick_steps = options.steps_in(options.tick_images);
    let checkpoint_steps = options.steps_in(options.checkpoint_images);
    let mut pace = Pace::start();
    let mut batches = Prefetch::from(&trainer.batcher, trainer.step_number());
    while trainer.step_number() < options.steps() {
        let batch = batches
            .next()
            .context("a thread that draws batches has died")?;
        pace.add(trainer.step_with(batch));
        let step = trainer.step_number();
        let stop = interrupt.asked() && step < options.steps();
        let keep = step.is_multiple_of(checkpoint_steps) || step == options.steps() || stop;

        // Report. A checkpoint ends a tick, so that nothing is kept that was not looked at.
        if step.is_multiple_of(tick_steps) || keep {
            let tick = pace.tick(trainer);
            if let Some(problem) = divergence::problem(trainer, &tick) {
                retreat(trainer, run, problem, tell)?;
                batches = Prefetch::from(&trainer.batcher, trainer.step_number());
                pace = Pace::start();
                continue;
            }
            run.stats().append(&tick)?;
            tell(&TrainEvent::Tick(tick));
        }

        // Keep.
        if keep {
            pace.pause();
            self::keep(trainer, run, tell)?;
            pace.go_on();
        }
        if stop {
            tell(&TrainEvent::Stopped {
                run: run.path().to_owned(),
                images_seen: trainer.images_seen(),
            });
            return Ok(Outcome::Stopped);
        }
    }
    draw(run, tell); // also for a finished run that is resumed
    let bundle = Exported::as_trained(trainer).pack(trainer, provenance)?;
    export::write(&bundle, &run.bundle())?;
    tell(&TrainEvent::Finished {
        grid: run.fakes(trainer.images_seen()),
        curve: run.curve(),
        bundle: run.bundle(),
    });
    Ok(Outcome::Finished)
}

/// Writes a grid, looks at it, and writes a checkpoint. In this order, because a run that is resumed from the
/// checkpoint would not make up for the others.
fn keep(trainer: &Trainer, run: &RunDir, tell: &mut dyn FnMut(&TrainEvent)) -> anyhow::Result<()> {
    let images_seen = trainer.images_seen();
    let path = run.fakes(images_seen);
    let faces = grid::fakes(&trainer.sampler(), grid::COLUMNS);
    grid::write_fakes(&faces, grid::COLUMNS, &path)?;
    tell(&TrainEvent::Grid(path));
    let reals = trainer.batcher.real_rows(grid::COLUMNS);
    let look = Look::at(&faces, &reals, grid::COLUMNS, images_seen);
    run.stats().append(&look)?;
    tell(&TrainEvent::Look(look));
    draw(run, tell);
    if let Some(text) = collapse::warning(&faces, grid::COLUMNS) {
        run.stats().append(&WarningLine {
            images_seen,
            text: &text,
        })?;
        tell(&TrainEvent::Warning(text));
    }
    checkpoint::save(trainer, &run.checkpoints(), run.stats().flush()?)?;
    tell(&TrainEvent::Checkpoint { images_seen });
    Ok(())
}

/// Draws the run's curve: a picture for people, without which a run goes on.
fn draw(run: &RunDir, tell: &mut dyn FnMut(&TrainEvent)) {
    if let Err(error) = curve::write(&run.stats(), &run.curve()) {
        tell(&TrainEvent::Warning(format!(
            "no curve was drawn: {error:#}"
        )));
    }
}

/// Goes back to the last good state with lower learning rates, or gives up with advice.
fn retreat(
    trainer: &mut Trainer,
    run: &RunDir,
    problem: String,
    tell: &mut dyn FnMut(&TrainEvent),
) -> anyhow::Result<()> {
    let retreats = trainer.retreats + 1;
    let images_seen = trainer.images_seen();
    anyhow::ensure!(
        retreats <= divergence::MOST_RETREATS,
        "{problem} after {images_seen} images, and going back with lower learning rates has not helped: {}",
        divergence::ADVICE
    );
    go_back(trainer, run, tell)?;
    trainer.retreats = retreats;
    let retreat = Retreat {
        images_seen,
        back_to: trainer.images_seen(),
        rate: divergence::rate(retreats),
        problem,
    };
    run.stats().append(&retreat)?;
    tell(&TrainEvent::Retreat(retreat));
    Ok(())
}

/// Sums of figures and the time spent training since the last tick.
struct Pace {
    sum: Option<StepStats>,
    steps: u64,
    /// Seconds before the clock was last started.
    seconds: f64,
    clock: Instant,
}

impl Pace {
    fn start() -> Self {
        Self {
            sum: None,
            steps: 0,
            seconds: 0.0,
            clock: Instant::now(),
        }
    }

    fn add(&mut self, stats: StepStats) {
        self.steps += 1;
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum.plus(stats),
            None => stats,
        });
    }

    /// Stops the clock: grids and checkpoints do not count as training.
    fn pause(&mut self) {
        self.seconds += self.clock.elapsed().as_secs_f64();
    }

    fn go_on(&mut self) {
        self.clock = Instant::now();
    }

    fn tick(&mut self, trainer: &Trainer) -> Tick {
        let steps = std::mem::take(&mut self.steps);
        // Reading the figures waits for the device, so the clock is read after it.
        let [
            discriminator_loss,
            generator_loss,
            real_validity,
            fake_validity,
        ] = self
            .sum
            .take()
            .map_or([f32::NAN; 4], |sum| sum.read(steps as f32));
        self.pause();
        let seconds = std::mem::take(&mut self.seconds);
        self.go_on();
        let options = &trainer.options;
        let images_per_second = (steps * options.batch as u64) as f64 / seconds;
        let left = options.images.saturating_sub(trainer.images_seen()) as f64;
        Tick {
            images_seen: trainer.images_seen(),
            images_per_second,
            eta_seconds: left / images_per_second,
            discriminator_loss,
            generator_loss,
            real_validity,
            fake_validity,
        }
    }
}
