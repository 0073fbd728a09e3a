//! Pages under stricter policies than most.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::json;

use crate::SEED;
use crate::native::native_face;
use crate::shown::{assert_nothing_broken, assert_same_face, bytes};
use crate::widget::Scene;

#[test]
fn a_page_with_trusted_types_or_isolated_from_other_origins_shows_the_face() {
    for page in ["trusted.html", "isolated.html"] {
        let Some(scene) = Scene::open(page, false) else {
            return;
        };
        scene.add(&json!({"emotion": "sad"}));
        scene.wait_for_state("ready");
        let isolated = scene.value("crossOriginIsolated");
        assert_eq!(isolated, page == "isolated.html", "{page}");
        let pixels = scene.result("pixels", "return grey(await face.toImageData());");
        let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Sad, SEED);
        assert_same_face(&bytes(&pixels), &expected, page);
        assert_nothing_broken(&scene.chrome, &scene.site);
    }
}

/// A page, and what the sentence in its widget must name.
const REFUSALS: [(&str, &[&str]); 4] = [
    (
        "closed.html",
        &["this page's Content-Security-Policy", "worker-src"],
    ),
    (
        "module-only.html",
        &[
            "engine.js",
            "script-src of this page's Content-Security-Policy",
        ],
    ),
    ("untrusted.html", &["Trusted Types", "seven-faces"]),
    (
        "own-isolated.html",
        &["/moved/engine.js", "Cross-Origin-Embedder-Policy"],
    ),
];

#[test]
fn a_policy_that_keeps_the_engine_out_is_named_in_a_sentence() {
    for (page, words) in REFUSALS {
        let Some(scene) = Scene::open(page, false) else {
            return;
        };
        scene.add(&json!({}));
        scene.wait_for_state("error");
        let sentence = scene.sentence();
        println!("{page}: {sentence}");
        let sentence = sentence.to_lowercase();
        for word in words {
            let word = word.to_lowercase();
            assert!(
                sentence.contains(&word),
                "{page}: '{word}' is not in: {sentence}"
            );
        }
        if page == "closed.html" {
            let error = scene.run("headless", "await SevenFaces.load();");
            let error = error.expect_err("nothing can be loaded");
            assert!(
                error.contains("Content-Security-Policy"),
                "headless: {error}"
            );
            assert!(!scene.engine_was_asked_for());
        }
    }
}
