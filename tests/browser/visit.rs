//! A visit: everything on the page by pointer and by keyboard, on the CPU.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use model_core::bundle::Describes;
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::judge_bundle::{JudgeBundle, JudgeManifest};
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use serde_json::{Value, json};
use web::inference::{draw, largest_difference, opinion};
use web::protocol::Recipe;

use crate::chrome::Chrome;
use crate::foreign::Foreign;
use crate::site::{CRASH, CRASH_AT_WORK, Site, Trouble};
use crate::{
    FIRST_FACE, NEXT_FACE, SEED, Visit, assert_nothing_broken, assert_same_face, audit,
    face_attribute, keep_screenshots, native_face, native_generator, shown_face, test_output,
    text_of,
};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const END: &str = "\u{e010}";
const HOME: &str = "\u{e011}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
const SPACE: &str = " ";

/// Whether the service worker has the whole deployment.
pub const KEPT: &str = "return navigator.serviceWorker.getRegistration().then((it) => it?.active?.state === 'activated')";

/// The face that the trainer makes of a recipe.
fn native_recipe(dist: &Path, gan: GanKind, recipe: &Recipe) -> Vec<u8> {
    let generator = native_generator(dist, gan);
    now(draw(&generator, std::slice::from_ref(recipe))).expect("the CPU draws")
}

/// Runs a future of the CPU.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU never makes anybody wait"),
    }
}

fn open(chrome: &Chrome, site: &Site, query: &str) {
    chrome.open(&site.page(query));
    let ready =
        "return document.querySelector(\"[data-testid='status']\")?.innerText.startsWith('CPU')";
    chrome.wait("the engine runs", ready, FIRST_FACE);
}

fn search(chrome: &Chrome) -> String {
    chrome
        .execute("return location.search")
        .as_str()
        .unwrap_or_default()
        .into()
}

fn wait_for_search(chrome: &Chrome, query: &str) {
    let script = format!("return location.search === '{query}'");
    chrome.wait(&format!("the address is {query}"), &script, NEXT_FACE);
}

/// Moves the keyboard's focus to an element, as a visitor's tabbing would.
fn focus(chrome: &Chrome, testid: &str) {
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

fn large(chrome: &Chrome, gan: GanKind, emotion: Emotion, seed: u64) -> Vec<u8> {
    shown_face(chrome, "face", gan, emotion, seed, NEXT_FACE)
}

/// What the page says when half of a generator's weights have come.
const HALF_OF_THE_GENERATOR: &str = "return document.querySelector(\"[data-testid='progress']\")?.innerText.includes('0.3 of 0.6 MB')";

#[test]
fn every_view_shows_its_faces_before_and_after_a_reload() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let axe = audit::program();
    let required = std::env::var("SEVEN_FACES_REQUIRE_BROWSER").is_ok_and(|value| value == "1");
    assert!(!required || axe.is_ok(), "the audit is required: {axe:?}");
    open(&chrome, &site, "?seed=6");
    let (gan, happy) = (GanKind::Acgan, Emotion::Happy);
    large(&chrome, gan, happy, SEED);
    let pace = text_of(&chrome, "pace");
    assert!(pace.ends_with(" ms a face"), "the pace is '{pace}'");
    assert_layout_stood_still(&chrome, "while the page loads");
    chrome.resize(360, "light");
    chrome.reload();
    large(&chrome, gan, happy, SEED);
    assert_layout_stood_still(&chrome, "while the page loads, 360 pixels wide");
    chrome.resize(1200, "light");
    for view in ["seven", "crowd", "mixer", "walk", "compare", "face"] {
        chrome.click(&format!("view-{view}"));
        for reloaded in [false, true] {
            check_view(&chrome, &dist, view);
            if !reloaded && view != "face" {
                assert!(
                    search(&chrome).contains(&format!("view={view}")),
                    "{}",
                    search(&chrome)
                );
                chrome.reload();
            }
        }
        if let Ok(axe) = &axe {
            audit::assert_accessible(&chrome, axe, view);
            chrome.resize(1200, "dark");
            audit::assert_accessible(&chrome, axe, &format!("{view}, dark"));
            chrome.resize(360, "light");
            audit::assert_accessible(&chrome, axe, &format!("{view}, narrow"));
        }
        keep_screenshots(&chrome, view);
    }
    assert_same_face(
        &large(&chrome, gan, happy, SEED),
        &native_face(&dist, gan, happy, SEED),
        "the face",
    );
    let origin = site.origin();
    let asked = chrome.requests();
    assert!(asked.len() > 20, "the requests are recorded: {asked:?}");
    let promise = "return document.querySelector('footer').innerText.includes('Nothing you do here leaves it')";
    assert_eq!(chrome.execute(promise), true, "and the page says so");
    // The rest is the browser's own (chrome:) and what the page saves (blob:).
    let is_foreign =
        |address: &String| address.starts_with("http") && !address.starts_with(&origin);
    let elsewhere: Vec<String> = asked.into_iter().filter(is_foreign).collect();
    assert_eq!(elsewhere, Vec::<String>::new(), "requests to other origins");
    assert_nothing_broken(&chrome, &site);
}

