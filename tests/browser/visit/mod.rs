//! A visit: everything on the page by pointer and by keyboard, on the CPU.

mod address;
mod classifier;
mod crashes;
mod downloads;
mod figures;
mod keyboard;
mod motion;
mod offline;
mod own_bundle;
mod pointer;
pub mod saving;
mod snippet;
mod views;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::session::Session;
use crate::shown::{shown_face, text_of};
use crate::site::Site;
use crate::{FIRST_FACE, NEXT_FACE, SEED};

/// Whether the service worker has the whole deployment.
pub const KEPT: &str = "return navigator.serviceWorker.getRegistration().then((it) => it?.active?.state === 'activated')";

/// Opens the page and waits until its engine runs on the CPU.
pub fn open(browser: &Session, site: &Site, query: &str) {
    browser.open(&site.page(query));
    let ready =
        "return document.querySelector(\"[data-testid='status']\")?.innerText.startsWith('CPU')";
    browser.wait("the engine runs", ready, FIRST_FACE);
}

/// The query of the address.
pub fn search(browser: &Session) -> String {
    browser
        .execute("return location.search")
        .as_str()
        .unwrap_or_default()
        .into()
}

/// Waits until the query of the address holds a text.
pub fn wait_for_part(browser: &Session, part: &str) {
    let script = format!("return location.search.includes('{part}')");
    browser.wait(&format!("the address holds {part}"), &script, NEXT_FACE);
}

/// Waits for what the page says of a file saved or something copied.
pub fn wait_for_said(browser: &Session, said: &str) {
    let script =
        format!("return document.querySelector(\"[data-testid='said']\").innerText === '{said}'");
    browser.wait(said, &script, NEXT_FACE);
}

/// The large face, once it is the one asked for.
pub fn large(browser: &Session, gan: GanKind, emotion: Emotion, seed: u64) -> Vec<u8> {
    shown_face(browser, "face", gan, emotion, seed, NEXT_FACE)
}

/// The large face where the engine and the network must come first.
pub fn first_large(browser: &Session, gan: GanKind, emotion: Emotion, seed: u64) -> Vec<u8> {
    shown_face(browser, "face", gan, emotion, seed, FIRST_FACE)
}

/// The first face of a visit, which nothing had to be said about.
pub fn first_face(browser: &Session) {
    first_large(browser, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(text_of(browser, "error"), "");
}

/// Waits for a download and returns it.
pub fn saved(folder: &Path, name: &str) -> Vec<u8> {
    let end = Instant::now() + NEXT_FACE;
    let mut before = Vec::new();
    loop {
        // A file appears before its last byte is written.
        if let Ok(bytes) = fs::read(folder.join(name)) {
            if !bytes.is_empty() && bytes == before {
                return bytes;
            }
            before = bytes;
        }
        let there: Vec<_> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(
            Instant::now() < end,
            "{name} was not saved; there is {there:?}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}
