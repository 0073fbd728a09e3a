//! React 19, TypeScript and Vite.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::examples::{build, example, installed};
use crate::native::{native_blend, native_face};
use crate::screenshots::keep_screenshot;
use crate::session::Session;
use crate::shown::{assert_nothing_broken, assert_same_face, bytes};
use crate::widget::package::run;
use crate::{FIRST_FACE, NEXT_FACE, SEED, Visit};

/// The pixels of the element.
const PIXELS: &str = "return document.querySelector('seven-faces').toImageData()
    .then(({data}) => Array.from(data).filter((_, index) => index % 4 === 0))";

/// What the widget says that has a bundler's module and no base.
const UNPLACED: &str = "document.querySelector('seven-faces')?.shadowRoot?.querySelector('[part=error]:not([hidden]) p')?.innerText";

/// What its compiler must refuse: each line under an "expect-error" must not compile.
const WRONG: &str = "import \"seven-faces\";\nexport const wrong = [
  // @ts-expect-error: no such GAN
  <seven-faces gan=\"biggan\" />,
  // @ts-expect-error: no such emotion among the shares
  <seven-faces emotion={{ glad: 1 }} />,
];\n";

#[test]
fn the_react_app_binds_properties_and_hears_events() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let Some(folder) = installed(&example("react")) else {
        return;
    };
    fs::write(folder.join("src/wrong.tsx"), WRONG).expect("a file");
    build(&folder);
    site.deploy(&folder.join("dist"));
    chrome.open(&site.page(""));
    wait_for_said(&chrome, "happy:0.5,sad:0.5, made in ");
    let shares = [(Emotion::Happy, 0.5), (Emotion::Sad, 0.5)];
    let blend = native_blend(&dist, GanKind::Acgan, &shares, SEED);
    assert_same_face(&bytes(&chrome.execute(PIXELS)), &blend, "an emotion object");
    let crowd = "const canvas = document.querySelector('canvas');
        const rgba = canvas.getContext('2d').getImageData(0, 0, 48, 48).data;
        return rgba[3] === 255 && Array.from(rgba).filter((_, index) => index % 4 === 0)";
    let first = chrome.wait("the crowd", crowd, NEXT_FACE);
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Surprise, 100);
    assert_same_face(&bytes(&first), &expected, "the first of the crowd");
    let controls = || chrome.execute("return document.querySelector('seven-faces').controls");
    assert_eq!(controls(), false, "controls={{false}}");
    chrome.execute("document.querySelector('input[type=checkbox]').click()");
    assert_eq!(controls(), true, "controls={{true}}");
    keep_screenshot(&chrome, "example-react", 800, "light");
    assert_nothing_broken(&chrome, &site);
    site.deploy(&built_without_a_base(&folder));
    chrome.open(&site.page(""));
    wait_for_unplaced(&chrome);
}

/// Waits for what the app says under the face.
pub fn wait_for_said(browser: &Session, start: &str) {
    let said =
        format!("return document.querySelector('[role=status]')?.innerText.startsWith('{start}')");
    browser.wait(start, &said, FIRST_FACE);
}

/// Waits until the widget says that a bundler has moved it.
pub fn wait_for_unplaced(browser: &Session) {
    let said = browser.wait("the sentence", &format!("return {UNPLACED}"), NEXT_FACE);
    let said = said.as_str().unwrap_or_default();
    assert!(
        said.contains("SevenFaces.base") && said.contains("bundler"),
        "{said}"
    );
}

/// A page of Vite's that forgot to say where the engine lies.
fn built_without_a_base(folder: &Path) -> PathBuf {
    let unplaced = folder.join("unplaced");
    fs::create_dir_all(&unplaced).expect("a folder");
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>unplaced</title><link rel=icon href=/icon.svg>
        <script type=module src=./main.js></script><body><seven-faces></seven-faces></body></html>";
    fs::write(unplaced.join("index.html"), page).expect("a page");
    fs::write(unplaced.join("main.js"), "import 'seven-faces';").expect("a script");
    let vite = folder.join("node_modules/vite/bin/vite.js");
    run(Command::new("node")
        .arg(vite)
        .args(["build", "--base", "./"])
        .current_dir(&unplaced));
    unplaced.join("dist")
}