fn assert_layout_stood_still(chrome: &Chrome, when: &str) {
    let shift = "return new Promise((done) => {
        const seen = new PerformanceObserver((list) => done(list.getEntries().reduce((sum, {value}) => sum + value, 0)));
        seen.observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(0), 500);
    })";
    let shift = chrome.execute(shift).as_f64().unwrap_or(1.0);
    assert!(shift < 0.01, "the layout shifts by {shift} {when}");
}

fn check_view(chrome: &Chrome, dist: &Path, view: &str) {
    let (gan, happy) = (GanKind::Acgan, Emotion::Happy);
    let check = |canvas: &str, gan, emotion, seed| {
        let shown = shown_face(chrome, canvas, gan, emotion, seed, NEXT_FACE);
        assert_same_face(&shown, &native_face(dist, gan, emotion, seed), canvas);
    };
    match view {
        "seven" => Emotion::ALL
            .into_iter()
            .for_each(|emotion| check(&format!("seven-{emotion}"), gan, emotion, SEED)),
        "crowd" => [0, 15, 31]
            .into_iter()
            .for_each(|n| check(&format!("crowd-{n}"), gan, happy, SEED + n)),
        "compare" => GanKind::ALL
            .into_iter()
            .for_each(|gan| check(&format!("compare-{gan}"), gan, happy, SEED)),
        "mixer" => {
            let shown = shown_face(chrome, "face", gan, happy, SEED, NEXT_FACE);
            let weights = [0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0];
            let recipe = Recipe {
                weights,
                ..Recipe::plain(SEED, happy)
            };
            assert_same_face(
                &shown,
                &native_recipe(dist, gan, &recipe),
                "half happy, half surprised",
            );
        }
        "walk" => {
            let moving = "return document.querySelector(\"[data-testid='walk'][data-state='ready']\") !== null";
            chrome.wait("the walk", moving, NEXT_FACE);
        }
        _ => check("face", gan, happy, SEED),
    }
}

#[test]
fn every_control_answers_to_the_keyboard() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    focus(&chrome, "emotion-happy");
    chrome.press(&[RIGHT]);
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    chrome.press(&[TAB]);
    chrome.type_into("seed", &format!("{END}1{ENTER}"));
    large(&chrome, GanKind::Acgan, Emotion::Sad, 61);
    focus(&chrome, "dice");
    chrome.press(&[SPACE]);
    chrome.wait(
        "another person",
        "return !location.search.includes('seed=61')",
        NEXT_FACE,
    );
    focus(&chrome, "gan-acgan");
    chrome.press(&[LEFT]);
    chrome.wait(
        "the cGAN",
        "return location.search.includes('gan=cgan')",
        NEXT_FACE,
    );
    focus(&chrome, "settings");
    chrome.press(&[ENTER]);
    focus(&chrome, "truncation");
    chrome.press(&[HOME, RIGHT, RIGHT]);
    chrome.wait(
        "truncation",
        "return location.search.includes('truncation=10')",
        NEXT_FACE,
    );
    focus(&chrome, "look-smooth");
    chrome.press(&[RIGHT]);
    chrome.wait("crisp pixels", "return getComputedStyle(document.querySelector(\"[data-testid='face']\")).imageRendering === 'pixelated'", NEXT_FACE);
    focus(&chrome, "device-auto");
    chrome.press(&[RIGHT, RIGHT]);
    chrome.wait("the CPU by choice", "return document.querySelector(\"[data-testid='status']\").innerText.includes('you chose it')", NEXT_FACE);
    focus(&chrome, "view-face");
    chrome.press(&[RIGHT, RIGHT]);
    chrome.wait(
        "the crowd",
        "return location.search.includes('view=crowd')",
        NEXT_FACE,
    );
    focus(&chrome, "people-32");
    chrome.press(&[LEFT]);
    chrome.wait("16 people", "return document.querySelectorAll(\"[data-testid='crowd'] canvas[data-state='ready']\").length === 16", NEXT_FACE);
    chrome.press(&[TAB]);
    focus(&chrome, "view-crowd");
    chrome.press(&[RIGHT]);
    focus(&chrome, "mix-angry");
    chrome.press(&[END]);
    chrome.wait(
        "an angrier blend",
        "return location.search.includes('mix=100-0-0-50-0-50-0')",
        NEXT_FACE,
    );
    focus(&chrome, "view-mixer");
    chrome.press(&[RIGHT]);
    focus(&chrome, "play");
    chrome.press(&[SPACE]);
    chrome.wait(
        "the walk pauses",
        "return document.querySelector(\"[data-testid='walk']\").dataset.playing === 'false'",
        NEXT_FACE,
    );
    assert_nothing_broken(&chrome, &site);
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
        let whole = "return !document.querySelector(\"[data-testid='progress'], canvas[data-state='loading']\")";
        chrome.wait("all is there", whole, NEXT_FACE);
        let controls: Vec<String> =
            serde_json::from_value(chrome.execute(CONTROLS)).expect("names");
        assert!(controls.len() > 10, "{view}: {controls:?}");
        chrome.execute("document.activeElement.blur(); window.reached = [];
            document.addEventListener('focusin', ({target}) => window.reached.push(target.dataset.testid ?? target.outerHTML))");
        chrome.press(&vec![TAB; controls.len() + 10]);
        let reached: Vec<String> =
            serde_json::from_value(chrome.execute("return window.reached")).expect("names");
        for control in &controls {
            assert!(
                reached.contains(control),
                "{view}: no way to {control} in {reached:?}"
            );
        }
    }
    // Saving, copying and going back do the same by a key as by a click.
    for (control, said) in [
        ("save", "Saved."),
        ("save-large", "Saved."),
        ("copy", "Picture copied."),
        ("copy-link", "Link copied."),
    ] {
        focus(&chrome, control);
        chrome.press(&[ENTER]);
        let script = format!(
            "return document.querySelector(\"[data-testid='said']\").innerText === '{said}'"
        );
        chrome.wait(&format!("{control}: {said}"), &script, NEXT_FACE);
    }
    saved(folder.path(), "seven-faces-acgan-happy-6.png");
    saved(folder.path(), "seven-faces-acgan-happy-6-large.png");
    // The blend of the mixer's view was shown between the two.
    focus_frame(&chrome, "recent-2");
    chrome.press(&[SPACE]);
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    for (view, frame, query) in [
        ("seven", "seven-fear", "emotion=fear"),
        ("crowd", "crowd-2", "seed=8"),
        ("compare", "compare-cgan", "gan=cgan"),
    ] {
        chrome.click(&format!("view-{view}"));
        focus_frame(&chrome, frame);
        chrome.press(&[ENTER]);
        let script = format!("return location.search.includes('{query}')");
        chrome.wait(&format!("{frame} by the keyboard"), &script, NEXT_FACE);
    }
    assert_nothing_broken(&chrome, &site);
}

