use burn::module::Module;
use burn::tensor::Device;
use dataset::synthetic;
use model_core::config::GanKind;
use pollster::block_on;
use training::faces::signed_images;
use training::metrics::overfitting::{Answers, Overfitting, answers};

use crate::{little, trainer};

#[test]
fn a_discriminator_is_asked_about_every_image_and_its_label() {
    let run = trainer(little(GanKind::Cgan));
    let network = run.discriminator.valid();
    let faces = synthetic(70, 5);
    for count in [1, 64, 70] {
        let all: Vec<usize> = (0..count).collect();
        let labels: Vec<_> = all.iter().map(|&index| faces.label(index)).collect();
        let images = faces.images_of(&all);
        let device = Device::flex();
        let asked = block_on(answers(&network, &images, &labels, &device)).unwrap();

        let output = network.forward(signed_images(&images, &device));
        let mean = f64::from(output.unconditional_logit.mean().into_scalar::<f32>());
        let error = (asked.unconditional_logit - mean).abs();
        assert!(error < 1e-5, "{count}: {asked:?}, {mean}");
        let likeliest = output.label_logits.argmax(1).into_data();
        let right = likeliest.iter::<i64>().zip(&labels);
        let right = right
            .filter(|(likeliest, label)| *likeliest == label.index() as i64)
            .count();
        assert_eq!(asked.label_accuracy, right as f64 / count as f64, "{count}");
    }
}

#[test]
fn what_is_memorised_is_the_share_of_the_logit_that_held_out_images_lack() {
    let with = |unconditional_logit| Answers {
        unconditional_logit,
        label_accuracy: 0.5,
    };
    let overfitting = Overfitting {
        training: with(0.8),
        held_out: with(0.2),
        generated: with(-0.4),
    };
    assert!((overfitting.share() - 0.5).abs() < 1e-12);
}
