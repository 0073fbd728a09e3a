//! Wrong and hostile values.

use serde_json::{Value, json};

use crate::shown::assert_nothing_broken;
use crate::widget::Scene;

/// A value that would run if it were taken for markup.
const HOSTILE: &str = "<img src=x onerror=window.hacked=1>'\"><script>window.hacked=1</script>";

/// An attribute, a wrong value, and a part of the sentence about it.
const CASES: [(&str, &str, &str); 17] = [
    (
        "emotion",
        "glad",
        "'glad' is not an emotion: expected angry, disgust",
    ),
    (
        "emotion",
        "happy:0.5,happy:0.5",
        "is not a blend of emotions",
    ),
    ("emotion", "happy:-1", "is not a blend of emotions"),
    ("emotion", "", "'' is not an emotion"),
    (
        "gan",
        "biggan",
        "'biggan' is not a GAN of Seven Faces: expected cgan or acgan.",
    ),
    (
        "seed",
        "-1",
        "'-1' is not a seed: expected a whole number from 0 to 18446744073709551615.",
    ),
    ("seed", "18446744073709551616", "is not a seed"),
    ("seed", "1e3", "is not a seed"),
    (
        "device",
        "tpu",
        "'tpu' is not a device: expected auto, webgpu or cpu.",
    ),
    (
        "truncation",
        "2",
        "'2' is not a truncation: expected a number from 0 to 1.",
    ),
    (
        "size",
        "1px;}*{display:none",
        "is not a size: expected 24 to 2048 CSS pixels.",
    ),
    (
        "theme",
        "pink",
        "'pink' is not a theme: expected auto, light or dark.",
    ),
    ("loading", "never", "'never' is not a way of loading"),
    ("emotion", HOSTILE, "is not an emotion"),
    ("seed", HOSTILE, "is not a seed"),
    ("theme", HOSTILE, "is not a theme"),
    ("device", HOSTILE, "is not a device"),
];

#[test]
fn wrong_and_hostile_values_are_sentences_and_never_markup() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    for (name, value, expected) in CASES {
        let mut attributes = json!({});
        attributes[name] = value.into();
        scene.add(&attributes);
        scene.wait_for_state("error");
        let sentence = scene.sentence();
        assert!(sentence.contains(expected), "{name}={value}: {sentence}");
        let event = scene
            .value("events.length === 1 && events[0].type === 'error' && events[0].detail.message");
        assert_eq!(event, sentence, "{name}={value}: event and element");
        assert_markup_is_ours(&scene);
    }
    assert!(
        !scene.engine_was_asked_for(),
        "nothing is downloaded for nothing"
    );
    scene.add(&json!({"emotion": HOSTILE, "label": HOSTILE}));
    scene
        .chrome
        .execute("document.getElementById('face').emotion = 'sad'");
    scene.wait_for_state("ready");
    assert_eq!(scene.sentence(), "", "the sentence is gone with its cause");
    assert_markup_is_ours(&scene);
    let label = scene.value("face.shadowRoot.querySelector('canvas').getAttribute('aria-label')");
    assert_eq!(label, HOSTILE, "a label is any text");
    assert_nothing_broken(&scene.chrome, &scene.site);
}

fn assert_markup_is_ours(scene: &Scene) {
    assert_eq!(scene.value("window.hacked ?? null"), Value::Null);
    let found = "document.getElementById('face').shadowRoot.querySelectorAll('img, script, style, iframe, a').length";
    assert_eq!(scene.value(found), 0, "elements that nobody here makes");
}
