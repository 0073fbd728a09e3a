use burn::tensor::{Device, Tolerance};
use model_core::classifier::{Classifier, STAGES};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::networks::{assert_alike, configurations, images, requests, stirred};

#[test]
fn fusing_measured_statistics_changes_no_face() {
    for config in configurations() {
        let network = stirred(&config);
        let (z, labels) = requests(14);
        let trained = network.forward_train(z.clone(), labels.clone());
        let fused = network.fused(z.clone(), labels.clone());
        assert_alike(fused.forward(z, labels), trained);
    }
}

#[test]
fn a_fused_network_is_trained_on_from_the_faces_that_it_makes() {
    for config in configurations() {
        let (z, labels) = requests(14);
        let fused = stirred(&config).fused(z, labels);
        let (z, labels) = requests(28); // other statistics than it was fused with
        let faces = fused.forward(z.clone(), labels.clone());
        let unfused = fused.unfused(z.clone(), labels.clone());
        assert_alike(unfused.forward_train(z, labels), faces);
    }
}

#[test]
fn a_fused_classifier_is_trained_on_from_what_it_predicts() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let classifier = Classifier::new(2, STAGES, &mut rng, &Device::flex());
    let fused = classifier.fused(images(14));
    let predicted = fused.forward(images(28)).logits.into_data();
    let unfused = fused.unfused(images(28)); // other statistics than it was fused with
    let again = unfused.forward_train(images(28)).logits.into_data();
    again.assert_approx_eq::<f32>(&predicted, Tolerance::absolute(1e-4));
}
