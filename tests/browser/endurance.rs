//! Many faces and a long walk: memory stays as it was. By itself a tenth of each is run; with `SEVEN_FACES_SLOW=1`
//! all of it, which takes half an hour on two cores.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::chrome::Chrome;
use crate::{FIRST_FACE, Visit};

/// Runs before the page's program and before the engine: keeps their WebAssembly memories, and lets the page ask for the worker's.
const WATCH: &str = "
globalThis.memories = [];
for (const name of ['instantiate', 'instantiateStreaming']) {
  const real = WebAssembly[name];
  WebAssembly[name] = async (...all) => {
    const made = await real.apply(WebAssembly, all);
    memories.push((made.instance ?? made).exports.memory);
    return made;
  };
}
if (!globalThis.document) {
  const asked = new BroadcastChannel('memory');
  asked.onmessage = () => asked.postMessage(memories.at(-1).buffer.byteLength);
}
";
/// An hour is over in minutes: clocks run faster, and repaints follow each other without a pause.
const HASTE: &str = "
const clock = performance.now.bind(performance);
performance.now = () => clock() * 25;
globalThis.requestAnimationFrame &&= (step) => setTimeout(() => step(performance.now()));
";
/// People in an hour's walk.
const HOUR: u64 = 1500;
/// Pictures in the page's album: so many faces fill it.
const ALBUM: u64 = 400;
/// What caches may still grow by, in bytes.
const PLAY: i64 = 2 << 20;
/// The same for the browser's processes together, which free memory when they like to.
const RESIDENT_PLAY: i64 = 64 << 20;

/// All of a number, or a tenth of it where nobody asked for the whole.
fn share(whole: u64) -> u64 {
    if std::env::var_os("SEVEN_FACES_SLOW").is_some() {
        return whole;
    }
    println!(
        "shortened: {} of {whole}; set SEVEN_FACES_SLOW=1 for all",
        whole / 10
    );
    whole / 10
}

/// Bytes in use.
struct Memory {
    script: i64,
    page: i64,
    worker: i64,
    /// All of the browser's processes; 0 where the system does not tell.
    resident: i64,
}

impl Memory {
    fn of(chrome: &Chrome) -> Self {
        chrome.devtools("HeapProfiler.collectGarbage", json!({}));
        let metrics = chrome.devtools("Performance.getMetrics", json!({}));
        let metrics = metrics["metrics"].as_array().expect("metrics");
        let heap = metrics.iter().find(|one| one["name"] == "JSHeapUsedSize");
        let script = heap.and_then(|one| one["value"].as_f64());
        let page = chrome.execute("return memories.at(-1).buffer.byteLength");
        let worker = chrome.execute(
            "return new Promise((done) => {
                 const ask = new BroadcastChannel('memory');
                 ask.onmessage = ({data}) => { ask.close(); done(data); };
                 ask.postMessage('?');
             })",
        );
        Self {
            script: script.expect("a heap") as i64,
            page: page.as_i64().expect("the page's memory"),
            worker: worker.as_i64().expect("the worker's memory"),
            resident: resident(chrome.pid()),
        }
    }

    fn assert_flat_since(&self, before: &Self, what: &str) {
        let megabytes = |bytes: i64| bytes as f64 / 1e6;
        for (name, before, after, play) in [
            ("scripts", before.script, self.script, PLAY),
            ("the page's program", before.page, self.page, PLAY),
            ("the worker", before.worker, self.worker, PLAY),
            (
                "all processes",
                before.resident,
                self.resident,
                RESIDENT_PLAY,
            ),
        ] {
            let (one, other) = (megabytes(before), megabytes(after));
            println!("{what}: {name}: {one:.1} MB before, {other:.1} MB after");
            assert!(
                after - before <= play,
                "{what}: {name} grew to {other:.1} MB from {one:.1} MB"
            );
        }
    }
}

