//! Workers that crash.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::shown::{face_attribute, text_of};
use crate::site::{CRASH, CRASH_AT_WORK};
use crate::visit::{first_face, large, open};
use crate::{FIRST_FACE, NEXT_FACE, SEED, Visit};

#[test]
fn a_film_whose_worker_dies_continues_with_another_and_is_saved() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    chrome.run_before_pages(
        "window.Worker = class extends Worker { constructor(...all) { super(...all); window.engine = this; } }",
    );
    open(&chrome, &site, "?seed=6&view=walk");
    let walking =
        "return document.querySelector(\"[data-testid='walk'][data-state='ready']\") !== null";
    chrome.wait("the walk", walking, NEXT_FACE);
    let filming = "document.querySelector(\"[data-testid='save-film']\").click();
        return new Promise((done) => setTimeout(() => {
            const said = document.querySelector(\"[data-testid='said']\").innerText;
            engine.dispatchEvent(new ErrorEvent('error', {message: 'on purpose'}));
            done(said);
        }, 20));";
    assert_eq!(chrome.execute(filming), "Making the film …");
    let saved = "return document.querySelector(\"[data-testid='said']\").innerText === 'Saved.'";
    chrome.wait("the film is saved", saved, NEXT_FACE);
    assert_eq!(text_of(&chrome, "error"), "", "without a word");
    let again = "return !document.querySelector(\"[data-testid='save-film']\").disabled";
    chrome.wait("another film can be made", again, NEXT_FACE);
}

#[test]
fn a_worker_that_crashes_after_its_work_is_replaced_without_a_word() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    site.run_before_engine(CRASH);
    chrome.open(&site.page("?seed=6&device=cpu"));
    first_face(&chrome);
    chrome.click("emotion-sad");
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    assert_eq!(face_attribute(&chrome, "state"), "ready");
    assert_eq!(text_of(&chrome, "error"), "");
    let engines = site.requests();
    let engines = engines.iter().filter(|path| path.contains("engine.js"));
    assert!(engines.count() > 1, "another worker was started");
}

#[test]
fn a_worker_that_crashes_at_every_work_is_a_sentence_and_a_retry() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    site.run_before_engine(CRASH_AT_WORK);
    chrome.open(&site.page("?seed=6&device=cpu"));
    let error = "return document.querySelector(\"[data-testid='error']\")?.innerText";
    let error = chrome
        .wait("an error is shown", error, FIRST_FACE)
        .to_string();
    assert!(error.contains("on purpose"), "the page says {error}");
    site.run_before_engine("");
    chrome.click("retry");
    chrome.click("emotion-sad");
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    assert_eq!(face_attribute(&chrome, "state"), "ready");
}
