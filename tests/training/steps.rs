use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use model_core::config::GanKind;
use native_trainer::dataset::batcher::Batcher;
use native_trainer::dataset::synthetic;
use native_trainer::losses::{discriminator_loss, generator_loss};
use native_trainer::step::{discriminator_step, generator_step};

use crate::{little, trainer};

/// Every weight of a module, in order.
fn weights<M: Module>(module: &M) -> Vec<TensorData> {
    struct Read(Vec<TensorData>);
    impl ModuleVisitor for Read {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.val().into_data());
        }
    }
    let mut read = Read(Vec::new());
    module.visit(&mut read);
    read.0
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
        let options = run.options().clone();
        let device = Device::flex().autodiff();
        let batch = Batcher::new(synthetic(70, 1), options.batch_settings()).batch(0, &device);
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
            &options.loss_weights,
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
            &options.loss_weights,
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
fn every_weight_gets_a_finite_gradient() {
    for gan in GanKind::ALL {
        let run = trainer(little(gan));
        let options = run.options();
        let device = Device::flex().autodiff();
        let batch = Batcher::new(synthetic(70, 1), options.batch_settings()).batch(0, &device);
        let fakes = run
            .generator
            .forward_train(batch.z.clone(), batch.labels.clone());

        let real = run
            .discriminator
            .forward(batch.images.clone(), batch.labels.clone());
        let fake = run
            .discriminator
            .forward(fakes.clone().detach(), batch.labels.clone());
        let loss = discriminator_loss(real, fake, batch.labels.clone(), &options.loss_weights);
        let mut gradients = GradientsParams::from_grads(loss.backward(), &run.discriminator);
        let missing = without_gradient(&run.discriminator, &mut gradients);
        // At the start realism's bias gets -1/2 from each real and +1/2 from each fake image: exactly nothing.
        let missing: Vec<_> = missing
            .iter()
            .filter(|name| !name.starts_with("realism.bias"))
            .collect();
        assert!(missing.is_empty(), "{gan} discriminator: {missing:?}");

        let judged = run
            .discriminator
            .clone()
            .no_grad()
            .forward(fakes, batch.labels.clone());
        let loss = generator_loss(judged, batch.labels.clone(), &options.loss_weights);
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