/// Resident bytes of a process and of all that come from it.
fn resident(root: u32) -> i64 {
    const PAGE: i64 = 4096;
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let number = |text: &str| text.parse::<u32>().ok();
    let ids: Vec<u32> = processes
        .filter_map(|entry| number(entry.file_name().to_str()?))
        .collect();
    // "pid (name) state parent ...": names may hold spaces.
    let parent = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        number(stat.rsplit(')').next()?.split_whitespace().nth(1)?)
    };
    let is_ours = |id: &u32| {
        std::iter::successors(Some(*id), |id| parent(*id)).any(|ancestor| ancestor == root)
    };
    let size = |id: u32| {
        let statm = fs::read_to_string(format!("/proc/{id}/statm")).ok()?;
        statm.split_whitespace().nth(1)?.parse::<i64>().ok()
    };
    let pages: i64 = ids.into_iter().filter(is_ours).filter_map(size).sum();
    pages * PAGE
}

/// Opens the page with its memories watched.
fn watched(webgpu: bool, query: &str, also: &str) -> Option<Visit> {
    let visit = Visit::begin(webgpu)?;
    let script = format!("{WATCH}{also}");
    visit.site.run_before_engine(&script);
    visit.chrome.run_before_pages(&script);
    visit.chrome.devtools("Performance.enable", json!({}));
    visit.chrome.open(&visit.site.page(query));
    Some(visit)
}

/// Makes the faces of these seeds one after the other, as a visitor would who types and presses enter.
fn generate(chrome: &Chrome, seeds: std::ops::Range<u64>) {
    let script = format!(
        "window.made = false;
         const face = document.querySelector(\"[data-testid='face']\"), field = document.getElementById('seed');
         let seed = {};
         const step = () => {{
             if (face.dataset.state === 'ready' && face.dataset.seed === String(seed)) seed += 1;
             if (seed === {}) return void (window.made = true);
             if (field.value !== String(seed)) {{
                 field.value = seed;
                 field.dispatchEvent(new Event('input', {{bubbles: true}}));
                 field.form.requestSubmit();
             }}
             requestAnimationFrame(step);
         }};
         step();",
        seeds.start, seeds.end
    );
    let ready =
        "return document.querySelector(\"[data-testid='face']\")?.dataset.state === 'ready'";
    chrome.wait("the first face", ready, FIRST_FACE);
    chrome.execute(&script);
    let limit = Duration::from_secs(seeds.end - seeds.start);
    chrome.wait("the last face", "return window.made", limit);
}

/// Walks on to a person.
fn walk_to(chrome: &Chrome, person: u64) {
    let script = format!(
        "const text = document.querySelector(\"[data-testid='walk-people']\")?.innerText ?? '';
         return Number(text.split(' ')[1]) >= {person}"
    );
    chrome.wait(
        &format!("person {person}"),
        &script,
        Duration::from_secs(1800),
    );
}

fn a_walk_keeps_memory_flat(webgpu: bool, people: u64) {
    let Some(visit) = watched(webgpu, "?seed=0&view=walk", HASTE) else {
        return;
    };
    let chrome = &visit.chrome;
    walk_to(chrome, 20);
    let before = Memory::of(chrome);
    walk_to(chrome, 20 + people);
    let what = format!("a walk past {people} people, WebGPU {webgpu}");
    Memory::of(chrome).assert_flat_since(&before, &what);
}

fn a_thousand_generations_keep_memory_flat(webgpu: bool) {
    let Some(visit) = watched(webgpu, "?seed=0&opinion=yes", "") else {
        return;
    };
    let chrome = &visit.chrome;
    let count = share(1000);
    generate(chrome, 0..share(ALBUM) + 20);
    let before = Memory::of(chrome);
    generate(chrome, 1000..1000 + count);
    let what = format!("{count} generations, WebGPU {webgpu}");
    Memory::of(chrome).assert_flat_since(&before, &what);
}

#[test]
fn a_thousand_generations_on_the_cpu_keep_memory_flat() {
    a_thousand_generations_keep_memory_flat(false);
}

#[test]
fn a_thousand_generations_on_webgpu_keep_memory_flat() {
    a_thousand_generations_keep_memory_flat(true);
}

#[test]
fn an_hours_walk_on_the_cpu_keeps_memory_flat() {
    a_walk_keeps_memory_flat(false, share(HOUR));
}

#[test]
fn an_hours_walk_on_webgpu_keeps_memory_flat() {
    a_walk_keeps_memory_flat(true, share(HOUR));
}
