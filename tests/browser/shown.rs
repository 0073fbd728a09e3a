//! What the page shows.

use std::time::Duration;

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::Value;

use crate::TOLERANCE;
use crate::session::Session;
use crate::site::Site;

/// Waits until a canvas shows the face and returns its grey bytes.
pub fn shown_face(
    browser: &Session,
    canvas: &str,
    gan: GanKind,
    emotion: Emotion,
    seed: u64,
    limit: Duration,
) -> Vec<u8> {
    let script = format!(
        "const canvas = document.querySelector(\"[data-testid='{canvas}']\");
         if (!canvas) return null;
         const {{state, gan, emotion, seed}} = canvas.dataset;
         if (state === 'error') throw new Error(document.body.innerText);
         if (state !== 'ready' || gan !== '{gan}' || emotion !== '{emotion}' || seed !== '{seed}') return null;
         const rgba = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
         return Array.from(rgba).filter((_, index) => index % 4 === 0);"
    );
    let what = format!("{canvas}: {gan}, {emotion}, seed {seed}");
    bytes(&browser.wait(&what, &script, limit))
}

/// The grey bytes that a script returned.
pub fn bytes(pixels: &Value) -> Vec<u8> {
    serde_json::from_value(pixels.clone()).expect("pixels are an array of bytes")
}

pub fn assert_same_face(shown: &[u8], expected: &[u8], what: &str) {
    assert_eq!(shown.len(), expected.len(), "{what}: number of pixels");
    let differences = shown.iter().zip(expected).map(|(a, b)| a.abs_diff(*b));
    let largest = differences.max().unwrap_or(0);
    println!("{what}: largest difference {largest} grey levels");
    assert!(
        largest <= TOLERANCE,
        "{what}: {largest} grey levels off, {TOLERANCE} allowed"
    );
}

/// An attribute of the large face.
pub fn face_attribute(browser: &Session, name: &str) -> String {
    let script = format!(
        "return document.querySelector(\"[data-testid='face']\").getAttribute('data-{name}')"
    );
    browser
        .execute(&script)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

pub fn text_of(browser: &Session, testid: &str) -> String {
    let script = format!("return document.querySelector(\"[data-testid='{testid}']\")?.innerText");
    browser
        .execute(&script)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The console, without the messages a browser writes about itself.
pub fn assert_nothing_broken(browser: &Session, site: &Site) {
    assert_eq!(
        site.not_found(),
        Vec::<String>::new(),
        "files that the page asked for in vain"
    );
    let log = browser.log();
    let severe = |entry: &&Value| entry["level"] == "SEVERE";
    let errors: Vec<_> = log
        .as_array()
        .into_iter()
        .flatten()
        .filter(severe)
        .collect();
    assert!(
        errors.is_empty(),
        "errors in the browser's console: {errors:?}"
    );
}
