//! A GPU is believed only after its first training step: drivers and compilers of shaders exist that make the right faces and
//! compute wrong gradients, from which no face is learned.

use anyhow::Context;
use model_core::reading::named_tensors;
use model_core::weights::NamedTensor;
use training::tick::TickMeter;
use training::trainer::Trainer;

use crate::clock::clock;
use crate::wait::wait;

/// Largest difference allowed between the gradients of a parameter on two devices, as a share of their size.
const TOLERANCE: f64 = 0.03;
/// Gradients that are this small beside a network's largest are rounding.
const NOTHING: f64 = 1e-4;

/// The parameters of generator and discriminator.
type Networks = [Vec<NamedTensor>; 2];

/// Takes a run's first step on a device and on the CPU, and compares the gradients. Both trainers have taken the step afterwards.
pub fn agree(device: &mut Trainer, cpu: &mut Trainer) -> anyhow::Result<()> {
    let before = weights(cpu)?;
    let step = cpu.step_number();
    for trainer in [&mut *device, &mut *cpu] {
        let batch = trainer.batcher().batch(step);
        trainer.step(batch);
    }
    compare_all(&before, device, cpu)
}

/// Compares the gradients of two trainers that have taken a step from the same weights.
fn compare_all(before: &Networks, device: &Trainer, cpu: &Trainer) -> anyhow::Result<()> {
    let networks = ["generator", "discriminator"];
    let pairs = gradients(before, device)?
        .into_iter()
        .zip(gradients(before, cpu)?);
    for (network, (found, expected)) in networks.into_iter().zip(pairs) {
        compare(&found, &expected).with_context(|| format!("the {network}'s gradients"))?;
    }
    Ok(())
}

fn weights(trainer: &Trainer) -> anyhow::Result<Networks> {
    Ok([
        wait(named_tensors(&trainer.generator))?,
        wait(named_tensors(&trainer.discriminator))?,
    ])
}

/// What a step has left of its gradients: their size in the optimisers' mean squares, their direction in how the weights moved.
fn gradients(before: &Networks, trainer: &Trainer) -> anyhow::Result<Networks> {
    let mut squares = [
        wait(named_tensors(&trainer.generator_optimizer.mean_square))?,
        wait(named_tensors(&trainer.discriminator_optimizer.mean_square))?,
    ];
    let moved = before
        .iter()
        .flatten()
        .zip(weights(trainer)?.into_iter().flatten());
    for (square, (before, after)) in squares.iter_mut().flatten().zip(moved) {
        let steps = before.numbers.iter().zip(&after.numbers);
        for (number, (before, after)) in square.numbers.iter_mut().zip(steps) {
            let length = number.sqrt();
            *number = if after < before { length } else { -length };
        }
    }
    Ok(squares)
}

/// Images per second over some steps from where a trainer is now, at least one.
pub fn speed(trainer: &mut Trainer, steps: u64) -> anyhow::Result<f64> {
    let mut meter = TickMeter::start(clock());
    for _ in 0..steps {
        let batch = trainer.batcher().batch(trainer.step_number());
        meter.add(trainer.step(batch));
    }
    Ok(wait(meter.tick(trainer))?.images_per_second)
}

/// Length of a tensor.
fn size(numbers: &[f32]) -> f64 {
    let square = |&value: &f32| f64::from(value) * f64::from(value);
    numbers.iter().map(square).sum::<f64>().sqrt()
}

fn compare(found: &[NamedTensor], expected: &[NamedTensor]) -> anyhow::Result<()> {
    let largest = expected
        .iter()
        .map(|tensor| size(&tensor.numbers))
        .fold(0.0, f64::max);
    for (found, expected) in found.iter().zip(expected) {
        let pairs = found.numbers.iter().zip(&expected.numbers);
        let apart: Vec<f32> = pairs.map(|(found, expected)| found - expected).collect();
        let share = size(&apart) / size(&expected.numbers).max(NOTHING * largest);
        anyhow::ensure!(
            share <= TOLERANCE,
            "those of {} differ from the CPU's by {:.0} %, more than {:.0} %",
            expected.name,
            100.0 * share,
            100.0 * TOLERANCE
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use model_core::config::GanKind;
    use model_core::operations::by_burns_operations;
    use training::batcher::Batcher;
    use training::options::Preset;

    /// A small trainer whose batches are sampled from a seed; the networks are always the same.
    fn trainer(batches: u64) -> Trainer {
        trainer_of(Preset::Tiny, batches)
    }

    fn trainer_of(preset: Preset, batches: u64) -> Trainer {
        let mut options = preset.options(GanKind::Acgan);
        options.batch = 4;
        options.generator.self_modulation = preset != Preset::Tiny;
        let mut settings = options.batch_settings();
        settings.seed = batches;
        let batcher = Batcher::new(dataset::synthetic(70, 1), settings);
        Trainer::new(options, batcher, &Device::flex())
    }

    #[test]
    fn equal_gradients_agree_and_those_of_other_images_do_not() {
        agree(&mut trainer(1), &mut trainer(1)).unwrap();
        let error = agree(&mut trainer(1), &mut trainer(2)).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.starts_with("the generator's gradients: those of "),
            "{text}"
        );
        assert!(text.contains("differ from the CPU's by"), "{text}");
    }

    /// What a GPU computes, without one.
    #[test]
    fn gradients_by_burns_operations_are_those_of_the_kernels() {
        for preset in [Preset::Tiny, Preset::Small] {
            let [mut burns, mut ours] = [(); 2].map(|()| trainer_of(preset, 1));
            let before = weights(&ours).unwrap();
            let batch = || trainer_of(preset, 1).batcher().batch(0);
            by_burns_operations(|| burns.step(batch()));
            ours.step(batch());
            compare_all(&before, &burns, &ours).unwrap();
        }
    }
}
