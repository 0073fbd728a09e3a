//! Pages that embed the widget.

use std::fs;
use std::process::Command;
use std::time::Duration;

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::json;

use crate::native::native_face;
use crate::screenshots::{WINDOWS, keep_screenshot};
use crate::shown::{assert_nothing_broken, assert_same_face, bytes};
use crate::widget::Scene;
use crate::{FIRST_FACE, NEXT_FACE, SEED, Visit, audit};

const ALL_READY: &str =
    "[...document.querySelectorAll('seven-faces')].every((face) => face.state === 'ready')";

/// Reads the pixels that the canvas shows.
const HERO: &str = "Array.from(document.getElementById('hero').shadowRoot.querySelector('canvas')
    .getContext('2d').getImageData(0, 0, 48, 48).data).filter((_, index) => index % 4 === 0)";

#[test]
fn twelve_widgets_of_a_foreign_page_share_one_download_of_each_file() {
    let Some(scene) = Scene::open("embed.html", false) else {
        return;
    };
    assert_eq!(scene.value("document.getElementById('far').state"), "idle");
    let near = "[...document.querySelectorAll('seven-faces:not(#far)')].every((face) => face.state === 'ready')";
    scene.wait_for("the faces in sight", near, FIRST_FACE);
    assert_layout_is_still(&scene);
    let shown = bytes(&scene.value(HERO));
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Happy, SEED);
    assert_same_face(&shown, &expected, "the first widget");
    let scroll = |id: &str| {
        let script = format!("document.getElementById('{id}').scrollIntoView()");
        scene.chrome.execute(&script);
    };
    scroll("crowd");
    let sixteen = "document.getElementById('crowd').dataset.state === 'ready'";
    scene.wait_for("sixteen faces", sixteen, NEXT_FACE);
    scroll("far");
    scene.wait_for("the far face", ALL_READY, NEXT_FACE);
    let count = scene.value("document.querySelectorAll('seven-faces').length");
    assert_eq!(count, 12, "widgets on the page");
    assert_downloads_are_shared(&scene);
    scene.chrome.execute("scrollTo(0, 0)");
    let axe = audit::program();
    for (width, scheme) in WINDOWS {
        keep_screenshot(&scene.chrome, "embed-cpu", width, scheme);
        if let Ok(axe) = &axe {
            audit::assert_accessible(&scene.chrome, axe, &format!("embed, {width}, {scheme}"));
        }
    }
    assert_two_origins_only(&scene);
    assert_nothing_broken(&scene.chrome, &scene.site);
}

fn assert_layout_is_still(scene: &Scene) {
    let shift = scene.result(
        "layout shifts",
        "return await new Promise((resolve) => {
           let sum = 0;
           new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
             .observe({ type: 'layout-shift', buffered: true });
           setTimeout(() => resolve(sum), 300);
         });",
    );
    assert!(
        shift.as_f64().is_some_and(|shift| shift < 0.01),
        "layout shift: {shift}"
    );
}

fn assert_downloads_are_shared(scene: &Scene) {
    let downloads = scene.downloads();
    for (path, count) in &downloads {
        assert_eq!(*count, 1, "{path} was asked for {count} times");
    }
    let weights = downloads
        .keys()
        .filter(|path| path.contains(".safetensors"));
    assert_eq!(weights.count(), 2);
}

fn assert_two_origins_only(scene: &Scene) {
    let own = [scene.site.origin(), scene._foreign.page("")];
    let asked = scene.chrome.requests();
    assert!(asked.len() > 10, "the requests are recorded: {asked:?}");
    for address in asked.iter().filter(|address| address.starts_with("http")) {
        let known = own.iter().any(|origin| address.starts_with(origin));
        assert!(known, "{address} is of another origin");
    }
}

#[test]
fn webgpu_makes_the_faces_of_a_foreign_page() {
    let Some(scene) = Scene::open("bare.html", true) else {
        return;
    };
    scene.add(&json!({"emotion": "surprise", "gan": "cgan", "seed": "11", "device": "webgpu"}));
    scene.wait_for_state("ready");
    let pixels = scene.result(
        "pixels",
        "return grey(await document.getElementById('face').toImageData());",
    );
    let expected = native_face(&scene.dist, GanKind::Cgan, Emotion::Surprise, 11);
    assert_same_face(&bytes(&pixels), &expected, "WebGPU, cgan, surprise");
    let generated = scene.value("events.find(({ type }) => type === 'generated').detail");
    assert_eq!(generated["backend"], "webgpu", "{generated}");
    let reason = generated["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("WebGPU on "), "{reason}");
    for device in ["cpu", "webgpu"] {
        let body = format!(
            "const {{ backend, pixels }} = await document.getElementById('face').generate({{ device: '{device}', seed: 11 }})
               .then((image) => ({{ backend: image.backend, pixels: grey(image) }}));
             return {{ backend, pixels }};"
        );
        let made = scene.result(&format!("a face by {device}"), &body);
        assert_eq!(made["backend"], device);
        assert_same_face(&bytes(&made["pixels"]), &expected, device);
    }
    scene.chrome.crash_gpu();
    let face = scene.result(
        "a face after the GPU is lost",
        "const { backend, reason } = await document.getElementById('face').generate({ seed: 12 });
         return { backend, reason };",
    );
    assert_eq!(face["backend"], "cpu", "{face}");
    println!("{face}");
}

#[test]
fn nothing_is_loaded_before_a_widget_is_near() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene
        .chrome
        .execute("document.getElementById('here').style.paddingTop = '4000px'");
    scene.add(&json!({"emotion": "sad"}));
    std::thread::sleep(Duration::from_secs(1));
    assert!(!scene.engine_was_asked_for(), "{:?}", scene.site.requests());
    let size = scene.value("(({ width, height }) => [width, height])(document.getElementById('face').getBoundingClientRect())");
    assert_eq!(size, json!([192, 192]), "the room of a face to come");
    scene
        .chrome
        .execute("document.getElementById('face').scrollIntoView()");
    scene.wait_for_state("ready");
    assert!(scene.engine_was_asked_for());
    assert_nothing_broken(&scene.chrome, &scene.site);
}

#[test]
fn a_page_of_the_site_itself_shows_the_widget_under_the_strict_policy() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(dist.join("."))
        .arg(folder.path())
        .status();
    assert!(
        copied.is_ok_and(|copied| copied.success()),
        "the site can be copied"
    );
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>own</title><link rel=icon href=icon-192.png>
        <script type=module src=seven-faces.js></script><seven-faces emotion=sad seed=3></seven-faces></html>";
    fs::write(folder.path().join("own.html"), page).expect("a page");
    site.deploy(folder.path());
    chrome.open(&site.page("own.html"));
    let ready = "return document.querySelector('seven-faces').state === 'ready'";
    chrome.wait("the face", ready, FIRST_FACE);
    let pixels = "return document.querySelector('seven-faces').toImageData()
        .then(({data}) => Array.from(data).filter((_, index) => index % 4 === 0))";
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Sad, 3);
    assert_same_face(
        &bytes(&chrome.execute(pixels)),
        &expected,
        "the widget on the site's own page",
    );
    assert_nothing_broken(&chrome, &site);
}
