//! Downloads that are missing, stall, break off or arrive damaged.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::shown::{face_attribute, text_of};
use crate::site::Trouble;
use crate::visit::{first_face, first_large, large};
use crate::{FIRST_FACE, NEXT_FACE, SEED, Visit, audit};

/// What the page says when half of a generator's weights have come.
const HALF_OF_THE_GENERATOR: &str = "return document.querySelector(\"[data-testid='progress']\")?.innerText.includes('0.3 of 0.6 MB')";

#[test]
fn missing_weights_are_a_sentence_and_a_retry() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    site.trouble(".safetensors", Trouble::Missing);
    chrome.open(&site.page("?gan=acgan&emotion=happy&seed=6"));
    let error = "return document.querySelector(\"[data-testid='error']\")?.innerText";
    let error = chrome
        .wait("an error is shown", error, FIRST_FACE)
        .to_string();
    assert!(
        error.contains("404") && error.contains("models/acgan/"),
        "the page says {error}"
    );
    assert_eq!(face_attribute(&chrome, "state"), "error");
    if let Ok(axe) = audit::program() {
        audit::assert_accessible(&chrome, &axe, "an error");
    }
    site.heal();
    chrome.click("retry");
    shown_face_after_error(&chrome);
}

fn shown_face_after_error(chrome: &Chrome) {
    let ready = "return document.querySelector(\"[data-testid='face']\").dataset.state === 'ready'";
    chrome.wait("a face after the retry", ready, NEXT_FACE);
    assert_eq!(text_of(chrome, "error"), "", "the error is gone");
}

#[test]
fn downloads_that_stall_break_off_or_arrive_damaged_end_well() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    site.trouble("worker-cpu_bg.wasm", Trouble::Cut);
    chrome.open(&site.page("?seed=6"));
    let error = "return document.querySelector(\"[data-testid='error']\")?.innerText";
    let said = chrome.wait("the engine broke off", error, FIRST_FACE);
    println!("engine cut: {said}");
    for (trouble, words) in [
        (Trouble::Cut, "broke off during the download"),
        (Trouble::Damaged, "SHA-256"),
    ] {
        site.trouble(".safetensors", trouble);
        chrome.click("retry");
        let script = format!("{error}?.includes('{words}') ? document.body.innerText : null");
        chrome.wait(words, &script, FIRST_FACE);
    }
    site.trouble(".safetensors", Trouble::Stalls);
    chrome.click("retry");
    chrome.wait("half of the generator", HALF_OF_THE_GENERATOR, NEXT_FACE);
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(text_of(&chrome, "error"), "", "the sentence is gone");
}

#[test]
fn a_download_that_breaks_off_continues_where_it_was() {
    for part in ["worker-cpu_bg.wasm", ".safetensors"] {
        let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
            return;
        };
        site.trouble(part, Trouble::CutOnce);
        chrome.open(&site.page("?seed=6"));
        first_face(&chrome);
        let rests = site.rests();
        println!("{part}: continued at byte {rests:?}");
        assert!(
            rests.iter().any(|start| *start > 1 << 17),
            "{part}: {rests:?}"
        );
    }
}

#[test]
fn a_download_that_falls_silent_is_asked_for_again_and_continues() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    site.trouble(".safetensors", Trouble::FallsSilent);
    chrome.open(&site.page("?seed=6"));
    chrome.wait("half of the generator", HALF_OF_THE_GENERATOR, FIRST_FACE);
    first_face(&chrome);
    assert!(!site.rests().is_empty(), "the rest was asked for");
}

#[test]
fn a_download_in_many_small_pieces_shows_its_progress_and_ends_in_a_face() {
    for trouble in [Trouble::Trickles, Trouble::TricklesCompressed] {
        let Some(visit) = Visit::begin(false) else {
            return;
        };
        visit.site.trouble("worker-cpu_bg.wasm", trouble);
        visit.chrome.open(&visit.site.page("?seed=6"));
        let engine = visit.dist.join("worker-cpu_bg.wasm");
        let whole = std::fs::metadata(engine).unwrap().len() as f64 / 1e6;
        // Compressed pieces hold uneven parts of the whole.
        let between = |low: f64, high: f64| {
            let (low, high) = (low * whole, high * whole);
            format!(
                "const said = document.querySelector(\"[data-testid='progress']\")?.innerText.match(/([0-9.]+) of {whole:.1} MB/);
                 return said && said[1] > {low} && said[1] < {high}"
            )
        };
        let limits = [("a part", 0.13, 0.5), ("a larger part", 0.5, 0.96)];
        for (what, low, high) in limits {
            let what = format!("{what} ({trouble:?})");
            visit.chrome.wait(&what, &between(low, high), FIRST_FACE);
        }
        first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
        assert_eq!(face_attribute(&visit.chrome, "state"), "ready");
    }
}

#[test]
fn a_page_whose_program_is_missing_or_damaged_says_so_and_can_be_asked_again() {
    for trouble in [Trouble::Missing, Trouble::Cut] {
        let Some(visit) = Visit::begin(false) else {
            return;
        };
        visit.site.trouble("_bg.wasm", trouble);
        visit.chrome.open(&visit.site.page("?seed=6"));
        let said =
            "return document.getElementById('boot')?.innerText.includes('could not be started')";
        visit
            .chrome
            .wait(&format!("the sentence ({trouble:?})"), said, NEXT_FACE);
        visit.site.heal();
        visit
            .chrome
            .execute("document.querySelector('#boot button').click()");
        first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
    }
}

#[test]
fn a_page_whose_scripts_never_come_says_what_it_needs() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    let said = |what: &str, address: &str| {
        visit.chrome.open(address);
        let late = "const late = document.querySelector('#boot .sf-late');
            return late && getComputedStyle(late).opacity === '1' && late.innerText";
        let late = visit.chrome.wait(what, late, NEXT_FACE).to_string();
        for part in ["a web server", "ends with a slash", "as JavaScript"] {
            assert!(late.contains(part), "{what}: {late}");
        }
    };
    said(
        "a file",
        &format!("file://{}", visit.dist.join("index.html").display()),
    );
    let folder = visit.site.page("");
    said("no slash at the end", folder.trim_end_matches('/'));
    visit.site.trouble("boot.js", Trouble::WrongType);
    said("a script as plain text", &folder);
}
