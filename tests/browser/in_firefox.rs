//! The page and the widget in Firefox, on the CPU: first face, seven, crowd, files, a page of another origin. Half of
//! it where Firefox guards against tracking: there nobody can read a canvas, and what is saved must be exact all the same.

use std::path::PathBuf;

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_SIDE;
use tempfile::TempDir;

use crate::firefox::{self, Firefox};
use crate::foreign::Foreign;
use crate::native::native_face;
use crate::shown::{assert_same_face, bytes, shown_face, text_of};
use crate::site::Site;
use crate::visit::saving::{assert_enlarged_smoothly, enlarged_face, grey_of};
use crate::visit::{first_large, open, saved};
use crate::{FIRST_FACE, NEXT_FACE, SEED, built_site};

/// What every test begins with.
struct Visit {
    dist: PathBuf,
    site: Site,
    firefox: Firefox,
    downloads: TempDir,
}

impl Visit {
    /// `resists`: Firefox guards against tracking. `None` where the site or the browser is missing.
    fn begin(resists: bool) -> Option<Self> {
        let dist = built_site()?;
        if let Err(missing) = firefox::installed() {
            tests::skip(&missing);
            return None;
        }
        let site = Site::serve(&dist).expect("the site is served");
        let downloads = TempDir::new().expect("a folder");
        let firefox = Firefox::start(downloads.path(), resists).expect("Firefox starts");
        Some(Self {
            dist,
            site,
            firefox,
            downloads,
        })
    }
}

#[test]
fn firefox_shows_a_face_seven_and_a_crowd() {
    let Some(Visit {
        dist,
        site,
        firefox,
        ..
    }) = Visit::begin(false)
    else {
        return;
    };
    firefox.open(&site.page("?gan=acgan&emotion=happy&seed=6"));
    let gan = GanKind::Acgan;
    let face = first_large(&firefox, gan, Emotion::Happy, SEED);
    assert_same_face(
        &face,
        &native_face(&dist, gan, Emotion::Happy, SEED),
        "the first face",
    );
    firefox.click("view-seven");
    for emotion in Emotion::ALL {
        let shown = shown_face(
            &firefox,
            &format!("seven-{emotion}"),
            gan,
            emotion,
            SEED,
            NEXT_FACE,
        );
        assert_same_face(
            &shown,
            &native_face(&dist, gan, emotion, SEED),
            emotion.name(),
        );
    }
    firefox.click("view-crowd");
    firefox.click("people-16");
    let last = shown_face(
        &firefox,
        "crowd-15",
        gan,
        Emotion::Happy,
        SEED + 15,
        NEXT_FACE,
    );
    assert_same_face(
        &last,
        &native_face(&dist, gan, Emotion::Happy, SEED + 15),
        "the last of sixteen",
    );
    assert_eq!(text_of(&firefox, "error"), "");
    assert_eq!(site.not_found(), Vec::<String>::new());
}

#[test]
fn what_firefox_saves_is_exact_where_nobody_can_read_a_canvas() {
    let Some(Visit {
        dist,
        site,
        firefox,
        downloads,
    }) = Visit::begin(true)
    else {
        return;
    };
    open(
        &firefox,
        &site,
        "?gan=acgan&emotion=happy&seed=6&look=crisp",
    );
    let canvas_is_read = "const canvas = document.createElement('canvas').getContext('2d');
        canvas.fillRect(0, 0, 9, 9);
        return [...canvas.getImageData(0, 0, 9, 9).data].every((value, index) => value === (index % 4 === 3 ? 255 : 0))";
    assert_eq!(
        firefox.execute(canvas_is_read),
        false,
        "this Firefox gives nobody a canvas"
    );
    let ready = |testid: &str| {
        let state = format!(
            "return document.querySelector(\"[data-testid='{testid}']\")?.dataset.state === 'ready'"
        );
        firefox.wait(testid, &state, FIRST_FACE);
    };
    let gan = GanKind::Acgan;
    ready("face");
    firefox.click("save");
    let (width, height, grey) = grey_of(&saved(downloads.path(), "seven-faces-acgan-happy-6.png"));
    assert_eq!((width, height), (48, 48));
    assert_same_face(
        &grey,
        &native_face(&dist, gan, Emotion::Happy, SEED),
        "the saved face",
    );
    firefox.open(&site.page("?gan=acgan&emotion=happy&seed=6&look=smooth"));
    ready("face");
    firefox.click("save-large");
    let large = saved(downloads.path(), "seven-faces-acgan-happy-6-large.png");
    assert_enlarged_smoothly(&large, &grey);
    firefox.open(&site.page("?gan=acgan&emotion=happy&seed=6&look=crisp"));
    firefox.click("view-seven");
    ready("seven-neutral");
    firefox.click("save-large");
    let (width, _, grey) = grey_of(&saved(
        downloads.path(),
        "seven-faces-acgan-seven-6-large.png",
    ));
    for (index, emotion) in Emotion::ALL.into_iter().enumerate() {
        let on_sheet = enlarged_face(&grey, width, [8 + 200 * index, 8], 4);
        assert_same_face(
            &on_sheet,
            &native_face(&dist, gan, emotion, SEED),
            emotion.name(),
        );
    }
}

#[test]
fn firefox_shows_the_widget_on_a_foreign_page_and_saves_it_exactly() {
    let Some(Visit {
        dist,
        site,
        firefox,
        ..
    }) = Visit::begin(true)
    else {
        return;
    };
    let foreign = Foreign::serve(&site.page(""), &dist);
    firefox.open(&foreign.page("bare.html"));
    firefox.execute(
        "const face = document.createElement('seven-faces');
         Object.assign(face, { emotion: 'fear', seed: 6, controls: true });
         document.getElementById('here').append(face);",
    );
    let ready = "return document.querySelector('seven-faces').state === 'ready'";
    firefox.wait("the face", ready, FIRST_FACE);
    let file = "return document.querySelector('seven-faces').toBlob()
        .then((blob) => blob.arrayBuffer()).then((bytes) => Array.from(new Uint8Array(bytes)))";
    let (width, height, grey) = grey_of(&bytes(&firefox.execute(file)));
    assert_eq!((width as usize, height as usize), (IMAGE_SIDE, IMAGE_SIDE));
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Fear, SEED);
    assert_same_face(&grey, &expected, "the saved face");
}
