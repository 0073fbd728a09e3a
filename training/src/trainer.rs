//! Everything that changes while a GAN is trained, and one step of it. When to report, to keep or to go back is the caller's.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use model_core::bundle::Bundle;
use model_core::discriminator::Discriminator;
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::generator::Generator;
use model_core::packing::exact_weights_of;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::adam::Adam;
use crate::batcher::{BatchData, Batcher};
use crate::ema;
use crate::options::RunOptions;
use crate::snapshot;
use crate::step::{StepStats, discriminator_step, generator_step};

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
    rollbacks: u32,
}

/// What both learning rates are multiplied by after so many rollbacks.
pub fn rollback_factor(rollbacks: u32) -> f64 {
    0.5f64.powi(rollbacks.min(i32::MAX as u32) as i32)
}

/// Networks drawn from the run's seed.
fn networks(options: &RunOptions, device: &Device) -> (Generator, Discriminator) {
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let generator = Generator::new(&options.generator, &mut rng, device);
    let discriminator = Discriminator::new(&options.discriminator, &mut rng, device);
    (generator, discriminator)
}

impl Trainer {
    /// Networks drawn from the run's seed, on a device with autodiff turned on.
    pub fn new(options: RunOptions, batcher: impl Into<Arc<Batcher>>, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let (generator, discriminator) = networks(&options, &device);
        Self {
            average: generator.valid(),
            generator_optimizer: Adam::new(&generator),
            discriminator_optimizer: Adam::new(&discriminator),
            generator,
            discriminator,
            options,
            batcher: batcher.into(),
            device,
            from: (None, None),
            step: 0,
            rollbacks: 0,
        }
    }

    /// Sets out with the generator of a bundle, and with the discriminator that came with it, in place of networks drawn
    /// from the seed; before the first step.
    pub fn set_out_from(
        &mut self,
        bundle: &Bundle,
        discriminator: Option<&DiscriminatorBundle>,
    ) -> anyhow::Result<()> {
        anyhow::ensure!(
            bundle.manifest.training.person.is_none(),
            "the bundle's generator makes one person of every seed: go on from the bundle that it was tuned from"
        );
        let device = self.device.clone().without_autodiff();
        let (z, labels) = snapshot::statistics(&self.options, self.batcher.inputs(), &device);
        let training = &bundle.manifest.training;
        let as_trained = bundle
            .generator(&device)?
            .truncated(1.0 / training.truncation)
            .with_interpolated_labels(1.0 / training.label_interpolation);
        let mut generator = as_trained.unfused(z, labels);
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
    pub fn start_again(&mut self) {
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

    /// One step of both networks and of the average, with the batch of [`Self::step_number`].
    pub fn step(&mut self, batch: BatchData) -> StepStats {
        let batch = batch.on(&self.device);
        let fakes = self
            .generator
            .forward_train(batch.z.clone(), batch.labels.clone());
        let game = self.options.game();
        let rate =
            rollback_factor(self.rollbacks) * self.options.learning_rate_factor(self.images_seen());
        // While only the discriminator learns, the generator's optimiser measures its gradients at rate 0.
        let learns = f64::from(self.images_seen() >= self.options.discriminator_only_images);
        let (discriminator, [discriminator_loss, real_logit, fake_logit]) = discriminator_step(
            self.discriminator.clone(),
            &mut self.discriminator_optimizer,
            rate * self.options.discriminator_learning_rate,
            &batch,
            fakes.clone(),
            &game,
        );
        self.discriminator = discriminator;
        let (generator, generator_loss) = generator_step(
            self.generator.clone(),
            &mut self.generator_optimizer,
            learns * rate * self.options.generator_learning_rate,
            &self.discriminator,
            &batch,
            fakes,
            &game,
        );
        self.generator = generator;
        let decay = ema::decay(self.step, self.options.ema_decay);
        self.average = ema::update(self.average.clone(), &self.generator, decay);
        self.step += 1;
        StepStats {
            discriminator_loss,
            generator_loss,
            real_logit,
            fake_logit,
        }
    }

    /// The average in its inference form: what is sampled and exported. It is on the CPU wherever the run trains, so that a run's
    /// faces are the page's, and a GPU tunes no kernels for batches that it never trains on.
    pub async fn sampler(&self) -> anyhow::Result<Generator> {
        let weights = exact_weights_of(&self.average).await?;
        snapshot::sampler(&self.options, &weights, self.batcher.inputs())
    }

    /// Where batches come from.
    pub fn batcher(&self) -> &Arc<Batcher> {
        &self.batcher
    }

    /// The options of the run.
    pub fn options(&self) -> &RunOptions {
        &self.options
    }

    /// Real images seen by the discriminator.
    pub fn images_seen(&self) -> u64 {
        self.step * self.options.batch as u64
    }

    /// Steps done.
    pub fn step_number(&self) -> u64 {
        self.step
    }

    /// How often the run broke down and went back; each time halved the learning rates.
    pub fn rollbacks(&self) -> u32 {
        self.rollbacks
    }

    /// Continues the counts of a loaded checkpoint.
    pub fn set_progress(&mut self, step: u64, rollbacks: u32) {
        self.step = step;
        self.rollbacks = rollbacks;
    }
}
