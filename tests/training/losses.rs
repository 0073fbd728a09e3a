//! Golden values: made by `losses.py` beside this file with PyTorch.

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use model_core::config::GanKind;
use model_core::discriminator::DiscriminatorOutput;
use model_core::emotion::Emotion;
use model_core::generator::emotion_rows;
use model_core::label::cross_entropy;
use model_core::{acgan, cgan};
use training::adam::Adam;
use training::losses::{Adversarial, Game, LossOptions};
use training::options::Preset;

fn tensor<const ROWS: usize, const COLUMNS: usize>(rows: [[f32; COLUMNS]; ROWS]) -> Tensor<2> {
    Tensor::from_floats(rows, &Device::flex())
}

/// What a discriminator answers about two real images.
fn real() -> DiscriminatorOutput {
    DiscriminatorOutput {
        unconditional_logit: tensor([[0.5], [-0.3]]),
        label_logits: tensor([
            [0.2, -1.0, 0.5, 2.0, 0.0, -0.4, 0.1],
            [1.5, 0.3, -0.2, 0.0, -2.0, 0.7, 0.9],
        ]),
    }
}

/// And about two generated ones.
fn fake() -> DiscriminatorOutput {
    DiscriminatorOutput {
        unconditional_logit: tensor([[-0.7], [0.4]]),
        label_logits: tensor([
            [-0.6, 0.8, 0.0, 0.4, 1.2, -1.1, 0.3],
            [0.5, -0.2, 1.0, -0.9, 0.6, 0.0, -1.4],
        ]),
    }
}

/// The labels of both.
fn labels() -> Tensor<2> {
    let labels = [3, 5].map(|index| Emotion::ALL[index].weights());
    emotion_rows(&labels, &Device::flex())
}