#[test]
fn the_address_goes_along_and_back() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(
        &chrome,
        &site,
        "?gan=cgan&emotion=fear&seed=5&truncation=70&look=crisp&device=cpu",
    );
    let shown = large(&chrome, GanKind::Cgan, Emotion::Fear, 5);
    let recipe = Recipe {
        truncation: 0.7,
        ..Recipe::plain(5, Emotion::Fear)
    };
    assert_same_face(
        &shown,
        &native_recipe(&dist, GanKind::Cgan, &recipe),
        "truncation 70 %",
    );
    let first = search(&chrome);
    assert_eq!(
        first,
        "?gan=cgan&emotion=fear&seed=5&truncation=70&look=crisp&device=cpu"
    );
    chrome.click("emotion-sad");
    large(&chrome, GanKind::Cgan, Emotion::Sad, 5);
    chrome.click("view-seven");
    wait_for_search(
        &chrome,
        "?gan=cgan&emotion=sad&seed=5&view=seven&truncation=70&look=crisp&device=cpu",
    );
    chrome.back();
    large(&chrome, GanKind::Cgan, Emotion::Sad, 5);
    chrome.back();
    assert_same_face(
        &large(&chrome, GanKind::Cgan, Emotion::Fear, 5),
        &shown,
        "the first face again",
    );
    wait_for_search(&chrome, &first);
    chrome.execute("history.forward()");
    large(&chrome, GanKind::Cgan, Emotion::Sad, 5);
    chrome.back();
    wait_for_search(&chrome, &first);
    chrome.click("seven-angry".replace("seven", "emotion").as_str());
    large(&chrome, GanKind::Cgan, Emotion::Angry, 5);
    // A click on a small face makes it the large one.
    chrome.click("view-crowd");
    shown_face(
        &chrome,
        "crowd-3",
        GanKind::Cgan,
        Emotion::Angry,
        8,
        NEXT_FACE,
    );
    chrome.click("crowd-3");
    large(&chrome, GanKind::Cgan, Emotion::Angry, 8);
    assert_nothing_broken(&chrome, &site);
}

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

