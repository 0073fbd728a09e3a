//! Every view, before and after a reload.

use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use web::protocol::FaceParameters;

use crate::chrome::Chrome;
use crate::native::{native_face, native_parameters};
use crate::screenshots::keep_screenshots;
use crate::shown::{assert_nothing_broken, assert_same_face, shown_face, text_of};
use crate::site::Site;
use crate::visit::{large, open, search};
use crate::{NEXT_FACE, SEED, Visit, audit};

#[test]
fn every_view_shows_its_faces_before_and_after_a_reload() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let axe = audit::program();
    let required = std::env::var("SEVEN_FACES_REQUIRE_BROWSER").is_ok_and(|value| value == "1");
    assert!(!required || axe.is_ok(), "the audit is required: {axe:?}");
    open(&chrome, &site, "?seed=6");
    assert_loading_shifts_nothing(&chrome);
    for view in ["seven", "crowd", "mixer", "walk", "compare", "face"] {
        chrome.click(&format!("view-{view}"));
        check_view(&chrome, &dist, view);
        if view != "face" {
            let query = search(&chrome);
            assert!(query.contains(&format!("view={view}")), "{query}");
            chrome.reload();
        }
        check_view(&chrome, &dist, view);
        if let Ok(axe) = &axe {
            assert_view_is_accessible(&chrome, axe, view);
        }
        keep_screenshots(&chrome, view);
    }
    let (gan, happy) = (GanKind::Acgan, Emotion::Happy);
    let expected = native_face(&dist, gan, happy, SEED);
    assert_same_face(&large(&chrome, gan, happy, SEED), &expected, "the face");
    assert_nothing_leaves_the_site(&chrome, &site);
    assert_nothing_broken(&chrome, &site);
}

fn assert_loading_shifts_nothing(chrome: &Chrome) {
    large(chrome, GanKind::Acgan, Emotion::Happy, SEED);
    let time = text_of(chrome, "ms-per-face");
    assert!(
        time.ends_with(" ms a face"),
        "the time per face is '{time}'"
    );
    assert_layout_is_still(chrome, "while the page loads");
    chrome.resize(360, "light");
    chrome.reload();
    large(chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_layout_is_still(chrome, "while the page loads, 360 pixels wide");
    chrome.resize(1200, "light");
}

fn assert_view_is_accessible(chrome: &Chrome, axe: &str, view: &str) {
    audit::assert_accessible(chrome, axe, view);
    chrome.resize(1200, "dark");
    audit::assert_accessible(chrome, axe, &format!("{view}, dark"));
    chrome.resize(360, "light");
    audit::assert_accessible(chrome, axe, &format!("{view}, narrow"));
}

fn assert_nothing_leaves_the_site(chrome: &Chrome, site: &Site) {
    let origin = site.origin();
    let asked = chrome.requests();
    assert!(asked.len() > 20, "the requests are recorded: {asked:?}");
    let promise = "return document.querySelector('footer').innerText.includes('Nothing you do here leaves it')";
    assert_eq!(chrome.execute(promise), true, "and the page says so");
    // The rest is the browser's own (chrome:) and what the page saves (blob:).
    let is_foreign =
        |address: &String| address.starts_with("http") && !address.starts_with(&origin);
    let elsewhere: Vec<String> = asked.into_iter().filter(is_foreign).collect();
    assert_eq!(elsewhere, Vec::<String>::new(), "requests to other origins");
}

fn assert_layout_is_still(chrome: &Chrome, when: &str) {
    let shift = "return new Promise((done) => {
        const seen = new PerformanceObserver((list) => done(list.getEntries().reduce((sum, {value}) => sum + value, 0)));
        seen.observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(0), 500);
    })";
    let shift = chrome.execute(shift).as_f64().unwrap_or(1.0);
    assert!(shift < 0.01, "the layout shifts by {shift} {when}");
}

fn check_view(chrome: &Chrome, dist: &Path, view: &str) {
    let (gan, happy) = (GanKind::Acgan, Emotion::Happy);
    let check = |canvas: &str, gan, emotion, seed| {
        let shown = shown_face(chrome, canvas, gan, emotion, seed, NEXT_FACE);
        assert_same_face(&shown, &native_face(dist, gan, emotion, seed), canvas);
    };
    match view {
        "seven" => Emotion::ALL
            .into_iter()
            .for_each(|emotion| check(&format!("seven-{emotion}"), gan, emotion, SEED)),
        "crowd" => [0, 15, 31]
            .into_iter()
            .for_each(|n| check(&format!("crowd-{n}"), gan, happy, SEED + n)),
        "compare" => GanKind::ALL
            .into_iter()
            .for_each(|gan| check(&format!("compare-{gan}"), gan, happy, SEED)),
        "mixer" => {
            let shown = shown_face(chrome, "face", gan, happy, SEED, NEXT_FACE);
            let weights = [0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0];
            let face = FaceParameters {
                weights,
                ..FaceParameters::plain(SEED, happy)
            };
            assert_same_face(
                &shown,
                &native_parameters(dist, gan, &face),
                "half happy, half surprised",
            );
        }
        "walk" => {
            let moving = "return document.querySelector(\"[data-testid='walk'][data-state='ready']\") !== null";
            chrome.wait("the walk", moving, NEXT_FACE);
        }
        _ => check("face", gan, happy, SEED),
    }
}
