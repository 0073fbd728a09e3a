use burn::module::Module;
use burn::tensor::{Device, Tensor};
use model_core::config::DiscriminatorConfig;
use model_core::discriminator::{Discriminator, DiscriminatorOutput};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::networks::{StirZeros, assert_alike, images};
use crate::weights;

fn config(dense: bool) -> DiscriminatorConfig {
    DiscriminatorConfig { width: 4, dense }
}

fn built(dense: bool) -> Discriminator {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    Discriminator::new(&config(dense), &mut rng, &Device::flex())
}

/// Both kinds, in which everything takes part.
fn stirred() -> [Discriminator; 2] {
    [false, true].map(|dense| built(dense).map(&mut StirZeros::default()))
}

#[track_caller]
fn assert_alike_outputs(one: DiscriminatorOutput, other: DiscriminatorOutput) {
    assert_alike(one.unconditional_logit, other.unconditional_logit);
    assert_alike(one.label_logits, other.label_logits);
}

/// The answer about some images of a batch.
fn part(output: &DiscriminatorOutput, start: usize, length: usize) -> DiscriminatorOutput {
    let rows = |logits: &Tensor<2>| logits.clone().narrow(0, start, length);
    DiscriminatorOutput {
        unconditional_logit: rows(&output.unconditional_logit),
        label_logits: rows(&output.label_logits),
    }
}

#[test]
fn a_discriminator_answers_with_one_logit_and_one_per_label() {
    for network in stirred() {
        let output = network.forward(images(2));
        assert_eq!(output.unconditional_logit.dims(), [2, 1]);
        assert_eq!(output.label_logits.dims(), [2, 7]);
    }
}

#[test]
fn the_answer_about_an_image_does_not_depend_on_the_others_of_its_batch() {
    for network in stirred() {
        let together = network.forward(images(5));
        for at in 0..5 {
            let alone = network.forward(images(5).narrow(0, at, 1));
            assert_alike_outputs(alone, part(&together, at, 1));
        }
    }
}

#[test]
fn an_answer_about_two_halves_is_split_into_the_answers_about_each() {
    for network in stirred() {
        let output = network.forward(images(6));
        let (first, second) = output.clone().halves();
        assert_alike_outputs(first, part(&output, 0, 3));
        assert_alike_outputs(second, part(&output, 3, 3));
    }
}

#[test]
fn a_dense_layer_begins_by_changing_nothing_and_can_be_left_out_again() {
    let logits = |network: &Discriminator| {
        let output = network.forward(images(3));
        let all = Tensor::cat(vec![output.unconditional_logit, output.label_logits], 1);
        all.into_data().iter::<f32>().collect::<Vec<_>>()
    };
    let before = built(false);
    let grown = before.clone().with_layers(&config(true));
    assert_eq!(weights(&grown), weights(&built(true)));
    assert_eq!(logits(&grown), logits(&before));
    let again = grown.clone().with_layers(&config(true));
    assert_eq!(weights(&again), weights(&grown), "nothing is added twice");
    let stirred = grown.map(&mut StirZeros::default());
    assert_ne!(logits(&stirred), logits(&before), "it takes part");
    let kept = stirred.clone().with_layers(&config(true));
    assert_eq!(
        weights(&kept),
        weights(&stirred),
        "nor what is there is replaced"
    );
    let without = stirred.with_layers(&config(false));
    assert_eq!(weights(&without), weights(&before));
}
