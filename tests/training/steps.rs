use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use dataset::synthetic;
use model_core::config::GanKind;
use training::batcher::{Batch, Batcher};
use training::options::RunOptions;
use training::step::{discriminator_step, generator_step};

use crate::{little, step, trainer, weights};

fn first_batch(options: &RunOptions) -> Batch {
    let batcher = Batcher::new(synthetic(70, 1), options.batch_settings());
    batcher.batch(0).on(&Device::flex().autodiff())
}

/// Names of the trainable parameters that got no gradient, or one that is all zero or not finite.
fn without_gradient<M: Module>(module: &M, gradients: &mut GradientsParams) -> Vec<String> {
    struct Check<'a> {
        gradients: &'a mut GradientsParams,
        path: Vec<String>,
        missing: Vec<String>,
    }
    impl ModuleVisitor for Check<'_> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !param.val().is_require_grad() {
                return;
            }
            let sum = self
                .gradients
                .remove::<D>(param.id)
                .map(|gradient| gradient.abs().sum().into_scalar::<f32>());
            if !sum.is_some_and(|sum| sum > 0.0 && sum.is_finite()) {
                self.missing
                    .push(format!("{} ({sum:?})", self.path.join(".")));
            }
        }
    }
    let mut check = Check {
        gradients,
        path: Vec::new(),
        missing: Vec::new(),
    };
    module.visit(&mut check);
    check.missing
}

#[test]
fn each_step_moves_only_its_own_network() {
    for gan in GanKind::ALL {
        let mut run = trainer(little(gan));
        let (batch, game) = (first_batch(run.options()), run.options().game());
        let fakes = run
            .generator
            .forward_train(batch.z.clone(), batch.labels.clone());
        let (generator, discriminator) = (weights(&run.generator), weights(&run.discriminator));

        let (moved, _) = discriminator_step(
            run.discriminator.clone(),
            &mut run.discriminator_optimizer,
            1e-3,
            &batch,
            fakes.clone(),
            &game,
        );
        assert_eq!(
            weights(&run.generator),
            generator,
            "{gan}: the discriminator step moved the generator"
        );
        assert_ne!(
            weights(&moved),
            discriminator,
            "{gan}: the discriminator step moved nothing"
        );

        let before = weights(&moved);
        let (generated, _) = generator_step(
            run.generator.clone(),
            &mut run.generator_optimizer,
            1e-3,
            &moved,
            &batch,
            fakes,
            &game,
        );
        assert_eq!(
            weights(&moved),
            before,
            "{gan}: the generator step moved the discriminator"
        );
        assert_ne!(
            weights(&generated),
            generator,
            "{gan}: the generator step moved nothing"
        );
    }
}

#[test]
fn every_kind_of_loss_moves_both_networks_to_finite_weights() {
    for gan in GanKind::ALL {
        for kind in ["non-saturating", "relativistic"] {
            let mut options = little(gan);
            options.set(&format!("loss.adversarial={kind}")).unwrap();
            options.set("loss.r1=10").unwrap();
            options.set("loss.r2=10").unwrap();
            let mut run = trainer(options);
            let before = (weights(&run.generator), weights(&run.discriminator));
            step(&mut run);
            let after = (weights(&run.generator), weights(&run.discriminator));
            assert_ne!(before.0, after.0, "{gan} {kind}: the generator stood still");
            assert_ne!(
                before.1, after.1,
                "{gan} {kind}: the discriminator stood still"
            );
            let mut values = after
                .0
                .iter()
                .chain(&after.1)
                .flat_map(|tensor| &tensor.numbers);
            assert!(values.all(|value| value.is_finite()), "{gan} {kind}");
        }
    }
}

#[test]
fn every_weight_gets_a_finite_gradient() {
    for gan in GanKind::ALL {
        let mut options = little(gan);
        options.generator.self_modulation = true;
        options.discriminator.dense = true;
        let run = trainer(options);
        let (batch, game) = (first_batch(run.options()), run.options().game());
        let fakes = run
            .generator
            .forward_train(batch.z.clone(), batch.labels.clone());

        let real = run.discriminator.forward(batch.images.clone());
        let fake = run.discriminator.forward(fakes.clone().detach());
        let loss = game
            .discriminator_loss(real, fake, batch.labels.clone())
            .loss;
        let mut gradients = GradientsParams::from_grads(loss.backward(), &run.discriminator);
        let missing = without_gradient(&run.discriminator, &mut gradients);
        assert!(missing.is_empty(), "{gan} discriminator: {missing:?}");

        let fake = run.discriminator.clone().no_grad().forward(fakes);
        let real = || unreachable!("the non-saturating loss compares with no real image");
        let loss = game.generator_loss(fake, real, batch.labels.clone());
        let mut gradients = GradientsParams::from_grads(loss.backward(), &run.generator);
        let missing = without_gradient(&run.generator, &mut gradients);
        // A bias in front of a normalisation is subtracted again: its gradient is nothing but rounding.
        let missing: Vec<_> = missing
            .iter()
            .filter(|name| !name.contains("bias"))
            .collect();
        assert!(missing.is_empty(), "{gan} generator: {missing:?}");
    }
}

#[test]
fn a_generator_with_every_layer_is_trained_step_after_step() {
    for gan in GanKind::ALL {
        let mut options = little(gan);
        options.generator.residual = true;
        options.generator.self_modulation = true;
        options.discriminator.dense = true;
        let mut run = trainer(options);
        let before = weights(&run.generator);
        (0..3).for_each(|_| step(&mut run));
        for (before, after) in before.iter().zip(weights(&run.generator)) {
            assert_ne!(before.numbers, after.numbers, "{gan}: {}", after.name);
        }
    }
}
