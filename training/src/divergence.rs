//! Notices a run that has broken down: a loss or a weight that is not a finite number never becomes one again.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use model_core::reading::numbers;

use crate::trainer::Trainer;

/// How often a run goes back before it gives up. Each time it goes on with half the learning rates, so the last
/// try has an eighth of what was asked for.
pub const MOST_ROLLBACKS: u32 = 3;

/// What to do when going back has not helped.
pub const ADVICE: &str = "start again with another --seed, with a larger --batch, or with --set generator_learning_rate and --set discriminator_learning_rate at half their values";

/// What is no longer finite, if anything: the mean losses of discriminator and generator, or a weight.
pub async fn problem(trainer: &Trainer, losses: [f32; 2]) -> anyhow::Result<Option<String>> {
    if losses.iter().any(|loss| !loss.is_finite()) {
        return Ok(Some(format!(
            "the losses are no longer finite (D {}, G {})",
            losses[0], losses[1]
        )));
    }
    let finite = weights_are_finite(trainer).await?;
    Ok((!finite).then(|| "a weight is no longer finite".to_owned()))
}

/// Whether every weight and optimiser state is a finite number.
pub async fn weights_are_finite(trainer: &Trainer) -> anyhow::Result<bool> {
    let mut weights = Magnitudes::default();
    trainer.generator.valid().visit(&mut weights);
    trainer.discriminator.valid().visit(&mut weights);
    trainer.average.visit(&mut weights);
    trainer.generator_optimizer.mean_square.visit(&mut weights);
    trainer
        .discriminator_optimizer
        .mean_square
        .visit(&mut weights);
    let all = numbers(Tensor::cat(weights.0, 0)).await?;
    Ok(all.into_iter().all(f32::is_finite))
}

/// The mean of the absolute values of each parameter: finite only if all of them are.
#[derive(Default)]
struct Magnitudes(Vec<Tensor<1>>);

impl ModuleVisitor for Magnitudes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().abs().mean());
    }
}
