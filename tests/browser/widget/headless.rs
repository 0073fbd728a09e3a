//! Pixels without an element.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::{Value, json};
use web::page::wanted::Wanted;
use web::protocol::DeviceChoice;

use crate::native::native_face;
use crate::shown::{assert_nothing_broken, assert_same_face, bytes};
use crate::widget::Scene;

#[test]
fn the_headless_api_gives_pixels() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    lists_and_defaults_are_model_cores(&scene);
    let made = scene.result("headless faces", BODY);
    let described = json!([
        made["isImage"],
        made["width"],
        made["height"],
        made["seed"],
        made["emotion"],
        made["gan"],
        made["backend"]
    ]);
    assert_eq!(described, json!([true, 48, 48, 3, "sad", "cgan", "cpu"]));
    assert!(made["milliseconds"].as_f64().is_some_and(|time| time > 0.0));
    check_pixels(&scene, &made);
    let wrong = made["wrong"].as_str().unwrap_or_default();
    assert!(wrong.contains("'glad' is not an emotion"), "{wrong}");
    assert_eq!(made["closed"], "These faces are closed: load them again.");
    let heard = made["heard"].to_string();
    for part in [
        "Starting the engine",
        "Downloading the engine: ",
        "Downloading the generator: ",
    ] {
        assert!(heard.contains(part), "'{part}' is missing in {heard}");
    }
    assert_nothing_broken(&scene.chrome, &scene.site);
}

/// One face, picked ones, a row of more than one request, a wrong wish, and a wish after the end.
const BODY: &str = "
        const heard = [];
        const faces = await SevenFaces.load({ gan: 'cgan', onProgress: ({ text }) => heard.push(text) });
        const image = await faces.generate({ emotion: 'sad', seed: 3 });
        const picked = await faces.generate({ emotion: 'sad', seeds: [3, '18446744073709551615', 5n] });
        const row = await faces.generate({ emotion: 'sad', seed: 3, count: 40 });
        const wrong = await faces.generate({ emotion: 'glad' }).catch((error) => error.message);
        faces.close();
        const closed = await faces.generate().catch((error) => error.message);
        const { width, height, seed, emotion, gan, milliseconds, backend, reason } = image;
        return { heard, isImage: image instanceof ImageData, width, height, seed, emotion, gan, milliseconds, backend, reason,
                 pixels: grey(image), picked: picked.map((image) => [String(image.seed), grey(image)]),
                 row: row.map((image) => image.seed), last: grey(row[39]), wrong, closed };";

fn check_pixels(scene: &Scene, made: &Value) {
    let face = |seed| native_face(&scene.dist, GanKind::Cgan, Emotion::Sad, seed);
    assert_same_face(&bytes(&made["pixels"]), &face(3), "one face");
    for (index, seed) in [3, u64::MAX, 5].into_iter().enumerate() {
        let picked = &made["picked"][index];
        assert_eq!(picked[0], seed.to_string());
        assert_same_face(
            &bytes(&picked[1]),
            &face(seed),
            &format!("picked seed {seed}"),
        );
    }
    assert_eq!(made["row"], json!((3..43).collect::<Vec<u64>>()));
    assert_same_face(
        &bytes(&made["last"]),
        &face(42),
        "the last of forty, in the second request",
    );
}

fn lists_and_defaults_are_model_cores(scene: &Scene) {
    let lists = scene.result(
        "lists",
        "const { emotions, gans, devices, defaults } = SevenFaces; return { emotions, gans, devices, defaults };",
    );
    assert_eq!(lists["emotions"], json!(Emotion::ALL.map(Emotion::name)));
    assert_eq!(lists["gans"], json!(GanKind::ALL.map(GanKind::name)));
    assert_eq!(
        lists["devices"],
        json!(DeviceChoice::ALL.map(DeviceChoice::name))
    );
    let Wanted {
        gan,
        emotion,
        seed,
        device,
        truncation,
        ..
    } = Wanted::default();
    let defaults = json!({"emotion": emotion.name(), "gan": gan.name(), "seed": seed, "device": device.name(), "truncation": truncation / 100});
    assert_eq!(lists["defaults"], defaults);
}

#[test]
fn a_module_in_another_folder_can_be_given_the_folder_of_its_engine() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    let site = scene.site.page("");
    let body = format!(
        "const moved = (await import('/moved/seven-faces.js')).SevenFaces;
         const before = new URL(moved.base).pathname;
         moved.base = '{}';
         const faces = await moved.load();
         const image = await faces.generate({{ emotion: 'sad', seed: 3 }});
         let late = null;
         moved.base = moved.base; // as an effect does that React runs twice
         try {{ moved.base = '/elsewhere/'; }} catch (error) {{ late = error.message; }}
         return {{ before, base: moved.base, pixels: grey(image), late }};",
        site.trim_end_matches('/')
    );
    let made = scene.result("a face of the moved module", &body);
    assert_eq!(made["before"], "/moved/", "the module's own folder");
    assert_eq!(made["base"], site, "the slash at the end is added");
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Sad, 3);
    assert_same_face(&bytes(&made["pixels"]), &expected, "a moved module");
    assert_eq!(
        made["late"],
        "SevenFaces.base must be set before the first face is asked for."
    );
    assert_nothing_broken(&scene.chrome, &scene.site);
}
