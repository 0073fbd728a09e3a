//! Every control by pointer.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::shown::assert_nothing_broken;
use crate::visit::{first_large, wait_for_part};
use crate::{NEXT_FACE, SEED, Visit};

/// Whether a crowd of sixteen is there.
pub const SIXTEEN: &str = "return document.querySelectorAll(\"[data-testid='crowd'] canvas[data-state='ready']\").length === 16";
/// Whether the walk is paused.
pub const WALK_PAUSES: &str =
    "return document.querySelector(\"[data-testid='walk']\").dataset.playing === 'false'";

#[test]
fn every_control_answers_to_the_pointer() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    let chrome = &visit.chrome;
    chrome.open(&visit.site.page("?seed=6"));
    click_controls_of_a_face(chrome);
    click_settings(chrome);
    chrome.click("view-seven");
    shown_seven(&visit);
    chrome.click("seven-sad");
    wait_for_part(chrome, "emotion=sad");
    chrome.click("view-crowd");
    chrome.click("people-16");
    chrome.wait("16 people", SIXTEEN, NEXT_FACE);
    click_mixer(chrome);
    chrome.click("view-compare");
    shown_pair(&visit);
    chrome.click("compare-cgan");
    wait_for_part(chrome, "gan=cgan");
    chrome.click("view-walk");
    chrome.click("play");
    chrome.wait("the walk pauses", WALK_PAUSES, NEXT_FACE);
    assert_nothing_broken(chrome, &visit.site);
}

fn click_controls_of_a_face(chrome: &Chrome) {
    first_large(chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("emotion-fear");
    first_large(chrome, GanKind::Acgan, Emotion::Fear, SEED);
    chrome.click("recent-1");
    first_large(chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("dice");
    let another = "return !/seed=6(&|$)/.test(location.search)";
    chrome.wait("another person", another, NEXT_FACE);
    chrome.click("generate");
    let ready = "return document.querySelector(\"[data-testid='face']\").dataset.state === 'ready'";
    chrome.wait("a face", ready, NEXT_FACE);
}

fn click_settings(chrome: &Chrome) {
    chrome.click("settings");
    chrome.click("truncation");
    wait_for_part(chrome, "truncation=50");
    chrome.click("look-crisp");
    wait_for_part(chrome, "look=crisp");
    chrome.click("device-cpu");
    wait_for_part(chrome, "device=cpu");
}

fn click_mixer(chrome: &Chrome) {
    chrome.click("view-mixer");
    chrome.click("mix-angry");
    // The middle of the slider, where the pointer falls, is 50 or next to it.
    let angrier = "return /mix=(49|50|51)-0-0-50-0-50-0/.test(location.search)";
    chrome.wait("an angrier blend", angrier, NEXT_FACE);
    chrome.click("mix-random");
    let another = "return !/mix=..-0-0-50-0-50-0/.test(location.search)";
    chrome.wait("another blend", another, NEXT_FACE);
}

fn shown_seven(visit: &Visit) {
    let seven = "return document.querySelectorAll(\"[data-testid^='seven-'][data-state='ready']\").length === 7";
    visit.chrome.wait("seven faces", seven, NEXT_FACE);
}

fn shown_pair(visit: &Visit) {
    let pair = "return document.querySelectorAll(\"[data-testid^='compare-'][data-state='ready']\").length === 2";
    visit.chrome.wait("two faces", pair, NEXT_FACE);
}
