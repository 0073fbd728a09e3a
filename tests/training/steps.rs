use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use model_core::bundle::Bundle;
use model_core::config::GanKind;
use model_core::discriminator::Discriminator;
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::generator::emotion_rows;
use native_trainer::dataset::batcher::Batcher;
use native_trainer::dataset::synthetic;
use native_trainer::export;
use native_trainer::grid::signed_images;
use native_trainer::losses::{LossOptions, discriminator_loss, generator_loss, validity};
use native_trainer::metrics::overfitting::{Answers, Overfitting, answers};
use native_trainer::penalty::gradient_penalty;
use native_trainer::step::{discriminator_step, generator_step};
use native_trainer::train::Trainer;

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

#[test]
fn each_step_moves_only_its_own_network() {
    for gan in GanKind::ALL {
        let mut run = trainer(little(gan));
        let options = run.options().clone();
        let device = Device::flex().autodiff();
        let batch = Batcher::new(synthetic(70, 1), options.batch_settings())
            .batch(0)
            .on(&device);
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
            &options.loss,
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
            &options.loss,
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
        for kind in ["hinge", "non-saturating", "relativistic"] {
            let mut options = little(gan);
            options.set(&format!("loss.adversarial={kind}")).unwrap();
            options.set("loss.matching=1").unwrap();
            options.set("loss.gradient_penalty=10").unwrap();
            options.set("discriminator.spectral_norm=false").unwrap();
            let mut run = trainer(options);
            let before = (weights(&run.generator), weights(&run.discriminator));
            run.step();
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
                .flat_map(|data| data.iter::<f32>());
            assert!(values.all(f32::is_finite), "{gan} {kind}");
        }
    }
}

/// The mean of `|g|^2 / 2` by Burn's own first derivative.
fn half_squared_slope(
    discriminator: &Discriminator,
    images: &Tensor<4>,
    labels: &Tensor<2>,
    options: &LossOptions,
) -> f64 {
    let probe = images.clone().detach().require_grad();
    let answers = discriminator.forward(probe.clone(), labels.clone());
    let gradients = validity(&answers, options).sum().backward();
    let slope = probe.grad(&gradients).unwrap();
    let [batch, ..] = images.dims();
    f64::from(slope.powi_scalar(2).sum().into_scalar::<f32>()) / (2 * batch) as f64
}

#[test]
fn the_gradient_penalty_and_its_own_gradient_are_those_of_the_squared_slope() {
    let device = Device::flex().autodiff();
    for gan in GanKind::ALL {
        let mut options = little(gan);
        options.set("discriminator.spectral_norm=false").unwrap();
        let run = trainer(options.clone());
        // Weights of 0.02 make a slope of nothing: take ones that a trained network has.
        let discriminator = scaled(run.discriminator.clone(), 5.0);
        let batch = Batcher::new(synthetic(70, 1), options.batch_settings())
            .batch(0)
            .on(&device);
        let slope =
            |d: &Discriminator| half_squared_slope(d, &batch.images, &batch.labels, &options.loss);

        let penalty = gradient_penalty(
            &discriminator,
            batch.images.clone(),
            batch.labels.clone(),
            &options.loss,
        );
        let value = f64::from(penalty.clone().into_scalar::<f32>());
        let expected = 2.0 * slope(&discriminator);
        assert!(
            (value / expected - 1.0).abs() < 0.05,
            "{gan}: {value}, not {expected}"
        );

        // Along the weights themselves: d/ds |g(s w)|^2 / 2 at s = 1 is the sum of weight times gradient.
        let mut gradients = GradientsParams::from_grads(penalty.backward(), &discriminator);
        let along = weight_times_gradient(&discriminator, &mut gradients);
        let numeric = (slope(&scaled(discriminator.clone(), 1.01))
            - slope(&scaled(discriminator, 0.99)))
            / 0.02;
        assert!(
            (along / numeric - 1.0).abs() < 0.1,
            "{gan}: {along}, not {numeric}"
        );
    }
}

