//! The morph and the walk.

use std::time::Duration;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::shown::{assert_nothing_broken, text_of};
use crate::site::Site;
use crate::visit::{large, open};
use crate::{NEXT_FACE, SEED, Visit};

/// Starts to record what a canvas shows at every repaint.
fn record(chrome: &Chrome, canvas: &str) {
    chrome.execute(&format!(
        "window.frames_ = []; const canvas = document.querySelector(\"[data-testid='{canvas}']\");
         const context = canvas.getContext('2d');
         window.recording = true;
         window.look = () => {{
             const data = context.getImageData(0, 0, 48, 48).data;
             frames_.push(Array.from(data).filter((_, index) => index % 4 === 0));
             if (window.recording) requestAnimationFrame(look);
         }};
         look();"
    ));
}

/// What has been recorded, and what is seen now: a busy machine may be late with its repaint.
fn recorded(chrome: &Chrome) -> Vec<Vec<u8>> {
    let frames = chrome.execute("window.recording = false; look(); return window.frames_");
    serde_json::from_value(frames).expect("frames are bytes")
}

/// Mean difference of two pictures, in grey levels.
fn distance(one: &[u8], other: &[u8]) -> f64 {
    let sum: u64 = one
        .iter()
        .zip(other)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / one.len() as f64
}

/// Differences of each frame from the one before.
fn steps(frames: &[Vec<u8>]) -> Vec<f64> {
    let pairs = frames.windows(2);
    pairs.map(|pair| distance(&pair[0], &pair[1])).collect()
}

/// The largest difference, and how many there are at all.
fn largest_and_count(steps: &[f64]) -> (f64, usize) {
    let largest = steps.iter().copied().fold(0.0, f64::max);
    (largest, steps.iter().filter(|step| **step > 0.0).count())
}

/// The number of the person whom the walk has come to.
fn person(chrome: &Chrome) -> u64 {
    let text = text_of(chrome, "walk-people");
    let number = text.split_whitespace().nth(1);
    let number = number.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("'{text}' names no person"))
}

const PAUSED: &str = "return document.querySelector(\"[data-testid='walk'][data-state='ready']\")?.dataset.playing === 'false'";

#[test]
fn a_morph_and_a_walk_move_smoothly_and_only_where_wanted() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    assert_a_morph_is_smooth(&chrome, &site);
    assert_a_walk_is_smooth(&chrome);
    assert_a_hidden_and_a_paused_walk_do_not_move(&chrome);
    assert_less_motion_is_respected(&chrome, &site);
    assert_nothing_broken(&chrome, &site);
}

fn assert_a_morph_is_smooth(chrome: &Chrome, site: &Site) {
    open(chrome, site, "?seed=6&emotion=neutral");
    let from = large(chrome, GanKind::Acgan, Emotion::Neutral, SEED);
    record(chrome, "face");
    chrome.click("emotion-surprise");
    let to = large(chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    let frames = recorded(chrome);
    assert_eq!(
        (frames.first(), frames.last()),
        (Some(&from), Some(&to)),
        "from one to the other"
    );
    let steps = steps(&frames);
    let (largest, moving) = largest_and_count(&steps);
    let whole = distance(&from, &to);
    println!(
        "morph: {} frames, {moving} of them differ; {whole:.1} in all, {largest:.1} at most",
        frames.len()
    );
    assert!(moving >= 5 && largest < 0.5 * whole, "{steps:?}");
}

fn assert_a_walk_is_smooth(chrome: &Chrome) {
    chrome.click("view-walk");
    let text = "return document.querySelector(\"[data-testid='walk-rate']\").innerText.includes('/s shown')";
    chrome.wait("the walk", text, NEXT_FACE);
    record(chrome, "walk");
    std::thread::sleep(Duration::from_secs(2));
    let frames = recorded(chrome);
    let (largest, moving) = largest_and_count(&steps(&frames));
    println!(
        "walk: {} frames in two seconds, {moving} differ, {largest:.1} at most; {}",
        frames.len(),
        text_of(chrome, "walk-rate")
    );
    assert!(moving >= 10, "{} frames, {moving} differ", frames.len());
    assert!(largest < 25.0, "a jump of {largest}");
}

fn assert_a_hidden_and_a_paused_walk_do_not_move(chrome: &Chrome) {
    let before = person(chrome);
    chrome.another_tab(true);
    std::thread::sleep(Duration::from_secs(6));
    chrome.another_tab(false);
    let after = person(chrome);
    println!("walk: at {before} before and at {after} after six hidden seconds");
    assert!(
        after <= before + 1,
        "six seconds are more than two people: {before} to {after}"
    );
    chrome.click("play");
    std::thread::sleep(Duration::from_millis(100));
    record(chrome, "walk");
    std::thread::sleep(Duration::from_millis(500));
    let frames = recorded(chrome);
    assert!(
        frames.windows(2).all(|pair| pair[0] == pair[1]),
        "a paused walk moves"
    );
    let address = chrome.execute("return location.search");
    assert!(
        address
            .to_string()
            .contains(&format!("seed={}", person(chrome))),
        "the address of a paused walk names its person: {address}"
    );
}

/// No morph, and no walk unless asked for.
fn assert_less_motion_is_respected(chrome: &Chrome, site: &Site) {
    chrome.reduce_motion(true);
    open(chrome, site, "?seed=6&emotion=neutral");
    large(chrome, GanKind::Acgan, Emotion::Neutral, SEED);
    record(chrome, "face");
    chrome.click("emotion-surprise");
    large(chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    let frames = recorded(chrome);
    let changes = frames.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(changes, 1, "the face changes at once");
    chrome.click("view-walk");
    chrome.wait("the walk is paused", PAUSED, NEXT_FACE);
    // A visitor who changes their mind is heard at once.
    chrome.reduce_motion(false);
    chrome.click("play");
    let walking =
        "return document.querySelector(\"[data-testid='walk']\").dataset.playing === 'true'";
    chrome.wait("the walk continues", walking, NEXT_FACE);
    chrome.reduce_motion(true);
    chrome.wait("the walk is paused again", PAUSED, NEXT_FACE);
}
