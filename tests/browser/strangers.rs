//! What strangers may write into addresses and bundles, what a visit asks for, and everything by pointer.

use std::fs;

use model_core::bundle::{Describes, Manifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::site::Trouble;
use crate::visit::KEPT;
use crate::{
    FIRST_FACE, NEXT_FACE, SEED, Visit, assert_nothing_broken, face_attribute, shown_face, text_of,
};

/// Markup that would run if it were taken for any.
const MARKUP: &str =
    "<img src=x onerror=\"window.harmed = true\"><script>window.harmed = true</script>";

fn face(visit: &Visit, gan: GanKind, emotion: Emotion, seed: u64) {
    shown_face(&visit.chrome, "face", gan, emotion, seed, FIRST_FACE);
}

/// Nothing that a stranger wrote has become part of the page, or has run.
fn assert_unharmed(visit: &Visit, what: &str) {
    let harmed =
        "return window.harmed === true || document.querySelector('main img, main script') !== null";
    assert_eq!(visit.chrome.execute(harmed), false, "{what}");
}

#[test]
fn markup_in_the_address_is_nothing_but_a_wrong_value() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    let markup: String = MARKUP.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for name in [
        "seed",
        "emotion",
        "gan",
        "view",
        "mix",
        "truncation",
        "look",
        "device",
        "people",
    ] {
        let query = format!("?{name}={markup}");
        visit.chrome.open(&visit.site.page(&query));
        face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
        assert_unharmed(&visit, name);
    }
    let raw = "?seed=6&x=\"><svg/onload=window.harmed=true>#\"><svg/onload=window.harmed=true>";
    visit.chrome.open(&visit.site.page(raw));
    face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    assert_unharmed(&visit, "unescaped");
}

#[test]
fn markup_in_a_manifest_is_shown_as_text_and_nothing_is_uploaded() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.chrome.open(&visit.site.page("?seed=6"));
    face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    let bundle = visit.dist.join("models/cgan");
    let manifest = fs::read(bundle.join(Manifest::FILE)).expect("a manifest");
    let mut manifest = Manifest::parse(&manifest).expect("a valid manifest");
    manifest.training.data = MARKUP.to_owned();
    let folder = tempfile::TempDir::new().expect("a folder");
    let weights = folder.path().join(&manifest.weights.file);
    fs::copy(bundle.join(&manifest.weights.file), &weights).expect("the weights are copied");
    let hostile = folder.path().join(Manifest::FILE);
    fs::write(&hostile, manifest.to_json().expect("JSON")).expect("the manifest is written");
    visit.chrome.wait("the site is kept", KEPT, FIRST_FACE);
    let asked = visit.site.requests().len();
    let files = format!("{}\n{}", hostile.display(), weights.display());
    visit.chrome.type_into("own-files", &files);
    let own = "return document.querySelector(\"[data-testid='face'][data-state='ready']\")?.dataset.gan === 'own'";
    visit.chrome.wait("one's own face", own, NEXT_FACE);
    let shown = text_of(&visit.chrome, "own");
    assert!(shown.contains(MARKUP), "shown as text: {shown}");
    assert_unharmed(&visit, "a manifest");
    let since = visit.site.requests().split_off(asked);
    assert_eq!(
        since,
        Vec::<String>::new(),
        "requests for a bundle of one's own"
    );
}

/// Tells the page what the worker asks for: the browser's own record leaves workers out.
const WORKER_TELLS: &str = "{ const channel = new BroadcastChannel('asked'); const real = self.fetch;
    self.fetch = (input, init) => { channel.postMessage(String(input.url ?? input)); return real(input, init); }; }\n";
const PAGE_HEARS: &str =
    "window.asked = []; new BroadcastChannel('asked').onmessage = ({ data }) => asked.push(data);";

#[test]
fn the_worker_asks_its_own_site_alone() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.site.run_before_engine(WORKER_TELLS);
    visit.chrome.run_before_pages(PAGE_HEARS);
    visit.chrome.open(&visit.site.page("?seed=6"));
    face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    let asked = visit.chrome.execute("return window.asked");
    let asked: Vec<String> = serde_json::from_value(asked).expect("addresses");
    for part in [
        "worker-cpu_bg.wasm",
        "manifest.json",
        "generator.safetensors",
    ] {
        assert!(
            asked.iter().any(|address| address.contains(part)),
            "{part}: {asked:?}"
        );
    }
    let origin = visit.site.origin();
    assert!(
        asked.iter().all(|address| address.starts_with(&origin)),
        "{asked:?}"
    );
}