#[test]
fn a_morph_and_a_walk_move_smoothly_and_only_where_wanted() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6&emotion=neutral");
    let from = large(&chrome, GanKind::Acgan, Emotion::Neutral, SEED);
    record(&chrome, "face");
    chrome.click("emotion-surprise");
    let to = large(&chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    let frames = recorded(&chrome);
    assert_eq!(
        (frames.first(), frames.last()),
        (Some(&from), Some(&to)),
        "from one to the other"
    );
    let steps: Vec<f64> = frames
        .windows(2)
        .map(|pair| distance(&pair[0], &pair[1]))
        .collect();
    let (whole, largest) = (
        distance(&from, &to),
        steps.iter().copied().fold(0.0, f64::max),
    );
    let moving = steps.iter().filter(|step| **step > 0.0).count();
    println!(
        "morph: {} frames, {moving} of them differ; {whole:.1} in all, {largest:.1} at most",
        frames.len()
    );
    assert!(moving >= 5 && largest < 0.5 * whole, "{steps:?}");
    // The walk.
    chrome.click("view-walk");
    let text = "return document.querySelector(\"[data-testid='walk-rate']\").innerText.includes('/s shown')";
    chrome.wait("the walk", text, NEXT_FACE);
    record(&chrome, "walk");
    std::thread::sleep(Duration::from_secs(2));
    let frames = recorded(&chrome);
    let steps: Vec<f64> = frames
        .windows(2)
        .map(|pair| distance(&pair[0], &pair[1]))
        .collect();
    let (largest, moving) = (
        steps.iter().copied().fold(0.0, f64::max),
        steps.iter().filter(|step| **step > 0.0).count(),
    );
    println!(
        "walk: {} frames in two seconds, {moving} differ, {largest:.1} at most; {}",
        frames.len(),
        text_of(&chrome, "walk-rate")
    );
    assert!(moving >= 10, "{} frames, {moving} differ", frames.len());
    assert!(largest < 25.0, "a jump of {largest}");
    // A hidden tab stands still, and so does a paused walk.
    let person = || -> u64 {
        let text = text_of(&chrome, "walk-people");
        let number = text
            .split_whitespace()
            .nth(1)
            .and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("'{text}' names no person"))
    };
    let before = person();
    chrome.another_tab(true);
    std::thread::sleep(Duration::from_secs(6));
    chrome.another_tab(false);
    let after = person();
    println!("walk: at {before} before and at {after} after six hidden seconds");
    assert!(
        after <= before + 1,
        "six seconds are more than two people: {before} to {after}"
    );
    chrome.click("play");
    std::thread::sleep(Duration::from_millis(100));
    record(&chrome, "walk");
    std::thread::sleep(Duration::from_millis(500));
    let frames = recorded(&chrome);
    assert!(
        frames.windows(2).all(|pair| pair[0] == pair[1]),
        "a paused walk moves"
    );
    let address = chrome.execute("return location.search");
    assert!(
        address.to_string().contains(&format!("seed={}", person())),
        "the address of a paused walk names its person: {address}"
    );
    // Less motion: no morph, and no walk unless asked for.
    chrome.reduce_motion(true);
    open(&chrome, &site, "?seed=6&emotion=neutral");
    large(&chrome, GanKind::Acgan, Emotion::Neutral, SEED);
    record(&chrome, "face");
    chrome.click("emotion-surprise");
    large(&chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    let frames = recorded(&chrome);
    let changes = frames.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(changes, 1, "the face changes at once");
    chrome.click("view-walk");
    let still = "return document.querySelector(\"[data-testid='walk'][data-state='ready']\")?.dataset.playing === 'false'";
    chrome.wait("the walk stands", still, NEXT_FACE);
    // A visitor who changes their mind is heard at once.
    chrome.reduce_motion(false);
    chrome.click("play");
    let walking =
        "return document.querySelector(\"[data-testid='walk']\").dataset.playing === 'true'";
    chrome.wait("the walk goes on", walking, NEXT_FACE);
    chrome.reduce_motion(true);
    chrome.wait("the walk stands again", still, NEXT_FACE);
    assert_nothing_broken(&chrome, &site);
}

