//! A missing model, a crash, a broken download, an engine that is not there.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::json;

use crate::native::native_face;
use crate::shown::{assert_same_face, bytes};
use crate::site::Trouble;
use crate::widget::Scene;
use crate::{FIRST_FACE, SEED};

/// Swallows the next requests and crashes instead, as often as `window.crashes` says.
const CRASHES: &str = "window.crashes = 0; window.workers = 0;
    window.Worker = class extends Worker {
      constructor(...all) { super(...all); window.workers += 1; }
      postMessage(request) {
        if (window.crashes === 0) return super.postMessage(request);
        window.crashes -= 1;
        this.dispatchEvent(new ErrorEvent('error', { message: 'unreachable' }));
      }
    };";
const RETRY: &str = "face.shadowRoot.querySelector('[part~=retry]').click()";

#[test]
fn a_missing_model_and_a_crash_are_sentences_with_a_way_on() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene.chrome.execute(CRASHES);
    scene.site.trouble(".safetensors", Trouble::Missing);
    scene.add(&json!({"emotion": "neutral"}));
    scene.wait_for_state("error");
    let sentence = scene.sentence();
    assert!(
        sentence.contains("models/acgan/generator.safetensors") && sentence.contains("404"),
        "{sentence}"
    );
    scene.site.heal();
    scene.chrome.execute(RETRY);
    scene.wait_for_state("ready");
    let workers = || scene.value("window.workers");
    assert_eq!(workers(), 1, "a missing file is no crash");
    let shows = |emotion: &str| {
        let condition = format!("events.at(-1).detail.emotion === '{emotion}'");
        scene.wait_for(&format!("a face, {emotion}"), &condition, FIRST_FACE);
    };
    let crash = "window.crashes = 1; face.emotion = 'sad'";
    scene.chrome.execute(crash);
    shows("sad");
    assert_eq!(workers(), 2, "the successor of the crashed worker");
    let crash_twice = "window.crashes = 2; face.emotion = 'fear'";
    scene.chrome.execute(crash_twice);
    scene.wait_for_state("error");
    assert_eq!(scene.sentence(), "The engine stopped: unreachable.");
    scene.chrome.execute(RETRY);
    shows("fear");
    let pixels = scene.result("pixels", "return grey(await face.toImageData());");
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Fear, SEED);
    assert_same_face(&bytes(&pixels), &expected, "the face after two crashes");
}

#[test]
fn a_download_that_breaks_off_is_whole_in_the_end_where_the_host_hides_its_ranges() {
    for part in ["worker-cpu_bg.wasm", ".safetensors"] {
        let Some(scene) = Scene::open("bare.html", false) else {
            return;
        };
        scene.site.trouble(part, Trouble::CutOnce);
        scene.add(&json!({"emotion": "fear"}));
        scene.wait_for_state("ready");
        println!("{part}: rests from {:?} on", scene.site.rests());
        let asked = scene.site.requests();
        let times = asked.iter().filter(|path| path.contains(part)).count();
        assert!(times > 1, "{part} was asked for again: {asked:?}");
        let pixels = scene.result("pixels", "return grey(await face.toImageData());");
        let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Fear, SEED);
        assert_same_face(&bytes(&pixels), &expected, part);
    }
}

#[test]
fn an_engine_that_is_missing_or_of_the_wrong_type_is_a_sentence_that_says_which() {
    for (trouble, words) in [
        (Trouble::Missing, "status 404"),
        (Trouble::WrongType, "as text/plain and not as JavaScript"),
    ] {
        let Some(scene) = Scene::open("bare.html", false) else {
            return;
        };
        scene.site.trouble("engine.js", trouble);
        scene.add(&json!({}));
        scene.wait_for_state("error");
        let sentence = scene.sentence();
        assert!(
            sentence.contains(words) && sentence.contains("SevenFaces.base"),
            "{sentence}"
        );
        scene.site.heal();
        scene.chrome.execute(RETRY);
        scene.wait_for_state("ready");
    }
}
