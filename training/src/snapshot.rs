//! What a run has made so far, on the CPU: all that is exported, made of a trainer or, without any image, of a checkpoint.

use burn::tensor::{Device, Tensor};
use model_core::discriminator::Discriminator;
use model_core::generator::Generator;
use model_core::initial::Zeros;
use model_core::packing::{exact_weights_of, load_weights};

use crate::inputs::GeneratorInputs;
use crate::options::RunOptions;
use crate::trainer::Trainer;

/// Batches of faces over which the average's normalisation statistics are measured before it is sampled.
const STATISTICS_BATCHES: usize = 16;

/// The networks of a run at one step.
pub struct Snapshot {
    /// The average in its inference form.
    pub sampler: Generator,
    /// The discriminator that it plays against.
    pub discriminator: Discriminator,
    /// What the run computes.
    pub options: RunOptions,
    /// Real images that the generator has learned from: those of this run and of the run before, whose bundle it set out with.
    pub images_learned_from: u64,
}

impl Snapshot {
    /// The networks of a run now.
    pub async fn of(trainer: &Trainer) -> anyhow::Result<Self> {
        let average = exact_weights_of(&trainer.average).await?;
        let discriminator = exact_weights_of(&trainer.discriminator).await?;
        Self::from_weights(
            trainer.options(),
            trainer.step_number(),
            [&average, &discriminator],
            trainer.batcher().inputs(),
        )
    }

    /// From the exact weights of a run's average and discriminator after so many steps.
    pub(crate) fn from_weights(
        options: &RunOptions,
        step: u64,
        [average, discriminator]: [&[u8]; 2],
        inputs: &GeneratorInputs,
    ) -> anyhow::Result<Self> {
        let network = Discriminator::new(&options.discriminator, &mut Zeros, &Device::flex());
        let before = options.from.as_ref().map_or(0, |from| from.images_seen);
        Ok(Self {
            sampler: sampler(options, average, inputs)?,
            discriminator: load_weights(network, discriminator)?,
            options: options.clone(),
            images_learned_from: before + step * options.batch as u64,
        })
    }
}

/// The average of a run, from its exact weights, in its inference form.
pub(crate) fn sampler(
    options: &RunOptions,
    average: &[u8],
    inputs: &GeneratorInputs,
) -> anyhow::Result<Generator> {
    let cpu = Device::flex();
    let network = Generator::new(&options.generator, &mut Zeros, &cpu);
    let (z, labels) = statistics(options, inputs, &cpu);
    Ok(load_weights(network, average)?.fused(z, labels))
}

/// What normalisation statistics are measured on: latents and labels.
pub(crate) fn statistics(
    options: &RunOptions,
    inputs: &GeneratorInputs,
    device: &Device,
) -> (Tensor<2>, Tensor<2>) {
    inputs.draw(STATISTICS_BATCHES * options.batch, device)
}