/// Waits for a download and returns it.
fn saved(folder: &Path, name: &str) -> Vec<u8> {
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

fn grey_of(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let image = image::load_from_memory(png).expect("a PNG").to_luma8();
    (image.width(), image.height(), image.into_raw())
}

/// A face on a picture `width` wide: each of its pixels, enlarged to a square, read at the middle.
fn enlarged_face(grey: &[u8], width: u32, [left, top]: [usize; 2], scale: usize) -> Vec<u8> {
    let middle = |pixel: usize| {
        let (x, y) = (pixel % IMAGE_SIDE, pixel / IMAGE_SIDE);
        let at = |corner: usize, place: usize| corner + place * scale + scale / 2;
        grey[at(top, y) * width as usize + at(left, x)]
    };
    (0..IMAGE_PIXELS).map(middle).collect()
}

#[test]
fn what_is_saved_and_copied_is_what_is_shown() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    chrome.allow_saving(folder.path());
    open(&chrome, &site, "?seed=6&look=crisp");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("save");
    let (width, height, grey) = grey_of(&saved(folder.path(), "seven-faces-acgan-happy-6.png"));
    assert_eq!((width, height), (48, 48));
    assert_eq!(grey, face, "the saved picture");
    chrome.click("view-compare");
    let other = shown_face(
        &chrome,
        "compare-cgan",
        GanKind::Cgan,
        Emotion::Happy,
        SEED,
        NEXT_FACE,
    );
    chrome.click("save");
    let (width, _, grey) = grey_of(&saved(folder.path(), "seven-faces-acgan-compare-6.png"));
    let left: Vec<u8> = grey
        .chunks(width as usize)
        .flat_map(|row| row[..IMAGE_SIDE].to_vec())
        .collect();
    assert_eq!((width, left), (96, other), "a sheet of both");
    chrome.click("view-seven");
    shown_face(
        &chrome,
        "seven-neutral",
        GanKind::Acgan,
        Emotion::Neutral,
        SEED,
        NEXT_FACE,
    );
    chrome.click("save-large");
    let (width, height, grey) =
        grey_of(&saved(folder.path(), "seven-faces-acgan-seven-6-large.png"));
    assert_eq!(
        (width, height),
        (7 * 200 + 8, 192 + 24 + 16),
        "seven enlarged in a row"
    );
    for (index, emotion) in Emotion::ALL.into_iter().enumerate() {
        let canvas = format!("seven-{emotion}");
        let face = shown_face(&chrome, &canvas, GanKind::Acgan, emotion, SEED, NEXT_FACE);
        let corner = [8 + 200 * index, 8];
        assert_eq!(
            enlarged_face(&grey, width, corner, 4),
            face,
            "{emotion} on the sheet"
        );
    }
    chrome.click("view-crowd");
    chrome.click("people-16");
    let last = shown_face(
        &chrome,
        "crowd-15",
        GanKind::Acgan,
        Emotion::Happy,
        SEED + 15,
        NEXT_FACE,
    );
    chrome.click("save");
    let (width, height, grey) = grey_of(&saved(folder.path(), "seven-faces-acgan-crowd-6.png"));
    assert_eq!((width, height), (192, 192), "four rows of four");
    assert_eq!(
        enlarged_face(&grey, width, [144, 144], 1),
        last,
        "the last of the crowd"
    );
    chrome.click("view-face");
    chrome.click("save-large");
    let (width, height, grey) =
        grey_of(&saved(folder.path(), "seven-faces-acgan-happy-6-large.png"));
    assert_eq!((width, height), (480, 480));
    assert_eq!(
        enlarged_face(&grey, width, [0, 0], 10),
        face,
        "enlarged crisply"
    );
    check_film(&chrome, folder.path(), &face);
    chrome.click("copy-link");
    chrome.wait(
        "the link is copied",
        "return document.querySelector(\"[data-testid='said']\").innerText === 'Link copied.'",
        NEXT_FACE,
    );
    let copied = chrome.execute("return navigator.clipboard.readText()");
    assert_eq!(copied, chrome.execute("return location.href"));
    chrome.click("view-face");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("copy");
    chrome.wait(
        "the picture is copied",
        "return document.querySelector(\"[data-testid='said']\").innerText === 'Picture copied.'",
        NEXT_FACE,
    );
    let types = chrome.execute("return navigator.clipboard.read().then((items) => items[0].types)");
    assert_eq!(types[0], "image/png", "{types}");
    let pixels = "return navigator.clipboard.read().then(([item]) => item.getType('image/png')).then(createImageBitmap).then((picture) => {
             const canvas = Object.assign(document.createElement('canvas'), {width: 480, height: 480});
             canvas.getContext('2d').drawImage(picture, 0, 0);
             return Array.from(canvas.getContext('2d').getImageData(0, 0, 480, 480).data).filter((_, index) => index % 4 === 0);
         })";
    let grey: Vec<u8> = serde_json::from_value(chrome.execute(pixels)).expect("bytes");
    assert_eq!(
        enlarged_face(&grey, 480, [0, 0], 10),
        face,
        "the copied picture"
    );
    assert_nothing_broken(&chrome, &site);
}

fn check_film(chrome: &Chrome, folder: &Path, first: &[u8]) {
    chrome.click("view-walk");
    chrome.click("save-film");
    let film = saved(folder, "seven-faces-walk-6.gif");
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(film.as_slice()).expect("a GIF");
    let mut frames = 0;
    while let Some(frame) = decoder.read_next_frame().expect("a whole GIF") {
        if frames == 0 {
            let side = IMAGE_SIDE * web::film::SCALE;
            let pixel = |n: usize| {
                frame.buffer
                    [n / IMAGE_SIDE * web::film::SCALE * side + n % IMAGE_SIDE * web::film::SCALE]
            };
            let shown: Vec<u8> = (0..IMAGE_PIXELS).map(pixel).collect();
            assert!(
                largest_difference(&shown, first) <= 1,
                "the film's first face"
            );
        }
        frames += 1;
    }
    assert_eq!(frames, web::film::FACES);
    println!("film: {frames} faces, {} bytes", film.len());
}

