//! The messages between page and worker.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use web::protocol::{
    Backend, DeviceChoice, FaceParameters, Part, Progress, Reply, Request, Running,
};

use crate::faces;

#[test]
fn messages_survive_the_journey_with_all_bits_of_a_seed() {
    let request = Request {
        gan: GanKind::Acgan,
        emotion: Emotion::Disgust,
        seed: u64::MAX,
        count: 4,
        device: DeviceChoice::Webgpu,
        own: false,
        parameters: Vec::new(),
    };
    let text = serde_json::to_string(&request).expect("a request is JSON");
    assert_eq!(
        serde_json::from_str::<Request>(&text).expect("JSON is a request"),
        request
    );
    let (reply, _) = faces(request, Backend::Webgpu);
    let text = serde_json::to_string(&reply).expect("a reply is JSON");
    assert_eq!(
        serde_json::from_str::<Reply>(&text).expect("JSON is a reply"),
        reply
    );
}

#[test]
fn a_request_of_seeds_is_a_request_of_plain_faces() {
    let text =
        r#"{"gan":"cgan","emotion":"fear","seed":18446744073709551615,"count":2,"device":"auto"}"#;
    let request: Request = serde_json::from_str(text).expect("what a widget sends");
    assert_eq!(
        serde_json::to_string(&request).expect("JSON"),
        text,
        "and hears again"
    );
    let parameters = request.each_face().expect("sound");
    assert_eq!(
        parameters,
        [u64::MAX, 0].map(|seed| FaceParameters::plain(seed, Emotion::Fear))
    );
}

#[test]
fn a_request_with_parameters_is_read_as_the_widget_writes_it() {
    let text = r#"{"seed":18446744073709551615,"parameters":[{"seed":18446744073709551615,"weights":[0,0,0,0.5,0.5,0,0],"truncation":1}],
        "gan":"acgan","emotion":"happy","count":1,"device":"cpu"}"#;
    let request: Request = serde_json::from_str(text).expect("what a widget sends");
    let blend = FaceParameters {
        weights: [0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0],
        ..FaceParameters::plain(u64::MAX, Emotion::Happy)
    };
    assert_eq!(request.each_face().expect("sound"), [blend]);
}

#[test]
fn unsound_requests_are_refused_with_a_reason() {
    let plain = FaceParameters::plain(1, Emotion::Sad);
    let request = |parameters: Vec<FaceParameters>, count| Request {
        gan: GanKind::Cgan,
        emotion: Emotion::Sad,
        seed: 1,
        count,
        device: DeviceChoice::Auto,
        own: false,
        parameters,
    };
    let changed = |change: fn(&mut FaceParameters)| {
        let mut face = plain.clone();
        change(&mut face);
        request(vec![face], 1)
    };
    for (request, word) in [
        (request(Vec::new(), 0), "1 to 64"),
        (request(Vec::new(), 65), "1 to 64"),
        (request(vec![plain.clone()], 2), "parameters for 1"),
        (changed(|face| face.weights = [0.5; 7]), "add up to 1"),
        (changed(|face| face.toward = Some((2, 1.5))), "out of range"),
        (changed(|face| face.truncation = f32::NAN), "out of range"),
    ] {
        let error = request.each_face().expect_err("unsound");
        assert!(error.contains(word), "'{error}' does not say '{word}'");
    }
}

#[test]
fn the_loader_script_speaks_the_same_language() {
    let part = Part::Engine;
    for (text, total) in [("9000", Some(9000)), ("null", None)] {
        let text = format!(r#"{{"progress":{{"part":"engine","loaded":5,"total":{text}}}}}"#);
        let expected = Reply::Progress(Progress {
            part,
            loaded: 5,
            total,
        });
        assert_eq!(
            serde_json::from_str::<Reply>(&text).expect("a reply"),
            expected
        );
    }
    let died = Reply::Died {
        message: "x".into(),
    };
    assert_eq!(
        serde_json::from_str::<Reply>(r#"{"died":{"message":"x"}}"#).expect("a reply"),
        died
    );
}

#[test]
fn progress_and_backend_are_sentences() {
    let part = Part::Engine;
    let progress = |total| {
        Progress {
            part,
            loaded: 3_140_000,
            total,
        }
        .to_string()
    };
    assert_eq!(
        progress(Some(10_000_000)),
        "Downloading the engine: 3.1 of 10.0 MB"
    );
    assert_eq!(progress(None), "Downloading the engine: 3.1 MB");
    let classifier = Progress {
        part: Part::Classifier,
        loaded: 629_318,
        total: None,
    };
    assert_eq!(classifier.to_string(), "Downloading the classifier: 0.6 MB");
    let detail = "you chose it".into();
    let running = Running {
        backend: Backend::Cpu,
        detail,
    };
    assert_eq!(running.to_string(), "CPU (wasm SIMD), because you chose it");
}
