//! Every control by keyboard.

use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::shown::assert_nothing_broken;
use crate::visit::pointer::{SIXTEEN, WALK_PAUSES};
use crate::visit::{large, open, saved, wait_for_part, wait_for_said};
use crate::{NEXT_FACE, SEED, Visit};

const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
const END: &str = "\u{e010}";
const HOME: &str = "\u{e011}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
const SPACE: &str = " ";

/// Moves the keyboard's focus to an element, as a visitor's tabbing would.
pub fn focus(chrome: &Chrome, testid: &str) {
    let script = format!(
        "document.querySelector(\"[data-testid='{testid}']\").focus(); return document.activeElement.dataset.testid"
    );
    assert_eq!(chrome.execute(&script), testid, "{testid} takes the focus");
}

/// The same for the button around a small face.
fn focus_frame(chrome: &Chrome, testid: &str) {
    let script = format!(
        "const button = document.querySelector(\"[data-testid='{testid}']\").closest('button');
         button.focus(); return document.activeElement === button"
    );
    assert_eq!(chrome.execute(&script), true, "{testid} takes the focus");
}

#[test]
fn every_control_answers_to_the_keyboard() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    press_controls_of_a_face(&chrome);
    press_settings(&chrome);
    press_controls_of_other_views(&chrome);
    assert_nothing_broken(&chrome, &site);
}

fn press_controls_of_a_face(chrome: &Chrome) {
    focus(chrome, "emotion-happy");
    chrome.press(&[RIGHT]);
    large(chrome, GanKind::Acgan, Emotion::Sad, SEED);
    chrome.press(&[TAB]);
    chrome.type_into("seed", &format!("{END}1{ENTER}"));
    large(chrome, GanKind::Acgan, Emotion::Sad, 61);
    focus(chrome, "dice");
    chrome.press(&[SPACE]);
    let another = "return !location.search.includes('seed=61')";
    chrome.wait("another person", another, NEXT_FACE);
    focus(chrome, "gan-acgan");
    chrome.press(&[LEFT]);
    wait_for_part(chrome, "gan=cgan");
}

fn press_settings(chrome: &Chrome) {
    focus(chrome, "settings");
    chrome.press(&[ENTER]);
    focus(chrome, "truncation");
    chrome.press(&[HOME, RIGHT, RIGHT]);
    wait_for_part(chrome, "truncation=10");
    focus(chrome, "look-smooth");
    chrome.press(&[RIGHT]);
    let crisp = "return getComputedStyle(document.querySelector(\"[data-testid='face']\")).imageRendering === 'pixelated'";
    chrome.wait("crisp pixels", crisp, NEXT_FACE);
    focus(chrome, "device-auto");
    chrome.press(&[RIGHT, RIGHT]);
    let chosen = "return document.querySelector(\"[data-testid='status']\").innerText.includes('you chose it')";
    chrome.wait("the CPU by choice", chosen, NEXT_FACE);
}

fn press_controls_of_other_views(chrome: &Chrome) {
    focus(chrome, "view-face");
    chrome.press(&[RIGHT, RIGHT]);
    wait_for_part(chrome, "view=crowd");
    focus(chrome, "people-32");
    chrome.press(&[LEFT]);
    chrome.wait("16 people", SIXTEEN, NEXT_FACE);
    chrome.press(&[TAB]);
    focus(chrome, "view-crowd");
    chrome.press(&[RIGHT]);
    focus(chrome, "mix-angry");
    chrome.press(&[END]);
    wait_for_part(chrome, "mix=100-0-0-50-0-50-0");
    focus(chrome, "view-mixer");
    chrome.press(&[RIGHT]);
    focus(chrome, "play");
    chrome.press(&[SPACE]);
    chrome.wait("the walk pauses", WALK_PAUSES, NEXT_FACE);
}

/// Names of the controls that a keyboard must reach as the page is now: of a radio group the chosen button alone.
const CONTROLS: &str = "return Array.from(document.querySelectorAll('#app :is(button, input, select, summary, a[href], textarea)'))
    .filter((control) => !control.disabled && control.getClientRects().length && !(control.type === 'radio' && !control.checked))
    .map((control) => control.dataset.testid ?? control.outerHTML)";

#[test]
fn the_tab_key_reaches_every_control_of_every_view() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    chrome.allow_saving(folder.path());
    open(&chrome, &site, "?seed=6&emotion=sad");
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    chrome.click("emotion-happy"); // Now there is a history.
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("settings");
    for view in ["seven", "crowd", "mixer", "walk", "compare", "face"] {
        chrome.click(&format!("view-{view}"));
        if view == "crowd" {
            chrome.click("people-16");
        }
        assert_the_tab_key_reaches_all(&chrome, view);
    }
    save_and_copy(&chrome, folder.path());
    // The blend of the mixer's view was shown between the two.
    focus_frame(&chrome, "recent-2");
    chrome.press(&[SPACE]);
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    pick_small_faces(&chrome);
    assert_nothing_broken(&chrome, &site);
}

fn assert_the_tab_key_reaches_all(chrome: &Chrome, view: &str) {
    let names = |script: &str| -> Vec<String> {
        serde_json::from_value(chrome.execute(script)).expect("names")
    };
    let whole = "return !document.querySelector(\"[data-testid='progress'], canvas[data-state='loading']\")";
    chrome.wait("all is there", whole, NEXT_FACE);
    let controls = names(CONTROLS);
    assert!(controls.len() > 10, "{view}: {controls:?}");
    chrome.execute("document.activeElement.blur(); window.reached = [];
        document.addEventListener('focusin', ({target}) => window.reached.push(target.dataset.testid ?? target.outerHTML))");
    chrome.press(&vec![TAB; controls.len() + 10]);
    let reached = names("return window.reached");
    for control in &controls {
        assert!(
            reached.contains(control),
            "{view}: no way to {control} in {reached:?}"
        );
    }
}

/// By a key as by a click.
fn save_and_copy(chrome: &Chrome, folder: &Path) {
    for (control, said) in [
        ("save", "Saved."),
        ("save-large", "Saved."),
        ("copy", "Picture copied."),
        ("copy-link", "Link copied."),
    ] {
        focus(chrome, control);
        chrome.press(&[ENTER]);
        wait_for_said(chrome, said);
    }
    saved(folder, "seven-faces-acgan-happy-6.png");
    saved(folder, "seven-faces-acgan-happy-6-large.png");
}

fn pick_small_faces(chrome: &Chrome) {
    for (view, frame, query) in [
        ("seven", "seven-fear", "emotion=fear"),
        ("crowd", "crowd-2", "seed=8"),
        ("compare", "compare-cgan", "gan=cgan"),
    ] {
        chrome.click(&format!("view-{view}"));
        focus_frame(chrome, frame);
        chrome.press(&[ENTER]);
        wait_for_part(chrome, query);
    }
}