#[test]
fn the_page_works_without_a_network_after_the_first_visit() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.wait("the page is kept", KEPT, FIRST_FACE);
    let cached = chrome.execute("return caches.keys().then((names) => names.length)");
    assert_eq!(cached, 1, "one deployment is kept");
    let app = chrome.devtools("Page.getAppManifest", json!({}));
    assert_eq!(app["errors"], json!([]), "{app}");
    let reasons = chrome.devtools("Page.getInstallabilityErrors", json!({}));
    assert_eq!(
        reasons["installabilityErrors"],
        json!([]),
        "the page can be installed"
    );
    drop(site);
    chrome.reload();
    assert_same_face(
        &large(&chrome, GanKind::Acgan, Emotion::Happy, SEED),
        &face,
        "offline",
    );
    chrome.click("gan-cgan");
    assert_same_face(
        &large(&chrome, GanKind::Cgan, Emotion::Happy, SEED),
        &native_face(&dist, GanKind::Cgan, Emotion::Happy, SEED),
        "a network not used before",
    );
    chrome.click("opinion");
    let face = large(&chrome, GanKind::Cgan, Emotion::Happy, SEED);
    check_bars(&chrome, &dist, &face);
}

/// The site once more, as if its engine had changed: what is named after the deployment has another name.
fn next_deployment(dist: &Path, folder: &Path) -> String {
    let index = fs::read_to_string(dist.join("index.html")).expect("the page");
    let version = index
        .split("data-version=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let version = version.expect("the page names its deployment").to_owned();
    let next = "fedcba987654".to_owned();
    let script = format!(
        "set -eu; cp -r '{}/.' '{folder}'; cd '{folder}'; old() {{ sha256sum \"$1\" | cut -c1-64; }}
         i=$(old index.html); e=$(old engine.js)
         sed -i 's/{version}/{next}/g' index.html sw.js; echo '// new' >> engine.js
         sed -i \"s/$i/$(old index.html)/; s/$e/$(old engine.js)/\" sw.js",
        dist.display(),
        folder = folder.display(),
    );
    let made = std::process::Command::new("sh")
        .args(["-c", &script])
        .status();
    assert!(
        made.is_ok_and(|made| made.success()),
        "another deployment can be made"
    );
    next
}

/// Every page of the tab, oldest first: when it was asked for, when it was there (milliseconds), and of which
/// deployment it is; a passage is of none.
const REMEMBER_PAGES: &str = "addEventListener('DOMContentLoaded', () => {
    const pages = JSON.parse(sessionStorage.pages ?? '[]');
    pages.push([performance.timeOrigin, Date.now(), document.documentElement.dataset.version ?? null]);
    sessionStorage.pages = JSON.stringify(pages);
});";

/// A request that meets the takeover may wait for minutes: a passage to the next deployment waits before it asks.
fn assert_passages_take_their_time(chrome: &Chrome, first: &Value, next: &str) {
    let pages = chrome.execute("return JSON.parse(sessionStorage.pages)");
    let pages: Vec<(f64, f64, Value)> = serde_json::from_value(pages).expect("times, deployments");
    let (last, passages) = pages[1..].split_last().expect("pages after the kept one");
    assert_eq!((&pages[0].2, &last.2), (first, &json!(next)), "{pages:?}");
    assert!(!passages.is_empty(), "the kept page was left by a passage");
    assert!(passages.iter().all(|page| page.2.is_null()), "{pages:?}");
    let mut waits = pages[1..].windows(2).map(|two| two[1].0 - two[0].1);
    assert!(waits.all(|milliseconds| milliseconds >= 900.0), "{pages:?}");
}

#[test]
fn a_new_deployment_replaces_the_kept_one_as_a_whole() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.wait("the page is kept", KEPT, FIRST_FACE);
    let version = "return document.documentElement.dataset.version";
    let first = chrome.execute(version);
    let folder = tempfile::TempDir::new().expect("a folder");
    let next = next_deployment(&dist, folder.path());
    site.deploy(folder.path());
    chrome.run_before_pages(REMEMBER_PAGES);
    chrome.reload();
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(
        chrome.execute(version),
        first,
        "the kept page, with the kept engine"
    );
    let waiting =
        "return navigator.serviceWorker.getRegistration().then((it) => it?.waiting !== null)";
    chrome.execute("return navigator.serviceWorker.getRegistration().then((it) => it.update()).then(() => true)");
    chrome.wait("the next deployment waits", waiting, FIRST_FACE);
    chrome.reload();
    let changed = format!("return document.documentElement.dataset.version === '{next}'");
    chrome.wait("the next deployment", &changed, FIRST_FACE);
    assert_passages_take_their_time(&chrome, &first, &next);
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    let kept = chrome.execute("return caches.keys()");
    assert_eq!(kept.as_array().map(Vec::len), Some(1), "{kept}");
    assert!(
        kept[0].as_str().is_some_and(|name| name.ends_with(&next)),
        "{kept}"
    );
    drop(site);
    chrome.reload();
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(chrome.execute(version), next.as_str(), "and offline too");
}

