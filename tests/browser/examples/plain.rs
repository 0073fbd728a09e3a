//! A page without framework and bundler.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::examples::{build, example, installed};
use crate::native::native_face;
use crate::screenshots::keep_screenshot;
use crate::shown::assert_nothing_broken;
use crate::visit::saved;
use crate::visit::saving::assert_enlarged_smoothly;
use crate::{FIRST_FACE, SEED, Visit};

#[test]
fn the_plain_page_shows_a_face_and_saves_it() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let Some(folder) = installed(&example("html")) else {
        return;
    };
    build(&folder);
    let downloads = tempfile::TempDir::new().expect("a folder");
    chrome.allow_saving(downloads.path());
    site.deploy(&folder.join("site"));
    chrome.open(&site.page(""));
    let said =
        "return document.getElementById('said').innerText.startsWith('Seed 6, happy, made in ')";
    chrome.wait("the face", said, FIRST_FACE);
    chrome.execute("document.getElementById('save').click()");
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Happy, SEED);
    assert_enlarged_smoothly(&saved(downloads.path(), "face.png"), &expected);
    keep_screenshot(&chrome, "example-html", 800, "light");
    assert_nothing_broken(&chrome, &site);
}
