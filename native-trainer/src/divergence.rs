//! Notices a run that has broken down: a loss or a weight that is not a finite number never becomes one again.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::event::Tick;
use crate::train::Trainer;

/// How often a run goes back before it gives up. Each time it goes on with half the learning rates, so the last
/// try has an eighth of what was asked for.
pub const MOST_RETREATS: u32 = 3;

/// What to do when going back has not helped.
pub const ADVICE: &str = "start again with another --seed, with a larger --batch, or with --set discriminator.spectral_norm=true";

/// What both learning rates are multiplied by after so many retreats.
pub fn rate(retreats: u32) -> f64 {
    0.5f64.powi(retreats.min(i32::MAX as u32) as i32)
}

/// What is no longer finite, if anything. Waits for the device.
pub fn problem(trainer: &Trainer, tick: &Tick) -> Option<String> {
    let losses = [tick.discriminator_loss, tick.generator_loss];
    if losses.iter().any(|loss| !loss.is_finite()) {
        return Some(format!(
            "the losses are no longer finite (D {}, G {})",
            losses[0], losses[1]
        ));
    }
    (!weights_are_finite(trainer)).then(|| "a weight is no longer finite".to_owned())
}

/// Whether every weight and optimiser state is a finite number. Waits for the device.
pub fn weights_are_finite(trainer: &Trainer) -> bool {
    let mut weights = Magnitudes::default();
    trainer.generator.valid().visit(&mut weights);
    trainer.discriminator.valid().visit(&mut weights);
    trainer.average.visit(&mut weights);
    trainer.generator_optimizer.mean_square.visit(&mut weights);
    trainer
        .discriminator_optimizer
        .mean_square
        .visit(&mut weights);
    weights.are_finite()
}

/// The sum of the absolute values of each parameter: finite only if all of them are.
#[derive(Default)]
struct Magnitudes(Vec<Tensor<1>>);

impl ModuleVisitor for Magnitudes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().abs().mean());
    }
}

impl Magnitudes {
    fn are_finite(self) -> bool {
        let all = Tensor::cat(self.0, 0).into_data().convert::<f32>(); // sync
        all.iter::<f32>().all(f32::is_finite)
    }
}
