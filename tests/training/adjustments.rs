//! What export does to a generator for good: truncation, a latent edit, interpolated labels.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::config::GeneratorConfig;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};

use crate::networks::{LATENT_SIZE, apart, assert_alike, configurations, requests, stirred};

const TRUNCATION: f64 = 0.3;
const SHARE: f64 = 0.7;

/// A network as it is adjusted: fused.
fn published(config: &GeneratorConfig) -> Generator {
    let (z, labels) = requests(14);
    stirred(config).fused(z, labels)
}

/// What is added to every latent.
fn edit() -> Tensor<2> {
    let values: Vec<f32> = (0..LATENT_SIZE).map(|at| at as f32 / 6.0 - 0.3).collect();
    Tensor::from_data(TensorData::new(values, [1, LATENT_SIZE]), &Device::flex())
}

/// [`SHARE`] of each emotion that [`requests`] asks for, and neutral for the rest.
fn milder(labels: Tensor<2>) -> Tensor<2> {
    let neutral = emotion_rows(&[Emotion::Neutral.weights()], &labels.device());
    labels.mul_scalar(SHARE) + neutral.mul_scalar(1.0 - SHARE)
}

/// The faces of `adjusted` are those that `network` makes when it is asked for `z` and `labels`, and no longer its own.
#[track_caller]
fn assert_adjusted(adjusted: &Generator, network: &Generator, z: Tensor<2>, labels: Tensor<2>) {
    let (own_z, own_labels) = requests(14);
    let own = network.forward(own_z.clone(), own_labels.clone());
    let adjusted = adjusted.forward(own_z, own_labels);
    let moved = apart(&own, &adjusted);
    assert!(moved > 1e-2, "no pixel moved by more than {moved}");
    assert_alike(adjusted, network.forward(z, labels));
}

#[test]
fn a_truncated_network_takes_shorter_latents_and_the_same_emotion() {
    for config in configurations() {
        let network = published(&config);
        let (z, labels) = requests(14);
        let truncated = network.clone().truncated(TRUNCATION);
        assert_adjusted(&truncated, &network, z.mul_scalar(TRUNCATION), labels);
    }
}

#[test]
fn edited_latents_are_those_that_were_drawn_and_the_edit() {
    for config in configurations() {
        let network = published(&config);
        let (z, labels) = requests(14);
        let edited = network.clone().edited(edit());
        assert_adjusted(&edited, &network, z + edit(), labels);
    }
}

#[test]
fn interpolated_labels_are_a_blend_with_neutral_and_there_is_a_way_back() {
    for config in configurations() {
        let network = published(&config);
        let (z, labels) = requests(14);
        let interpolated = network.clone().with_interpolated_labels(SHARE);
        assert_adjusted(&interpolated, &network, z.clone(), milder(labels.clone()));
        let back = interpolated.with_interpolated_labels(1.0 / SHARE);
        assert_alike(
            back.forward(z.clone(), labels.clone()),
            network.forward(z, labels),
        );
    }
}

/// In the order of export: edited, truncated, interpolated.
fn adjusted(network: Generator) -> Generator {
    network
        .edited(edit())
        .truncated(TRUNCATION)
        .with_interpolated_labels(SHARE)
}

/// What [`adjusted`] makes of what is asked for.
fn asked(z: Tensor<2>, labels: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    (z.mul_scalar(TRUNCATION) + edit(), milder(labels))
}

#[test]
fn adjustments_are_combined_and_labels_are_interpolated_before_or_after_the_others() {
    for config in configurations() {
        let network = published(&config);
        let (z, labels) = requests(14);
        let (z, labels) = asked(z, labels);
        assert_adjusted(
            &adjusted(network.clone()),
            &network,
            z.clone(),
            labels.clone(),
        );
        let before = network.clone().with_interpolated_labels(SHARE);
        let before = before.edited(edit()).truncated(TRUNCATION);
        assert_adjusted(&before, &network, z, labels);
    }
}

#[test]
fn a_network_is_adjusted_before_or_after_it_is_fused() {
    for config in configurations() {
        let network = stirred(&config);
        let (z, labels) = requests(14);
        let (asked_z, asked_labels) = asked(z.clone(), labels.clone());
        let before = adjusted(network.clone()).fused(z.clone(), labels.clone());
        let after = adjusted(network.fused(asked_z, asked_labels));
        assert_alike(
            before.forward(z.clone(), labels.clone()),
            after.forward(z, labels),
        );
    }
}

#[test]
fn a_fused_network_is_trained_on_from_the_faces_that_it_made_before_it_was_adjusted() {
    for config in configurations() {
        let fused = published(&config);
        let adjusted = fused
            .clone()
            .truncated(TRUNCATION)
            .with_interpolated_labels(SHARE);
        let back = adjusted
            .truncated(1.0 / TRUNCATION)
            .with_interpolated_labels(1.0 / SHARE);
        let (z, labels) = requests(28); // other statistics than it was fused with
        let unfused = back.unfused(z.clone(), labels.clone());
        assert_alike(
            unfused.forward_train(z.clone(), labels.clone()),
            fused.forward(z, labels),
        );
    }
}