#[test]
fn every_weight_gets_a_finite_gradient() {
    for gan in GanKind::ALL {
        let run = trainer(little(gan));
        let options = run.options();
        let device = Device::flex().autodiff();
        let batch = Batcher::new(synthetic(70, 1), options.batch_settings())
            .batch(0)
            .on(&device);
        let fakes = run
            .generator
            .forward_train(batch.z.clone(), batch.labels.clone());

        let real = run
            .discriminator
            .forward(batch.images.clone(), batch.labels.clone());
        let fake = run
            .discriminator
            .forward(fakes.clone().detach(), batch.labels.clone());
        let loss = discriminator_loss(real, fake, batch.labels.clone(), &options.loss).loss;
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
        let real = || unreachable!("hinge compares with no real image");
        let loss = generator_loss(judged, real, batch.labels.clone(), &options.loss);
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
fn a_discriminator_is_asked_about_every_image_under_its_label() {
    let run = trainer(little(GanKind::Cgan));
    let network = run.discriminator.valid();
    let faces = synthetic(64, 5);
    let all: Vec<usize> = (0..64).collect();
    let labels: Vec<_> = all.iter().map(|&index| faces.label(index)).collect();
    let images = faces.images_of(&all);
    let device = Device::flex();
    let asked = answers(&network, &images, &labels, &device).unwrap();

    let rows: Vec<_> = labels.iter().map(|label| label.weights()).collect();
    let output = network.forward(
        signed_images(&images, &device),
        emotion_rows(&rows, &device),
    );
    let by_label = output.validity_by_label.unwrap();
    let realism = by_label.clone().exp().sum_dim(1).log();
    let mean = f64::from(realism.mean().into_scalar::<f32>());
    assert!((asked.realism - mean).abs() < 1e-5, "{asked:?}, {mean}");
    let liked = by_label.argmax(1).into_data();
    let right = liked.iter::<i64>().zip(&labels);
    let right = right
        .filter(|(liked, label)| *liked == label.index() as i64)
        .count();
    assert_eq!(asked.label_accuracy, right as f64 / 64.0);

    let few = answers(&network, &images[..63], &labels[..63], &device).unwrap_err();
    assert!(few.to_string().contains("expected at least 64"), "{few}");
    let said = |realism| Answers { realism, ..asked };
    let overfitting = Overfitting {
        training: said(0.8),
        held_out: said(0.2),
        generated: said(-0.4),
    };
    assert!((overfitting.share() - 0.5).abs() < 1e-12);
}

/// A run of one step, and what it exports.
fn published(gan: GanKind) -> (Trainer, Bundle, DiscriminatorBundle) {
    let mut run = trainer(little(gan));
    run.step();
    let bundle = crate::pack(&run);
    let discriminator = export::pack_discriminator(&run, &bundle).unwrap();
    (run, bundle, discriminator)
}

#[test]
fn a_run_sets_out_with_the_discriminator_that_was_exported_with_the_bundle() {
    for gan in GanKind::ALL {
        let (before, bundle, kept) = published(gan);
        assert_eq!(kept.manifest.generator, bundle.manifest.weights.sha256);
        let mut options = little(gan);
        options.seed = 9;
        options.set_from(&bundle.manifest, Some(&kept.manifest));
        let mut run = trainer(options);
        run.set_out_from(&bundle, Some(&kept)).unwrap();
        let sizes = weights(&before.discriminator).into_iter();
        for (old, new) in sizes.zip(weights(&run.discriminator)) {
            new.assert_approx_eq::<f32>(&old, burn::tensor::Tolerance::absolute(5e-3));
        }

        let mut other = kept.clone();
        other.manifest.discriminator.width += 1;
        let error = run.set_out_from(&bundle, Some(&other)).unwrap_err();
        assert!(
            error.to_string().starts_with("the weights do not fit"),
            "{error}"
        );
    }
}

#[test]
fn a_run_adds_residual_blocks_to_a_bundles_generator_and_trains_them() {
    let mut before = trainer(little(GanKind::Acgan));
    before.step();
    let bundle = crate::pack(&before);
    let mut options = little(GanKind::Acgan);
    options.set_from(&bundle.manifest, None);
    options.generator.residual = true;
    options.warm_up = 0;
    let mut run = trainer(options);
    run.set_out_from(&bundle, None).unwrap();
    let faces = |bundle: &Bundle| {
        let generator = bundle.generator(&Device::flex()).unwrap();
        generator.faces(&[1, 2], &[[1.0 / 7.0; 7]; 2]).into_data()
    };
    let close = burn::tensor::Tolerance::absolute(1e-2); // rounded twice
    faces(&crate::pack(&run)).assert_approx_eq::<f32>(&faces(&bundle), close);
    run.step();
    let grown = crate::pack(&run);
    assert!(grown.manifest.generator.residual);
    assert_eq!(
        weights(&run.generator).len(),
        weights(&before.generator).len() + 3 * 4,
        "a norm's two tables, a convolution's weights and bias behind each of three doublings"
    );
    let untrained = run.generator.clone().with_residuals();
    assert_ne!(weights(&run.generator), weights(&untrained));
}

#[test]
fn a_run_adds_layers_to_a_published_discriminator_and_trains_them() {
    for gan in GanKind::ALL {
        let (before, bundle, kept) = published(gan);
        let mut options = little(gan);
        options.set_from(&bundle.manifest, Some(&kept.manifest));
        options.discriminator.dense = true;
        options.discriminator.residual = true;
        let mut run = trainer(options);
        run.set_out_from(&bundle, Some(&kept)).unwrap();
        let sets_out = weights(&run.discriminator);
        assert_eq!(
            sets_out.len(),
            weights(&before.discriminator).len() + 3 * 2,
            "three layers' weights and biases"
        );
        run.step();
        let still = weights(&run.discriminator)
            .into_iter()
            .zip(sets_out)
            .filter(|(new, old)| new == old)
            .count();
        assert_eq!(still, 0, "{gan}: all of it moves");
        let exported = crate::pack(&run);
        let kept = export::pack_discriminator(&run, &exported).unwrap();
        assert_eq!(kept.manifest.discriminator, run.options().discriminator);
        kept.discriminator(&Device::flex()).unwrap();
    }
}

#[test]
fn a_run_sets_out_with_a_bundles_faces_and_a_new_discriminator_learns_alone_first() {
    let mut before = trainer(little(GanKind::Cgan));
    before.step();
    let bundle = crate::pack(&before);
    let mut options = little(GanKind::Acgan);
    options.set_from(&bundle.manifest, None);
    options.warm_up = 2 * options.batch as u64;
    let mut run = trainer(options);
    run.set_out_from(&bundle, None).unwrap();

    let faces = |run: &Trainer| {
        let faces = run.sampler().faces(&[1, 2], &[[1.0 / 7.0; 7]; 2]);
        faces.into_data()
    };
    let published = bundle.generator(&Device::flex()).unwrap();
    let published = published.faces(&[1, 2], &[[1.0 / 7.0; 7]; 2]).into_data();
    let close = burn::tensor::Tolerance::absolute(1e-4);
    faces(&run).assert_approx_eq::<f32>(&published, close);

    let (generator, discriminator) = (weights(&run.generator), weights(&run.discriminator));
    run.step();
    run.step();
    // As numbers: -0 plus a step of length 0 is 0.
    let numbers = |weights: &[TensorData]| -> Vec<f32> {
        let all = weights.iter().flat_map(|data| data.iter::<f32>());
        all.collect()
    };
    assert!(
        numbers(&weights(&run.generator)) == numbers(&generator),
        "warming up, the generator moved"
    );
    assert_ne!(weights(&run.discriminator), discriminator);
    run.step();
    let missing = |moved: &[TensorData]| {
        moved
            .iter()
            .zip(&generator)
            .filter(|(new, old)| new == old)
            .count()
    };
    assert_eq!(missing(&weights(&run.generator)), 0, "then all of it moves");
    assert_eq!(
        crate::pack(&run).manifest.training.images_seen,
        4 * 4,
        "images of both runs"
    );
}
