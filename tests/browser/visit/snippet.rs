//! The code for other pages.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::foreign::Foreign;
use crate::shown::{assert_same_face, bytes, text_of};
use crate::visit::keyboard::{ENTER, focus};
use crate::visit::{large, open};
use crate::{FIRST_FACE, NEXT_FACE, Visit};

#[test]
fn the_copied_code_shows_the_face_on_another_page() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    chrome.allow_saving(folder.path());
    open(&chrome, &site, "?seed=11&gan=cgan&emotion=fear");
    let face = large(&chrome, GanKind::Cgan, Emotion::Fear, 11);
    focus(&chrome, "copy-snippet");
    chrome.press(&[ENTER]);
    let copied = "return document.querySelector(\"[data-testid='snippet-said']\").innerText === 'Code copied.'";
    chrome.wait("the code is copied", copied, NEXT_FACE);
    let code = chrome.execute("return navigator.clipboard.readText()");
    assert_eq!(code, text_of(&chrome, "snippet"));
    let foreign = Foreign::serve(&site.page(""), &dist);
    chrome.open(&foreign.page("bare.html"));
    chrome.execute(&format!(
        "document.getElementById('here').innerHTML = {code}"
    ));
    let ready = "return document.querySelector('seven-faces').state === 'ready'";
    chrome.wait("the face on another page", ready, FIRST_FACE);
    let pixels = "return document.querySelector('seven-faces').toImageData()
        .then(({data}) => Array.from(data).filter((_, index) => index % 4 === 0))";
    let shown = bytes(&chrome.execute(pixels));
    assert_same_face(&shown, &face, "the face on another page");
}
