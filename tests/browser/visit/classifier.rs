//! What the emotion classifier sees in the face.

use std::fs;
use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::native::{native_classifier, native_shares};
use crate::screenshots::{keep_screenshots, test_output};
use crate::shown::{assert_nothing_broken, face_attribute, text_of};
use crate::site::Trouble;
use crate::visit::keyboard::{ENTER, focus};
use crate::visit::{large, open, wait_for_part};
use crate::{NEXT_FACE, SEED, Visit, audit};

/// Waits for the bars of the face shown and compares them with the trainer's classifier.
pub fn check_bars(chrome: &Chrome, dist: &Path, face: &[u8]) {
    let script = "const bars = document.querySelector(\"[data-testid='classifier-bars'][data-state='ready']\");
        if (!bars) return null;
        return Array.from(bars.children).map((bar) => [bar.dataset.value, Number(bar.dataset.share), bar.innerText, bar.querySelector('.sf-bar span').style.width]);";
    let bars = chrome.wait("what the classifier sees", script, NEXT_FACE);
    let expected = native_shares(dist, face);
    let mut sum = 0;
    for (index, emotion) in Emotion::ALL.into_iter().enumerate() {
        let bar = &bars[index];
        assert_eq!(bar[0], emotion.name());
        let share = bar[1].as_f64().unwrap_or(-1.0);
        let difference = (share - f64::from(expected[index])).abs();
        assert!(
            difference < 0.01,
            "{emotion}: {share} on the page, {} by the trainer",
            expected[index]
        );
        let text = bar[2].as_str().unwrap_or_default();
        let percent = text.split_whitespace().rev().nth(1);
        let percent = percent.unwrap_or_else(|| panic!("'{text}' names no share"));
        assert_eq!(bar[3], format!("{percent}%"), "the bar's length");
        sum += percent.parse::<u32>().expect("whole percent");
    }
    assert_eq!(sum, 100, "{bars}");
    println!("{}", text_of(chrome, "classifier-sees"));
}

#[test]
fn the_page_shows_what_the_trainers_classifier_sees_when_asked() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(text_of(&chrome, "classifier-sees"), "", "nobody has asked");
    focus(&chrome, "classifier");
    chrome.press(&[ENTER]);
    check_bars(&chrome, &dist, &face);
    assert_accuracy_is_said(&chrome, &dist);
    chrome.click("emotion-surprise");
    let face = large(&chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    check_bars(&chrome, &dist, &face);
    let axe = audit::program().expect("the audit");
    audit::assert_accessible(&chrome, &axe, "what the classifier sees");
    keep_screenshots(&chrome, "classifier");
    // The picture of the page in README.md is a copy of this one.
    let picture = chrome.top(1200, 780);
    fs::write(test_output().join("page.png"), picture).expect("a picture can be written");
    wait_for_part(&chrome, "opinion=yes");
    chrome.reload();
    let face = large(&chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    check_bars(&chrome, &dist, &face);
    chrome.click("view-mixer");
    let blend = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    check_bars(&chrome, &dist, &blend);
    chrome.click("classifier");
    let closed = "return !location.search.includes('opinion')";
    chrome.wait("closed again", closed, NEXT_FACE);
    assert_nothing_broken(&chrome, &site);
}

fn assert_accuracy_is_said(chrome: &Chrome, dist: &Path) {
    let said = text_of(chrome, "classifier-accuracy");
    let right = 100.0 * native_classifier(dist).manifest.training.accuracy;
    let honest = format!("right on {right:.0} % of real faces");
    assert!(said.contains(&honest), "'{said}' does not say '{honest}'");
}

#[test]
fn a_classifier_that_cannot_be_downloaded_is_a_sentence_and_the_face_stays() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    site.trouble("/classifier/", Trouble::Missing);
    open(&chrome, &site, "?seed=6");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("classifier");
    let error = "return document.querySelector(\"[data-testid='classifier-error']\")?.innerText";
    let said = chrome.wait("the sentence", error, NEXT_FACE).to_string();
    assert!(
        said.contains("404") && said.contains("classifier/"),
        "{said}"
    );
    assert_eq!(face_attribute(&chrome, "state"), "ready");
    chrome.click("emotion-sad");
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    chrome.click("emotion-happy");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    site.heal();
    chrome.click("classify-again");
    check_bars(&chrome, &dist, &face);
    assert_eq!(
        text_of(&chrome, "classifier-error"),
        "",
        "the sentence is gone"
    );
}