fn game(gan: GanKind, adversarial: Adversarial) -> Game {
    let options = LossOptions {
        adversarial,
        label_cross_entropy: 0.8,
        label_weight: 0.5,
        ..Preset::Tiny.options(gan).loss
    };
    Game { gan, options }
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[track_caller]
fn assert_golden(loss: Tensor<1>, golden: f32) {
    let found = loss.into_scalar::<f32>();
    assert!(
        (found - golden).abs() < 1e-6,
        "found {found}, PyTorch says {golden}"
    );
}

#[test]
fn losses_equal_pytorchs() {
    let real = || tensor([[0.5], [-0.3], [2.0], [1.1]]);
    let fake = || tensor([[-0.7], [0.4], [-1.5], [0.0]]);
    let golden = [
        (Adversarial::NonSaturating, [0.988_364_34, 1.002_690_4]),
        (Adversarial::Relativistic, [0.420_888_54, 1.695_888_5]),
    ];
    for (adversarial, [discriminator, generator]) in golden {
        assert_golden(adversarial.discriminator(real(), fake()), discriminator);
        assert_golden(adversarial.generator(real(), fake()), generator);
    }
    let label_logits = self::real().label_logits;
    assert_golden(cross_entropy(label_logits, labels()), 1.200_851_4);
}

#[test]
fn the_adversarial_logits_of_both_gans_equal_pytorchs() {
    type Logit = fn(&DiscriminatorOutput, Tensor<2>, f64) -> Tensor<2>;
    let golden: [(GanKind, Logit, f64, [f32; 2]); 4] = [
        (
            GanKind::Cgan,
            cgan::adversarial_logit,
            0.5,
            [0.202_277_48, -1.203_128_9],
        ),
        (
            GanKind::Cgan,
            cgan::adversarial_logit,
            1.0,
            [-0.095_445_03, -2.106_258],
        ),
        (GanKind::Acgan, acgan::adversarial_logit, 0.5, [0.5, -0.3]),
        (GanKind::Acgan, acgan::adversarial_logit, 1.0, [0.5, -0.3]),
    ];
    for (gan, logit, weight, golden) in golden {
        let found = numbers(logit(&real(), labels(), weight));
        for (found, golden) in found.iter().zip(golden) {
            assert!(
                (found - golden).abs() < 1e-6,
                "{gan}, {weight}: found {found}, PyTorch says {golden}"
            );
        }
        let chosen = numbers(gan.adversarial_logit(&real(), labels(), weight));
        assert_eq!(chosen, found, "{gan} chooses its own");
    }
}

#[test]
fn only_the_acgans_generator_has_a_label_loss_beside_the_game_and_it_equals_pytorchs() {
    for weight in [0.0, 0.5] {
        assert!(cgan::generator_label_loss(&fake(), labels(), weight).is_none());
    }
    assert!(acgan::generator_label_loss(&fake(), labels(), 0.0).is_none());
    let loss = acgan::generator_label_loss(&fake(), labels(), 0.5).unwrap();
    assert_golden(loss, 1.021_991_1);
}

#[test]
fn both_gans_minimise_what_pytorch_says() {
    use Adversarial::{NonSaturating, Relativistic};
    let golden = [
        (GanKind::Cgan, NonSaturating, [2.283_784_9, 1.463_693_6]),
        (GanKind::Cgan, Relativistic, [1.527_014_5, 1.237_898_7]),
        (GanKind::Acgan, NonSaturating, [2.282_997_9, 1.830_091_8]),
        (GanKind::Acgan, Relativistic, [1.643_915_4, 1.955_225_4]),
    ];
    for (gan, adversarial, [discriminator, generator]) in golden {
        let game = game(gan, adversarial);
        let of_discriminator = game.discriminator_loss(real(), fake(), labels());
        assert_golden(of_discriminator.loss, discriminator);
        for (given, output) in [
            (of_discriminator.real_logit, real()),
            (of_discriminator.fake_logit, fake()),
        ] {
            assert_eq!(numbers(given), numbers(game.logit(&output, labels())));
        }
        let compared_with = || match adversarial {
            NonSaturating => unreachable!("no real image is compared with"),
            Relativistic => real(),
        };
        assert_golden(
            game.generator_loss(fake(), compared_with, labels()),
            generator,
        );
    }
}

#[test]
fn the_cgans_logit_is_the_unconditional_one_as_far_as_labels_do_not_count_or_are_certain() {
    let unconditional = numbers(real().unconditional_logit);
    let without = cgan::adversarial_logit(&real(), labels(), 0.0);
    assert_eq!(numbers(without), unconditional, "label weight 0");
    let certain = DiscriminatorOutput {
        label_logits: labels() * 100.0,
        ..real()
    };
    let certain = cgan::adversarial_logit(&certain, labels(), 1.0);
    assert_eq!(numbers(certain), unconditional, "log p(y | x) = 0");
}

#[test]
fn the_acgans_logit_never_depends_on_labels() {
    let unconditional = numbers(real().unconditional_logit);
    for emotion in Emotion::ALL {
        let labels = emotion_rows(&[emotion.weights(); 2], &Device::flex());
        for weight in [0.0, 0.5, 2.0] {
            let found = acgan::adversarial_logit(&real(), labels.clone(), weight);
            assert_eq!(numbers(found), unconditional, "{emotion:?}, {weight}");
            let unsure = DiscriminatorOutput {
                label_logits: real().label_logits.zeros_like(),
                ..real()
            };
            let found = acgan::adversarial_logit(&unsure, labels.clone(), weight);
            assert_eq!(numbers(found), unconditional, "{emotion:?}, {weight}");
        }
    }
}

#[test]
fn labels_are_told_apart_whatever_is_real() {
    for gan in GanKind::ALL {
        let mut game = game(gan, Adversarial::NonSaturating);
        game.options.label_cross_entropy = 1.0;
        for offset in [0.0, 3.0] {
            let real = DiscriminatorOutput {
                unconditional_logit: real().unconditional_logit + offset,
                ..real()
            };
            let found = game.discriminator_loss(real, fake(), labels());
            let adversarial = game.options.adversarial;
            let alone = adversarial.discriminator(found.real_logit, found.fake_logit);
            assert_golden(found.loss - alone, 1.200_851_4); // the cross-entropy above
        }
    }
}

/// Two numbers to be moved.
#[derive(Module, Debug)]
struct Pair {
    weight: Param<Tensor<1>>,
}

#[test]
fn adam_takes_pytorchs_steps() {
    let device = Device::flex().autodiff();
    let mut pair = Pair {
        weight: Param::from_data([0.0f32, 3.0], &device),
    };
    let mut adam = Adam::new(&pair);
    for step in 0..5 {
        let loss = (pair.weight.val() - 1.0).powi_scalar(2).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &pair);
        pair = adam.step(step, 0.1, pair, gradients);
    }
    let found: Vec<f32> = pair.weight.val().into_data().iter::<f32>().collect();
    for (found, golden) in found.iter().zip([0.444_140_58, 2.526_374_6]) {
        assert!(
            (found - golden).abs() < 1e-5,
            "found {found}, PyTorch says {golden}"
        );
    }
}
