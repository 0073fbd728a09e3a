//! R1 and R2: gradient penalties at real and at generated images.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use dataset::synthetic;
use model_core::config::GanKind;
use model_core::discriminator::Discriminator;
use training::adam::Adam;
use training::batcher::{Batch, Batcher};
use training::losses::Game;
use training::penalty::gradient_penalty;
use training::step::discriminator_step;

use crate::{little, trainer, weights};

/// The network with every weight multiplied.
fn scaled(network: Discriminator, factor: f64) -> Discriminator {
    struct Scale(f64);
    impl ModuleMapper for Scale {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|weight| Tensor::from_inner(weight.inner().mul_scalar(self.0)).require_grad())
        }
    }
    network.map(&mut Scale(factor))
}

fn weight_times_gradient(network: &Discriminator, gradients: &mut GradientsParams) -> f64 {
    struct Sum<'a>(&'a mut GradientsParams, f64);
    impl ModuleVisitor for Sum<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.0.remove::<D>(param.id) {
                self.1 += f64::from((gradient * param.val().inner()).sum().into_scalar::<f32>());
            }
        }
    }
    let mut sum = Sum(gradients, 0.0);
    network.visit(&mut sum);
    sum.1
}

/// A discriminator, a batch of real images, and generated ones.
struct Round {
    game: Game,
    discriminator: Discriminator,
    batch: Batch,
    fakes: Tensor<4>,
}

/// A discriminator of weights that a trained one has (weights of 0.02 make no slope), and black images for generated ones: at those
/// its slope is another one, and no rectifier is about to switch as at the grey of an untrained generator.
fn round(gan: GanKind) -> Round {
    let run = trainer(little(gan));
    let options = run.options();
    let batcher = Batcher::new(synthetic(70, 1), options.batch_settings());
    let batch = batcher.batch(0).on(&Device::flex().autodiff());
    Round {
        game: options.game(),
        discriminator: scaled(run.discriminator.clone(), 5.0),
        fakes: batch.images.ones_like().neg(),
        batch,
    }
}

impl Round {
    /// The mean of `|g|^2 / 2` at these images by Burn's own first derivative.
    fn half_squared_slope(&self, discriminator: &Discriminator, images: &Tensor<4>) -> f64 {
        let probe = images.clone().detach().require_grad();
        let output = discriminator.forward(probe.clone());
        let logit = self.game.logit(&output, self.batch.labels.clone());
        let slope = probe.grad(&logit.sum().backward()).unwrap();
        let [batch, ..] = images.dims();
        f64::from(slope.powi_scalar(2).sum().into_scalar::<f32>()) / (2 * batch) as f64
    }

    /// d/ds of [`Self::half_squared_slope`] at s times the weights, for s = 1.
    fn slope_along_the_weights(&self, images: &Tensor<4>) -> f64 {
        let slope = |factor| {
            let discriminator = scaled(self.discriminator.clone(), factor);
            self.half_squared_slope(&discriminator, images)
        };
        (slope(1.01) - slope(0.99)) / 0.02
    }

    /// The sum of weight times gradient in a step of the discriminator. Adam keeps a hundredth of the first squared
    /// gradient, and moves against its sign.
    fn step_along_the_weights(&self, r1: f64, r2: f64, step: u64) -> f64 {
        let mut game = self.game;
        (game.options.r1, game.options.r2, game.options.penalty_every) = (r1, r2, 4);
        let batch = Batch {
            step,
            images: self.batch.images.clone(),
            labels: self.batch.labels.clone(),
            z: self.batch.z.clone(),
        };
        let mut adam = Adam::new(&self.discriminator);
        let (moved, _) = discriminator_step(
            self.discriminator.clone(),
            &mut adam,
            1e-3,
            &batch,
            self.fakes.clone(),
            &game,
        );
        let numbers = |network: &Discriminator| -> Vec<f64> {
            let weights = weights(network).into_iter();
            weights
                .flat_map(|tensor| tensor.numbers)
                .map(f64::from)
                .collect()
        };
        let (before, after) = (numbers(&self.discriminator), numbers(&moved));
        let squares = numbers(&adam.mean_square);
        let gradients = before.iter().zip(after).zip(squares);
        gradients
            .map(|((before, after), square)| {
                before * (before - after).signum() * 10.0 * square.sqrt()
            })
            .sum()
    }
}

#[test]
fn the_gradient_penalty_and_its_own_gradient_are_those_of_the_squared_slope() {
    for gan in GanKind::ALL {
        let round = round(gan);
        for (what, images) in [("real", &round.batch.images), ("generated", &round.fakes)] {
            let labels = round.batch.labels.clone();
            let logit = |output| round.game.logit(&output, labels.clone());
            let penalty = gradient_penalty(&round.discriminator, images.clone(), logit).mean();
            let value = f64::from(penalty.clone().into_scalar::<f32>());
            let expected = 2.0 * round.half_squared_slope(&round.discriminator, images);
            assert!(
                (value / expected - 1.0).abs() < 0.05,
                "{gan}, {what}: {value}, not {expected}"
            );

            // Along the weights themselves: d/ds |g(s w)|^2 / 2 at s = 1 is the sum of weight times gradient.
            let gradients = penalty.backward();
            let mut gradients = GradientsParams::from_grads(gradients, &round.discriminator);
            let along = weight_times_gradient(&round.discriminator, &mut gradients);
            let numeric = round.slope_along_the_weights(images);
            assert!(
                (along / numeric - 1.0).abs() < 0.1,
                "{gan}, {what}: {along}, not {numeric}"
            );
        }
    }
}

#[test]
fn r1_penalises_real_images_and_r2_generated_ones_each_fourth_step_for_all_four() {
    for gan in GanKind::ALL {
        let round = round(gan);
        let real = round.slope_along_the_weights(&round.batch.images);
        let generated = round.slope_along_the_weights(&round.fakes);
        let ratio = real / generated;
        assert!(
            !(0.5..2.0).contains(&ratio),
            "{gan}: {real} and {generated} are too much alike to be told apart"
        );
        let penalty = |r1, r2, step| {
            let without = round.step_along_the_weights(0.0, 0.0, step);
            round.step_along_the_weights(r1, r2, step) - without
        };
        for [r1, r2] in [[3.0, 0.0], [0.0, 3.0], [1.0, 2.0]] {
            let expected = 4.0 * (r1 * real + r2 * generated);
            for step in [0, 4] {
                let found = penalty(r1, r2, step);
                assert!(
                    (found / expected - 1.0).abs() < 0.1,
                    "{gan}, step {step}, R1 {r1}, R2 {r2}: {found}, not {expected}"
                );
            }
            assert_eq!(penalty(r1, r2, 3), 0.0, "{gan}: no penalty is due");
        }
    }
}

#[test]
fn without_r1_and_r2_nothing_is_penalised() {
    for gan in GanKind::ALL {
        let round = round(gan);
        let answer = |images: &Tensor<4>| round.discriminator.forward(images.clone());
        let loss = round.game.discriminator_loss(
            answer(&round.batch.images),
            answer(&round.fakes),
            round.batch.labels.clone(),
        );
        let gradients = loss.loss.backward();
        let mut gradients = GradientsParams::from_grads(gradients, &round.discriminator);
        let game_alone = weight_times_gradient(&round.discriminator, &mut gradients);
        for step in [0, 1, 4] {
            let found = round.step_along_the_weights(0.0, 0.0, step);
            assert!(
                (found / game_alone - 1.0).abs() < 1e-3,
                "{gan}, step {step}: {found}, not {game_alone}"
            );
        }
    }
}
