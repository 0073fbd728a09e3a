//! What the emotion classifier sees in the large face.

use burn::tensor::{Device, Tensor, TensorData};
use model_core::classifier::{Classifier, STAGES};
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_signed};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use tests::now;
use web::page::classifier::Classification;
use web::page::face_key::FaceKey;
use web::page::state::Page;
use web::page::task::{Step, Task};
use web::page::wanted::View;
use web::protocol::{Backend, Reply};
use web::worker::inference::classify;

use crate::{finish, running, started};

/// Asks what the classifier sees and says of which face.
fn ask_classifier(page: &mut Page) -> FaceKey {
    page.want(|wanted| wanted.classifier = true);
    match page.next_step() {
        Step::Classify(face) => {
            page.sent(Task::Classify(face.key));
            face.key
        }
        step => panic!("expected a face to classify, got {step:?}"),
    }
}

fn classified() -> Reply {
    Reply::Classified {
        shares: [0.0, 0.0, 0.125, 0.0, 0.75, 0.0, 0.125],
        accuracy: 0.56,
    }
}

#[test]
fn the_classifier_is_asked_only_by_wish_and_once_for_each_large_face() {
    let mut page = started();
    finish(&mut page);
    assert_eq!(page.next_step(), Step::Wait, "nobody asked");
    let key = ask_classifier(&mut page);
    assert_eq!(key, page.large_key());
    page.receive(classified(), &[]);
    assert!(page.classification_is_current());
    let seen = page.classifier.latest.clone().expect("a classification");
    assert_eq!((seen.strongest(), seen.accuracy), (Emotion::Sad, 0.56));
    assert_eq!(page.next_step(), Step::Wait, "the classifier has answered");
    page.want(|wanted| wanted.seed = 41);
    assert!(!page.classification_is_current(), "another face");
    finish(&mut page);
    assert!(
        matches!(page.next_step(), Step::Classify(_)),
        "classified anew"
    );
    page.want(|wanted| wanted.view = View::Crowd);
    finish(&mut page);
    assert_eq!(page.next_step(), Step::Wait, "a crowd is not classified");
}

#[test]
fn a_classifier_that_cannot_answer_leaves_the_face_and_waits_to_be_asked_again() {
    let mut page = started();
    finish(&mut page);
    ask_classifier(&mut page);
    let message = "The face was not classified: status 404.".to_owned();
    page.receive(
        Reply::NotClassified {
            message: message.clone(),
        },
        &[],
    );
    assert_eq!(page.classifier.error, Some(message));
    assert_eq!((page.face_state(), page.next_step()), ("ready", Step::Wait));
    page.classify_again();
    assert!(matches!(page.next_step(), Step::Classify(_)));
}

#[test]
fn a_worker_that_dies_over_the_classifier_is_replaced_and_the_classifier_left_alone() {
    let mut page = started();
    finish(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    ask_classifier(&mut page);
    let message = "unreachable executed".into();
    page.receive(Reply::Died { message }, &[]);
    assert_eq!(
        (
            page.next_step(),
            page.error.clone(),
            page.gpu_failure.clone()
        ),
        (Step::Restart, None, None)
    );
    page.restarted();
    page.receive(Reply::Started, &[]);
    assert_eq!(page.next_step(), Step::Wait, "until it is asked again");
    let error = page.classifier.error.clone().unwrap_or_default();
    assert!(error.contains("unreachable executed"), "'{error}'");
}

#[test]
fn percents_of_a_classification_add_up_to_one_hundred() {
    let key = started().large_key();
    let percents = |shares| {
        let classification = Classification {
            key,
            shares,
            accuracy: 0.5,
        };
        classification.percents()
    };
    assert_eq!(percents([1.0 / 7.0; 7]).iter().sum::<u8>(), 100);
    assert_eq!(
        percents([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        [0, 0, 0, 100, 0, 0, 0]
    );
    assert_eq!(
        percents([0.333, 0.333, 0.334, 0.0, 0.0, 0.0, 0.0]),
        [33, 33, 34, 0, 0, 0, 0]
    );
    assert_eq!(
        percents([0.006, 0.004, 0.0, 0.984, 0.0, 0.006, 0.0])
            .iter()
            .sum::<u8>(),
        100
    );
}

#[test]
fn the_shares_are_those_of_the_classifier() {
    let device = Device::flex();
    let classifier = Classifier::new(4, STAGES, &mut ChaCha8Rng::seed_from_u64(1), &device);
    let grey = |pixel: usize| (pixel * 31 % 251) as u8;
    let face: Vec<u8> = (0..IMAGE_PIXELS).map(grey).collect();
    let shares = now(classify(&classifier, &face, &device)).expect("shares");
    let sum: f32 = shares.iter().sum();
    assert!((sum - 1.0).abs() < 1e-5, "{shares:?} add up to {sum}");
    let signed: Vec<f32> = face.iter().map(|&grey| to_signed(grey)).collect();
    let images = Tensor::from_data(
        TensorData::new(signed, [1, 1, IMAGE_SIDE, IMAGE_SIDE]),
        &device,
    );
    let logits = classifier.forward(images).logits.into_data();
    let logits = logits.as_slice::<f32>().expect("32-bit numbers");
    let order = |values: &[f32]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
        order
    };
    assert_eq!(order(&shares), order(logits), "the classifier's own order");
    let error = now(classify(&classifier, &face[1..], &device)).expect_err("too few pixels");
    assert!(error.to_string().contains("2303 pixels"), "{error}");
}
