//! The built site in a real browser, with WebGPU and without: the faces on the page are those that
//! `native-trainer sample` makes.
//!
//! Every control by pointer and by keyboard, the address, files saved, the page offline, and what goes wrong.
//!
//! Needs the site (`trunk build --release`; `SEVEN_FACES_DIST` names another folder than `dist`), Chromium
//! and chromedriver. What is missing skips a test, unless `SEVEN_FACES_REQUIRE_BROWSER=1`.

#[path = "browser/audit.rs"]
mod audit;
#[path = "browser/chrome.rs"]
mod chrome;
#[path = "browser/endurance.rs"]
mod endurance;
#[path = "browser/foreign.rs"]
mod foreign;
#[path = "browser/gpu.rs"]
mod gpu;
#[path = "browser/site.rs"]
mod site;
#[path = "browser/strangers.rs"]
mod strangers;
#[path = "browser/visit.rs"]
mod visit;
#[path = "browser/widget.rs"]
mod widget;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use burn::tensor::Device;
use chrome::Chrome;
use model_core::bundle::{Bundle, Describes, Manifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::to_grey;
use serde_json::Value;
use site::{Site, Trouble};

/// Rounding differs between backends by less.
const TOLERANCE: u8 = 2;
const SEED: u64 = 6;
/// A software GPU compiles shaders for many seconds before the first face.
const FIRST_FACE: Duration = Duration::from_secs(240);
const NEXT_FACE: Duration = Duration::from_secs(90);

/// What every test begins with.
struct Visit {
    /// The built site's folder.
    dist: PathBuf,
    site: Site,
    chrome: Chrome,
}

impl Visit {
    /// A browser that has opened nothing yet; `None` where the site or the browser is missing.
    fn begin(webgpu: bool) -> Option<Self> {
        let dist = built_site()?;
        let site = Site::serve(&dist).expect("the site is served");
        let chrome = Chrome::start(webgpu).expect("chromium starts");
        Some(Self { dist, site, chrome })
    }
}

/// The built site, or `None` after saying what is missing.
fn built_site() -> Option<PathBuf> {
    match (tests::built_site(), chrome::installed()) {
        (Ok(dist), Ok(_)) => Some(dist),
        (Err(missing), _) | (_, Err(missing)) => {
            tests::skip(&missing);
            None
        }
    }
}

/// The generator of the site's bundle, on the CPU.
fn native_generator(dist: &Path, gan: GanKind) -> Generator {
    let folder = dist.join("models").join(gan.name());
    let manifest = fs::read(folder.join(Manifest::FILE)).expect("the site has a manifest");
    let manifest = Manifest::parse(&manifest).expect("the manifest is valid");
    let weights = fs::read(folder.join(&manifest.weights.file)).expect("the site has weights");
    let bundle = Bundle::open(manifest, weights).expect("the bundle is whole");
    bundle
        .generator(&Device::flex())
        .expect("the generator can be built")
}

/// The face that `native-trainer sample` makes.
fn native_face(dist: &Path, gan: GanKind, emotion: Emotion, seed: u64) -> Vec<u8> {
    let generator = native_generator(dist, gan);
    let faces = generator.faces(&[seed], &[emotion.weights()]).into_data();
    let signed = faces.as_slice::<f32>().expect("faces are 32-bit numbers");
    signed.iter().map(|&value| to_grey(value)).collect()
}

/// Waits until a canvas shows the face and returns its grey bytes.
fn shown_face(
    chrome: &Chrome,
    canvas: &str,
    gan: GanKind,
    emotion: Emotion,
    seed: u64,
    limit: Duration,
) -> Vec<u8> {
    let script = format!(
        "const canvas = document.querySelector(\"[data-testid='{canvas}']\");
         if (!canvas) return null;
         const {{state, gan, emotion, seed}} = canvas.dataset;
         if (state === 'error') throw new Error(document.body.innerText);
         if (state !== 'ready' || gan !== '{gan}' || emotion !== '{emotion}' || seed !== '{seed}') return null;
         const rgba = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
         return Array.from(rgba).filter((_, index) => index % 4 === 0);"
    );
    let what = format!("{canvas}: {gan}, {emotion}, seed {seed}");
    let pixels = chrome.wait(&what, &script, limit);
    let pixels = pixels.as_array().expect("pixels are an array");
    pixels
        .iter()
        .map(|grey| grey.as_u64().unwrap_or(999) as u8)
        .collect()
}

fn assert_same_face(shown: &[u8], expected: &[u8], what: &str) {
    assert_eq!(shown.len(), expected.len(), "{what}: number of pixels");
    let differences = shown.iter().zip(expected).map(|(a, b)| a.abs_diff(*b));
    let largest = differences.max().unwrap_or(0);
    println!("{what}: largest difference {largest} grey levels");
    assert!(
        largest <= TOLERANCE,
        "{what}: {largest} grey levels off, {TOLERANCE} allowed"
    );
}

/// An attribute of the large face.
fn face_attribute(chrome: &Chrome, name: &str) -> String {
    let script = format!(
        "return document.querySelector(\"[data-testid='face']\").getAttribute('data-{name}')"
    );
    chrome
        .execute(&script)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn text_of(chrome: &Chrome, testid: &str) -> String {
    let script = format!("return document.querySelector(\"[data-testid='{testid}']\")?.innerText");
    chrome
        .execute(&script)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Where pictures for people are kept.
fn test_output() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-output");
    fs::create_dir_all(&folder).expect("test-output can be made");
    folder
}

fn keep_screenshots(chrome: &Chrome, name: &str) {
    let folder = test_output();
    for (width, scheme) in [
        (1200, "light"),
        (1200, "dark"),
        (360, "light"),
        (360, "dark"),
    ] {
        let file = folder.join(format!("page-{name}-{width}-{scheme}.png"));
        chrome.resize(width, scheme);
        let wide = chrome.execute("return document.documentElement.scrollWidth");
        assert!(
            wide.as_u64() <= Some(width.into()),
            "{name}: {wide} pixels wide in a window of {width}"
        );
        fs::write(&file, chrome.screenshot()).expect("a screenshot can be written");
    }
    chrome.resize(1200, "light");
}

/// Chooses each GAN and each of the emotions with the pointer, and compares every face.
fn click_through(chrome: &Chrome, dist: &Path, backend: &str, emotions: &[Emotion]) {
    for (index, gan) in GanKind::ALL.into_iter().enumerate() {
        chrome.click(&format!("gan-{gan}"));
        for &emotion in emotions {
            chrome.click(&format!("emotion-{emotion}"));
            let limit = if index == 0 { FIRST_FACE } else { NEXT_FACE };
            let shown = shown_face(chrome, "face", gan, emotion, SEED, limit);
            let what = format!("{backend}, {gan}, {emotion}");
            assert_eq!(
                face_attribute(chrome, "backend"),
                backend,
                "{what}: backend"
            );
            let milliseconds: f64 = face_attribute(chrome, "milliseconds")
                .parse()
                .unwrap_or(-1.0);
            assert!(milliseconds >= 0.0, "{what}: {milliseconds} ms");
            println!("{what}: {milliseconds} ms");
            assert_same_face(&shown, &native_face(dist, gan, emotion, SEED), &what);
        }
    }
}

/// The console, without the messages a browser writes about itself.
fn assert_nothing_broken(chrome: &Chrome, site: &Site) {
    assert_eq!(
        site.not_found(),
        Vec::<String>::new(),
        "files that the page asked for in vain"
    );
    let log = chrome.log();
    let severe = |entry: &&Value| entry["level"] == "SEVERE";
    let errors: Vec<_> = log
        .as_array()
        .into_iter()
        .flatten()
        .filter(severe)
        .collect();
    assert!(
        errors.is_empty(),
        "errors in the browser's console: {errors:?}"
    );
}

#[test]
fn webgpu_makes_the_faces_of_native_trainer_sample() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(true) else {
        return;
    };
    chrome.open(&site.page("?gan=cgan&seed=6"));
    click_through(&chrome, &dist, "webgpu", &[Emotion::Happy, Emotion::Angry]);
    let status = text_of(&chrome, "status");
    assert!(
        status.starts_with("WebGPU on "),
        "the status says '{status}'"
    );
    chrome.click("view-compare");
    shown_face(
        &chrome,
        "compare-cgan",
        GanKind::Cgan,
        Emotion::Angry,
        SEED,
        NEXT_FACE,
    );
    assert_nothing_broken(&chrome, &site);
}

#[test]
fn the_cpu_makes_the_faces_of_native_trainer_sample() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    chrome.open(&site.page("?gan=acgan&emotion=surprise&seed=6"));
    let first = shown_face(
        &chrome,
        "face",
        GanKind::Acgan,
        Emotion::Surprise,
        SEED,
        FIRST_FACE,
    );
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Surprise, SEED);
    assert_same_face(&first, &expected, "the face of the address");
    let latent = tests::LATENT_OF_SEED_6
        .map(|bits| bits.to_string())
        .join(" ");
    assert_eq!(
        face_attribute(&chrome, "latent"),
        latent,
        "the latents of seed {SEED} in wasm"
    );
    click_through(&chrome, &dist, "cpu", &Emotion::ALL);
    let status = text_of(&chrome, "status");
    assert!(
        status.starts_with("CPU (wasm SIMD), because "),
        "the status says '{status}'"
    );
    println!("status: {status}");
    let query = chrome.execute("return location.search");
    assert_eq!(
        query, "?gan=acgan&emotion=neutral&seed=6",
        "the address follows"
    );
    assert_nothing_broken(&chrome, &site);
}

#[test]
fn the_page_itself_holds_no_network() {
    let Some(dist) = built_site() else { return };
    let files = fs::read_dir(&dist)
        .expect("the site can be listed")
        .flatten();
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let program = |entry: &fs::DirEntry| {
        name(entry).starts_with("page-") && name(entry).ends_with("_bg.wasm")
    };
    let sizes = files
        .filter(program)
        .map(|entry| entry.metadata().map_or(u64::MAX, |data| data.len()));
    let sizes: Vec<u64> = sizes.collect();
    assert_eq!(sizes.len(), 1, "one program of the page");
    assert!(
        sizes[0] < 800_000,
        "the page's program is {} bytes: has Burn got in?",
        sizes[0]
    );
}

#[test]
fn the_first_face_is_a_picture_of_what_the_network_makes() {
    let Some(dist) = built_site() else { return };
    let picture = image::open(dist.join("first-face.png")).expect("the picture of the first face");
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Happy, SEED);
    assert_same_face(
        &picture.into_luma8().into_raw(),
        &expected,
        "first-face.png",
    );
}

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
