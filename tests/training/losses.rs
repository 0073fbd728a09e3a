//! Golden values: made by `losses.py` beside this file with PyTorch.

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use model_core::config::GanKind;
use model_core::discriminator::DiscriminatorOutput;
use model_core::emotion::Emotion;
use model_core::generator::emotion_rows;
use native_trainer::adam::Adam;
use native_trainer::config::Preset;
use native_trainer::losses::{
    Adversarial, LossOptions, cross_entropy, data_to_data, discriminator_loss, validity,
};

fn column(values: [f32; 4]) -> Tensor<2> {
    Tensor::from_floats(values.map(|value| [value]), &Device::flex())
}

fn logits() -> Tensor<2> {
    let rows = [
        [0.2, -1.0, 0.5, 2.0, 0.0, -0.4, 0.1],
        [1.5, 0.3, -0.2, 0.0, -2.0, 0.7, 0.9],
    ];
    Tensor::from_floats(rows, &Device::flex())
}

fn labels() -> Tensor<2> {
    let rows = [
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    ];
    Tensor::from_floats(rows, &Device::flex())
}

/// `logits().logsumexp(1)`: how real these images are, whatever their labels.
const REALISM: [f32; 2] = [2.595_445, 2.506_258];

fn realism() -> Tensor<2> {
    Tensor::from_floats(REALISM.map(|row| [row]), &Device::flex())
}

/// What a cGAN's discriminator says, when all validities are higher by `offset`.
fn judged(offset: f32) -> DiscriminatorOutput {
    DiscriminatorOutput {
        validity: ((logits() + offset) * labels()).sum_dim(1),
        realism: realism() + offset,
        validity_by_label: Some(logits() + offset),
        class: None,
        embedding: None,
    }
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
    let real = || column([0.5, -0.3, 2.0, 1.1]);
    let fake = || column([-0.7, 0.4, -1.5, 0.0]);
    let golden = [
        (Adversarial::Hinge, [1.125, 0.45, 1.225]),
        (
            Adversarial::NonSaturating,
            [0.988_364_34, 1.002_690_4, 1.035_988_3],
        ),
        (
            Adversarial::Relativistic,
            [0.420_888_54, 1.695_888_5, 0.337_313_95],
        ),
    ];
    for (game, [discriminator, generator, matching]) in golden {
        assert_golden(game.discriminator(real(), fake()), discriminator);
        assert_golden(game.generator(real(), fake()), generator);
        assert_golden(game.matching(logits(), labels()), matching);
    }
    assert_golden(cross_entropy(logits(), labels()), 1.200_851_4);
}

fn directions<const ROWS: usize>(rows: [[f32; 2]; ROWS]) -> Tensor<2> {
    let unit = rows.map(|[x, y]| [x / x.hypot(y), y / x.hypot(y)]);
    Tensor::from_floats(unit, &Device::flex())
}

#[test]
fn images_of_a_batch_are_compared_as_in_pytorch() {
    let embedding = directions([[1.0, 0.2], [0.1, -1.0], [0.9, 0.5], [-1.0, 0.3]]);
    let proxies = directions([
        [1.0, 0.0],
        [0.0, 1.0],
        [-1.0, 0.5],
        [0.3, 0.3],
        [0.0, -1.0],
        [1.0, -1.0],
        [-0.2, -1.0],
    ]);
    let cosines = embedding.clone().matmul(proxies.transpose());
    let emotions = [0, 4, 0, 1].map(|index| Emotion::ALL[index].weights());
    let labels = emotion_rows(&emotions, &Device::flex());
    assert_golden(data_to_data(embedding, cosines, labels), 1.573_383_6);
}

#[test]
fn a_match_counts_as_much_as_is_asked_for_and_realism_all() {
    let asked = [2.0, 0.7];
    for match_share in [0.0, 0.5, 1.0] {
        let options = LossOptions {
            match_share,
            ..Preset::Tiny.options(GanKind::Cgan).loss
        };
        let share = match_share as f32;
        let found = validity(&judged(0.0), &options).into_data();
        for (row, found) in found.iter::<f32>().enumerate() {
            let expected = REALISM[row] + share * (asked[row] - REALISM[row]);
            assert!(
                (found - expected).abs() < 1e-6,
                "{share}: {found}, not {expected}"
            );
        }
    }
}

#[test]
fn labels_are_told_apart_whatever_is_real() {
    let options = LossOptions {
        matching: 0.0,
        contrast: 1.0,
        match_share: 0.0, // the game asks for realism alone
        ..Preset::Tiny.options(GanKind::Cgan).loss
    };
    let game = |offset: f32| {
        let real = realism() + offset;
        (options.adversarial).discriminator(real, realism())
    };
    for offset in [0.0, 3.0] {
        let loss = discriminator_loss(judged(offset), judged(0.0), labels(), &options).loss;
        assert_golden(loss - game(offset), 1.200_851_4); // the cross-entropy above
    }
}

#[test]
fn a_match_under_the_right_label_costs_nothing() {
    let sure = (labels() - 0.5) * 10.0; // +5 under the right label, -5 under every other
    assert_golden(Adversarial::Hinge.matching(sure, labels()), 0.0);
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