#[test]
fn every_control_answers_to_the_pointer() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    let (chrome, site) = (&visit.chrome, &visit.site);
    chrome.open(&site.page("?seed=6"));
    face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    let holds = |what: &str| {
        let script = format!("return location.search.includes('{what}')");
        chrome.wait(&format!("the address holds {what}"), &script, NEXT_FACE);
    };
    chrome.click("emotion-fear");
    face(&visit, GanKind::Acgan, Emotion::Fear, SEED);
    chrome.click("recent-1");
    face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("dice");
    chrome.wait(
        "another person",
        "return !/seed=6(&|$)/.test(location.search)",
        NEXT_FACE,
    );
    chrome.click("generate");
    chrome.wait(
        "a face",
        "return document.querySelector(\"[data-testid='face']\").dataset.state === 'ready'",
        NEXT_FACE,
    );
    chrome.click("settings");
    chrome.click("truncation");
    holds("truncation=50");
    chrome.click("look-crisp");
    holds("look=crisp");
    chrome.click("device-cpu");
    holds("device=cpu");
    chrome.click("view-seven");
    shown_seven(&visit);
    chrome.click("seven-sad");
    holds("emotion=sad");
    chrome.click("view-crowd");
    chrome.click("people-16");
    let sixteen = "return document.querySelectorAll(\"[data-testid='crowd'] canvas[data-state='ready']\").length === 16";
    chrome.wait("16 people", sixteen, NEXT_FACE);
    chrome.click("view-mixer");
    chrome.click("mix-angry");
    // The middle of the slider, where the pointer falls, is 50 or next to it.
    let angrier = "return /mix=(49|50|51)-0-0-50-0-50-0/.test(location.search)";
    chrome.wait("an angrier blend", angrier, NEXT_FACE);
    chrome.click("mix-random");
    let another = "return !/mix=..-0-0-50-0-50-0/.test(location.search)";
    chrome.wait("another blend", another, NEXT_FACE);
    chrome.click("view-compare");
    shown_pair(&visit);
    chrome.click("compare-cgan");
    holds("gan=cgan");
    chrome.click("view-walk");
    chrome.click("play");
    let paused =
        "return document.querySelector(\"[data-testid='walk']\").dataset.playing === 'false'";
    chrome.wait("the walk pauses", paused, NEXT_FACE);
    assert_nothing_broken(chrome, site);
}

fn shown_seven(visit: &Visit) {
    let seven = "return document.querySelectorAll(\"[data-testid^='seven-'][data-state='ready']\").length === 7";
    visit.chrome.wait("seven faces", seven, NEXT_FACE);
}

fn shown_pair(visit: &Visit) {
    let pair = "return document.querySelectorAll(\"[data-testid^='compare-'][data-state='ready']\").length === 2";
    visit.chrome.wait("two faces", pair, NEXT_FACE);
}

#[test]
fn the_table_shows_the_figures_of_the_manifests() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.chrome.open(&visit.site.page("?seed=6"));
    face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    for gan in GanKind::ALL {
        let row = format!("metrics-{gan}");
        let there = format!("return document.querySelector(\"[data-testid='{row}']\") !== null");
        visit.chrome.wait("the table", &there, NEXT_FACE);
        let bytes = fs::read(visit.dist.join(format!("models/{gan}/{}", Manifest::FILE)));
        let manifest = Manifest::parse(&bytes.expect("a manifest")).expect("a valid manifest");
        let metric = |name: &str| manifest.training.metrics[name];
        let shown = text_of(&visit.chrome, &row);
        let seen: String = shown
            .chars()
            .filter(|letter| *letter != '\u{202f}')
            .collect();
        for expected in [
            manifest.training.images_seen.to_string(),
            format!("{:.1}", metric("kernel_distance_x1000")),
            format!("{:.0} %", 100.0 * metric("label_accuracy")),
        ] {
            assert!(seen.contains(&expected), "{gan}: {expected} in '{shown}'");
        }
    }
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
        face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
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
        face(&visit, GanKind::Acgan, Emotion::Happy, SEED);
    }
}