#[test]
fn a_bundle_of_ones_own_is_played_with_and_a_bad_one_explained() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    let folder = fs::canonicalize(dist.join("models/cgan")).expect("a bundle");
    let (manifest, weights) = (
        folder.join("manifest.json"),
        folder.join("generator.safetensors"),
    );
    let error = "return document.querySelector(\"[data-testid='own-error']\")?.innerText";
    chrome.type_into("own-files", &weights.display().to_string());
    let said = chrome.wait("what is missing", error, NEXT_FACE);
    assert!(
        said.as_str()
            .is_some_and(|said| said.contains("there is no manifest.json")),
        "{said}"
    );
    let damaged = tempfile::TempDir::new().expect("a folder");
    let bad = damaged.path().join("generator.safetensors");
    let mut bytes = fs::read(&weights).expect("weights");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&bad, &bytes).expect("a damaged copy");
    chrome.type_into(
        "own-files",
        &format!("{}\n{}", manifest.display(), bad.display()),
    );
    let script = format!(
        "{error}?.includes('SHA-256') ? document.querySelector(\"[data-testid='own-error']\").innerText : null"
    );
    let said: Value = chrome.wait("the damage", &script, NEXT_FACE);
    println!("damaged bundle: {said}");
    if let Ok(axe) = audit::program() {
        audit::assert_accessible(&chrome, &axe, "a bundle refused");
    }
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.type_into(
        "own-files",
        &format!("{}\n{}", manifest.display(), weights.display()),
    );
    let own = "return document.querySelector(\"[data-testid='face'][data-state='ready']\")?.dataset.gan === 'own'";
    chrome.wait("one's own face", own, NEXT_FACE);
    let rgba = chrome.execute("return Array.from(document.querySelector(\"[data-testid='face']\").getContext('2d').getImageData(0, 0, 48, 48).data).filter((_, index) => index % 4 === 0)");
    let shown: Vec<u8> = serde_json::from_value(rgba).expect("bytes");
    assert_same_face(
        &shown,
        &native_face(&dist, GanKind::Cgan, Emotion::Happy, SEED),
        "one's own network",
    );
    assert_eq!(text_of(&chrome, "own-error"), "", "the error is gone");
    chrome.click("gan-acgan");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    // A folder, dropped anywhere on the page.
    chrome.drop_files("face", &[folder.display().to_string()]);
    chrome.wait("one's own face from a folder", own, NEXT_FACE);
    chrome.click("gan-acgan");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    // Half of a bundle, dropped.
    let drop = "return fetch('models/cgan/manifest.json').then((it) => it.blob()).then((blob) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([blob], 'manifest.json'));
        window.dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
        return true;
    })";
    chrome.execute(drop);
    let said = chrome.wait("what is missing", error, NEXT_FACE);
    assert!(
        said.as_str()
            .is_some_and(|said| said.contains("generator.safetensors")),
        "{said}"
    );
    assert_nothing_broken(&chrome, &site);
}

/// The trainer's judge, as the site has it.
fn judge(dist: &Path) -> JudgeBundle {
    let folder = dist.join("judge");
    let manifest = fs::read(folder.join(JudgeManifest::FILE)).expect("the site has a judge");
    let manifest = JudgeManifest::parse(&manifest).expect("its manifest is valid");
    let weights = fs::read(folder.join(&manifest.weights.file)).expect("the judge has weights");
    JudgeBundle::open(manifest, weights).expect("the judge is whole")
}

/// What the trainer's judge sees in a face.
fn native_opinion(dist: &Path, face: &[u8]) -> [f32; Emotion::COUNT] {
    let device = Device::flex();
    let judge = judge(dist).judge(&device).expect("the judge can be built");
    now(opinion(&judge, face, &device)).expect("the CPU judges")
}

