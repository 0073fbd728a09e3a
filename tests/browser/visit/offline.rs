//! The page without a network, and the next deployment.

use std::fs;
use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde_json::{Value, json};

use crate::chrome::Chrome;
use crate::native::native_face;
use crate::shown::assert_same_face;
use crate::visit::classifier::check_bars;
use crate::visit::{KEPT, large, open};
use crate::{FIRST_FACE, SEED, Visit};

#[test]
fn the_page_works_without_a_network_after_the_first_visit() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.wait("the page is kept", KEPT, FIRST_FACE);
    let cached = chrome.execute("return caches.keys().then((names) => names.length)");
    assert_eq!(cached, 1, "one deployment is kept");
    let app = chrome.devtools("Page.getAppManifest", json!({}));
    assert_eq!(app["errors"], json!([]), "{app}");
    let reasons = chrome.devtools("Page.getInstallabilityErrors", json!({}));
    assert_eq!(
        reasons["installabilityErrors"],
        json!([]),
        "the page can be installed"
    );
    drop(site);
    chrome.reload();
    assert_same_face(
        &large(&chrome, GanKind::Acgan, Emotion::Happy, SEED),
        &face,
        "offline",
    );
    chrome.click("gan-cgan");
    assert_same_face(
        &large(&chrome, GanKind::Cgan, Emotion::Happy, SEED),
        &native_face(&dist, GanKind::Cgan, Emotion::Happy, SEED),
        "a network not used before",
    );
    chrome.click("classifier");
    let face = large(&chrome, GanKind::Cgan, Emotion::Happy, SEED);
    check_bars(&chrome, &dist, &face);
}

/// The site once more, as if its engine had changed: what is named after the deployment has another name.
fn next_deployment(dist: &Path, folder: &Path) -> String {
    let index = fs::read_to_string(dist.join("index.html")).expect("the page");
    let version = index
        .split("data-version=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let version = version.expect("the page names its deployment").to_owned();
    let next = "fedcba987654".to_owned();
    let script = format!(
        "set -eu; cp -r '{}/.' '{folder}'; cd '{folder}'; old() {{ sha256sum \"$1\" | cut -c1-64; }}
         i=$(old index.html); e=$(old engine.js)
         sed -i 's/{version}/{next}/g' index.html sw.js; echo '// new' >> engine.js
         sed -i \"s/$i/$(old index.html)/; s/$e/$(old engine.js)/\" sw.js",
        dist.display(),
        folder = folder.display(),
    );
    let made = std::process::Command::new("sh")
        .args(["-c", &script])
        .status();
    assert!(
        made.is_ok_and(|made| made.success()),
        "another deployment can be made"
    );
    next
}

/// Every page of the tab, oldest first: when it was asked for, when it was there (milliseconds), and of which
/// deployment it is; a handover page is of none.
const REMEMBER_PAGES: &str = "addEventListener('DOMContentLoaded', () => {
    const pages = JSON.parse(sessionStorage.pages ?? '[]');
    pages.push([performance.timeOrigin, Date.now(), document.documentElement.dataset.version ?? null]);
    sessionStorage.pages = JSON.stringify(pages);

});";

/// A request that meets the takeover may wait for minutes: a handover page waits before it asks.
fn assert_handovers_take_their_time(chrome: &Chrome, first: &Value, next: &str) {
    let pages = chrome.execute("return JSON.parse(sessionStorage.pages)");
    let pages: Vec<(f64, f64, Value)> = serde_json::from_value(pages).expect("times, deployments");
    let (last, handovers) = pages[1..].split_last().expect("pages after the kept one");
    assert_eq!((&pages[0].2, &last.2), (first, &json!(next)), "{pages:?}");
    assert!(
        !handovers.is_empty(),
        "the kept page was left by a handover page"
    );
    assert!(handovers.iter().all(|page| page.2.is_null()), "{pages:?}");
    let mut waits = pages[1..].windows(2).map(|two| two[1].0 - two[0].1);
    assert!(waits.all(|milliseconds| milliseconds >= 900.0), "{pages:?}");
}

#[test]
fn a_new_deployment_replaces_the_kept_one_as_a_whole() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.wait("the page is kept", KEPT, FIRST_FACE);
    let version = "return document.documentElement.dataset.version";
    let first = chrome.execute(version);
    let folder = tempfile::TempDir::new().expect("a folder");
    let next = next_deployment(&dist, folder.path());
    site.deploy(folder.path());
    chrome.run_before_pages(REMEMBER_PAGES);
    chrome.reload();
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(
        chrome.execute(version),
        first,
        "the kept page, with the kept engine"
    );
    let waiting =
        "return navigator.serviceWorker.getRegistration().then((it) => it?.waiting !== null)";
    chrome.execute("return navigator.serviceWorker.getRegistration().then((it) => it.update()).then(() => true)");
    chrome.wait("the next deployment waits", waiting, FIRST_FACE);
    chrome.reload();
    let changed = format!("return document.documentElement.dataset.version === '{next}'");
    chrome.wait("the next deployment", &changed, FIRST_FACE);
    assert_handovers_take_their_time(&chrome, &first, &next);
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    let kept = chrome.execute("return caches.keys()");
    assert_eq!(kept.as_array().map(Vec::len), Some(1), "{kept}");
    assert!(
        kept[0].as_str().is_some_and(|name| name.ends_with(&next)),
        "{kept}"
    );
    drop(site);
    chrome.reload();
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(chrome.execute(version), next.as_str(), "and offline too");
}
