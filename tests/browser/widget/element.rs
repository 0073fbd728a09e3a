//! Attributes, properties, events and pictures of the element.

use base64::Engine as _;
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::json;

use crate::native::{native_blend, native_face};
use crate::shown::{assert_nothing_broken, assert_same_face, bytes};
use crate::widget::Scene;
use crate::{NEXT_FACE, SEED};

#[test]
fn attributes_properties_events_and_pictures_agree() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene.add(&json!({"gan": "cgan", "seed": "18446744073709551615"}));
    scene.wait_for_state("ready");
    let events = scene.value("events.map(({ type }) => type).join()");
    assert_eq!(events, "ready,generated");
    let detail =
        scene.value("(({ seed, ...rest }) => ({ seed: String(seed), ...rest }))(events[1].detail)");
    assert_eq!(detail["seed"], u64::MAX.to_string(), "all bits of the seed");
    assert_eq!(detail["emotion"], "happy");
    assert_eq!(detail["backend"], "cpu");
    assert!(
        detail["milliseconds"]
            .as_f64()
            .is_some_and(|time| time > 0.0),
        "{detail}"
    );
    a_blend_is_the_trainers(&scene);
    a_saved_picture_has_the_pixels_shown(&scene);
    properties_reflect(&scene);
    keys_choose(&scene);
    assert_nothing_broken(&scene.chrome, &scene.site);
}

fn a_blend_is_the_trainers(scene: &Scene) {
    let made = scene.result(
        "a blend",
        "const image = await face.generate({ emotion: { surprise: 1, happy: 3 }, seed: 5n, gan: 'acgan' });
         return { pixels: grey(image), emotion: image.emotion, attribute: face.getAttribute('emotion'), seed: face.seed };",
    );
    assert_eq!(made["emotion"], "happy:0.75,surprise:0.25");
    assert_eq!(made["attribute"], "surprise:1,happy:3");
    assert_eq!(made["seed"], 5);
    let shares = [(Emotion::Happy, 0.75), (Emotion::Surprise, 0.25)];
    let expected = native_blend(&scene.dist, GanKind::Acgan, &shares, 5);
    assert_same_face(
        &bytes(&made["pixels"]),
        &expected,
        "three parts happy, one surprised",
    );
    let average = scene.result(
        "truncation",
        "const [one, other] = [await face.generate({ truncation: 0 }), await face.generate({ seed: 7 })].map(grey);
         face.truncation = null;
         return one.every((value, index) => Math.abs(value - other[index]) <= 1);",
    );
    assert_eq!(average, true, "at truncation 0 everybody is the average");
}

fn a_saved_picture_has_the_pixels_shown(scene: &Scene) {
    let saved = scene.result(
        "pictures",
        "await face.generate({ emotion: 'fear', seed: 6 });
         const text = async (blob) => { let all = ''; for (const byte of new Uint8Array(await blob.arrayBuffer())) all += String.fromCharCode(byte); return btoa(all); };
         const [small, large] = [await face.toBlob(), await face.toBlob({ size: 480 })];
         return { type: small.type, small: await text(small), large: await text(large), pixels: grey(await face.toImageData()) };",
    );
    assert_eq!(saved["type"], "image/png");
    let picture = |name: &str| {
        let text = saved[name].as_str().unwrap_or_default();
        let file = base64::engine::general_purpose::STANDARD.decode(text);
        image::load_from_memory(&file.expect("base64")).expect("a picture")
    };
    let small = picture("small").to_luma8();
    assert_eq!(small.as_raw(), &bytes(&saved["pixels"]), "the saved pixels");
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Fear, SEED);
    assert_same_face(small.as_raw(), &expected, "the saved face");
    assert_eq!(
        (picture("large").width(), picture("large").height()),
        (480, 480)
    );
}

fn properties_reflect(scene: &Scene) {
    let table = scene.result(
        "reflection",
        "const rows = [];
         for (const [name, value] of [['emotion', 'sad'], ['gan', 'cgan'], ['seed', 9], ['device', 'cpu'], ['truncation', 0.5],
                                      ['size', 100], ['theme', 'dark'], ['label', 'A face'], ['loading', 'eager']]) {
           face[name] = value;
           const byProperty = face.getAttribute(name) === String(value) && face[name] === value;
           face[name] = null;
           face.setAttribute(name, String(value));
           rows.push([name, byProperty && face[name] === value]);
         }
         face.controls = true;
         rows.push(['controls', face.hasAttribute('controls')]);
         await face.generate();
         const { width } = face.getBoundingClientRect();
         const canvas = face.shadowRoot.querySelector('canvas');
         return { rows, width, label: canvas.getAttribute('aria-label'), scheme: getComputedStyle(face).colorScheme };",
    );
    for row in table["rows"].as_array().expect("rows") {
        assert_eq!(row[1], true, "{} reflects", row[0]);
    }
    assert_eq!(table["width"], 100);
    assert_eq!(table["label"], "A face");
    assert_eq!(table["scheme"], "dark");
}

fn keys_choose(scene: &Scene) {
    scene.chrome.execute(
        "face.size = null; face.label = null; face.emotion = 'happy';
         face.shadowRoot.querySelector('input[value=angry]').focus();",
    );
    scene.press(" ", 32);
    scene.wait_for(
        "the key's emotion",
        "face.emotion === 'angry' && face.state === 'ready'",
        NEXT_FACE,
    );
    scene.press("ArrowRight", 39);
    scene.wait_for(
        "the next emotion",
        "face.emotion === 'disgust' && face.state === 'ready'",
        NEXT_FACE,
    );
    let seed = scene.value("face.seed");
    scene
        .chrome
        .execute("face.shadowRoot.querySelector('[part~=another]').focus()");
    scene.press(" ", 32);
    scene.wait_for(
        "another seed",
        &format!("face.seed !== {seed} && face.state === 'ready'"),
        NEXT_FACE,
    );
    names_are_spoken(scene);
}

/// What a screen reader says of the element.
fn names_are_spoken(scene: &Scene) {
    let tree = scene
        .chrome
        .devtools("Accessibility.getFullAXTree", json!({}));
    let names = |role: &str| -> Vec<String> {
        let nodes = tree["nodes"].as_array().into_iter().flatten();
        let of_role = nodes.filter(|node| node["role"]["value"] == role);
        of_role
            .map(|node| {
                node["name"]["value"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    };
    let titles = [
        "Angry",
        "Disgusted",
        "Afraid",
        "Happy",
        "Sad",
        "Surprised",
        "Neutral",
    ];
    assert_eq!(names("radio"), titles, "radio buttons");
    assert_eq!(names("button"), ["Another person"]);
    let image = names("image").join(", ");
    assert!(
        image.starts_with("Generated face, disgusted, cGAN, seed "),
        "the image is called '{image}'"
    );
}