/// Waits for the bars of the face shown and compares them with the trainer's judge.
fn check_bars(chrome: &Chrome, dist: &Path, face: &[u8]) {
    let script = "const bars = document.querySelector(\"[data-testid='opinion-bars'][data-state='ready']\");
        if (!bars) return null;
        return Array.from(bars.children).map((bar) => [bar.dataset.value, Number(bar.dataset.share), bar.innerText, bar.querySelector('.sf-bar span').style.width]);";
    let bars = chrome.wait("the second opinion", script, NEXT_FACE);
    let expected = native_opinion(dist, face);
    let mut sum = 0;
    for (index, emotion) in Emotion::ALL.into_iter().enumerate() {
        let bar = &bars[index];
        assert_eq!(bar[0], emotion.name());
        let share = bar[1].as_f64().unwrap_or(-1.0);
        let difference = (share - f64::from(expected[index])).abs();
        assert!(
            difference < 0.01,
            "{emotion}: {share} on the page, {} by the trainer",
            expected[index]
        );
        let text = bar[2].as_str().unwrap_or_default();
        let percent = text.split_whitespace().rev().nth(1);
        let percent = percent.unwrap_or_else(|| panic!("'{text}' names no share"));
        assert_eq!(bar[3], format!("{percent}%"), "the bar's length");
        sum += percent.parse::<u32>().expect("whole percent");
    }
    assert_eq!(sum, 100, "{bars}");
    println!("{}", text_of(chrome, "opinion-seen"));
}

#[test]
fn the_trainers_judge_gives_a_second_opinion_when_asked() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    open(&chrome, &site, "?seed=6");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_eq!(text_of(&chrome, "opinion-seen"), "", "nobody has asked");
    focus(&chrome, "opinion");
    chrome.press(&[ENTER]);
    check_bars(&chrome, &dist, &face);
    let said = text_of(&chrome, "opinion-honesty");
    let right = 100.0 * judge(&dist).manifest.training.accuracy;
    let honest = format!("right on {right:.0} % of real faces");
    assert!(said.contains(&honest), "'{said}' does not say '{honest}'");
    chrome.click("emotion-surprise");
    let face = large(&chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    check_bars(&chrome, &dist, &face);
    let axe = audit::program().expect("the audit");
    audit::assert_accessible(&chrome, &axe, "second opinion");
    keep_screenshots(&chrome, "opinion");
    // The picture of the page in README.md is a copy of this one.
    let picture = chrome.top(1200, 780);
    fs::write(test_output().join("page.png"), picture).expect("a picture can be written");
    assert!(
        search(&chrome).contains("opinion=yes"),
        "{}",
        search(&chrome)
    );
    chrome.reload();
    let face = large(&chrome, GanKind::Acgan, Emotion::Surprise, SEED);
    check_bars(&chrome, &dist, &face);
    chrome.click("view-mixer");
    let blend = shown_face(
        &chrome,
        "face",
        GanKind::Acgan,
        Emotion::Happy,
        SEED,
        NEXT_FACE,
    );
    check_bars(&chrome, &dist, &blend);
    chrome.click("opinion");
    chrome.wait(
        "folded away",
        "return !location.search.includes('opinion')",
        NEXT_FACE,
    );
    assert_nothing_broken(&chrome, &site);
}

#[test]
fn a_judge_that_cannot_be_downloaded_is_a_sentence_and_the_face_stays() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    site.trouble("/judge/", Trouble::Missing);
    open(&chrome, &site, "?seed=6");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("opinion");
    let error = "return document.querySelector(\"[data-testid='opinion-error']\")?.innerText";
    let said = chrome.wait("the sentence", error, NEXT_FACE).to_string();
    assert!(said.contains("404") && said.contains("judge/"), "{said}");
    assert_eq!(face_attribute(&chrome, "state"), "ready");
    chrome.click("emotion-sad");
    large(&chrome, GanKind::Acgan, Emotion::Sad, SEED);
    chrome.click("emotion-happy");
    large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    site.heal();
    chrome.click("judge-again");
    check_bars(&chrome, &dist, &face);
    assert_eq!(
        text_of(&chrome, "opinion-error"),
        "",
        "the sentence is gone"
    );
}

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
    let shown: Vec<u8> = serde_json::from_value(chrome.execute(pixels)).expect("bytes");
    assert_same_face(&shown, &face, "the face on another page");
}

#[test]
fn a_film_whose_worker_dies_goes_on_with_another_and_is_saved() {
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

/// The first face of a visit, which nothing had to be said about.
fn first_face(chrome: &Chrome) {
    shown_face(
        chrome,
        "face",
        GanKind::Acgan,
        Emotion::Happy,
        SEED,
        FIRST_FACE,
    );
    assert_eq!(text_of(chrome, "error"), "");
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_was() {
    for part in ["worker-cpu_bg.wasm", ".safetensors"] {
        let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
            return;
        };
        site.trouble(part, Trouble::CutOnce);
        chrome.open(&site.page("?seed=6"));
        first_face(&chrome);
        let rests = site.rests();
        println!("{part}: went on at byte {rests:?}");
        assert!(
            rests.iter().any(|start| *start > 1 << 17),
            "{part}: {rests:?}"
        );
    }
}

#[test]
fn a_download_that_falls_silent_is_asked_for_again_and_goes_on() {
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
