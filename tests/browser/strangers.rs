//! What strangers may write into addresses and bundles, and what a visit asks for.

use std::fs;

use model_core::bundle::{Describes, Manifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::shown::text_of;
use crate::visit::{KEPT, first_large};
use crate::{FIRST_FACE, NEXT_FACE, SEED, Visit};

/// Markup that would run if it were taken for any.
const MARKUP: &str =
    "<img src=x onerror=\"window.harmed = true\"><script>window.harmed = true</script>";

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
        first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
        assert_unharmed(&visit, name);
    }
    let raw = "?seed=6&x=\"><svg/onload=window.harmed=true>#\"><svg/onload=window.harmed=true>";
    visit.chrome.open(&visit.site.page(raw));
    first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
    assert_unharmed(&visit, "unescaped");
}

#[test]
fn markup_in_a_manifest_is_shown_as_text_and_nothing_is_uploaded() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.chrome.open(&visit.site.page("?seed=6"));
    first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
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

/// Reports to the page what the worker asks for: the browser's own record leaves workers out.
const WORKER_REPORTS: &str = "{ const channel = new BroadcastChannel('asked'); const real = self.fetch;

    self.fetch = (input, init) => { channel.postMessage(String(input.url ?? input)); return real(input, init); }; }\n";
const PAGE_HEARS: &str =
    "window.asked = []; new BroadcastChannel('asked').onmessage = ({ data }) => asked.push(data);";

#[test]
fn the_worker_asks_its_own_site_alone() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.site.run_before_engine(WORKER_REPORTS);
    visit.chrome.run_before_pages(PAGE_HEARS);
    visit.chrome.open(&visit.site.page("?seed=6"));
    first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
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
