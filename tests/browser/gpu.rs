//! WebGPU that is missing, refuses, gets lost or runs out of memory; and the visitor's choice of device.

use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::chrome::Chrome;
use crate::native::native_face;
use crate::shown::{assert_nothing_broken, assert_same_face, face_attribute, shown_face, text_of};
use crate::site::Trouble;
use crate::{FIRST_FACE, SEED, Visit};

/// Runs before the engine: from a message on, the GPU has no room for anything more, as where another program took it all: a new
/// buffer is no buffer, and none can be read.
const NO_MEMORY: &str = "
{ let spent = false;
  new BroadcastChannel('spend').onmessage = () => { spent = true; };
  const { createBuffer } = GPUDevice.prototype, { mapAsync } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (wish) { return createBuffer.call(this, spent ? { ...wish, size: 2 ** 40 } : wish); };
  GPUBuffer.prototype.mapAsync = function (...all) {
    return spent ? Promise.reject(new DOMException('no memory is left', 'OperationError')) : mapAsync.apply(this, all);
  }; }
";

#[test]
fn a_lost_gpu_leads_to_the_cpu() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(true) else {
        return;
    };
    chrome.open(&site.page("?gan=acgan&emotion=sad&seed=6"));
    shown_face(
        &chrome,
        "face",
        GanKind::Acgan,
        Emotion::Sad,
        SEED,
        FIRST_FACE,
    );
    assert_eq!(face_attribute(&chrome, "backend"), "webgpu");
    chrome.crash_gpu();
    let on_cpu = "return document.querySelector(\"[data-testid='face'][data-state='ready'][data-backend='cpu']\") !== null";
    chrome.wait("a face by the CPU", on_cpu, FIRST_FACE);
    let status = text_of(&chrome, "status");
    assert!(
        status.contains("because WebGPU failed: "),
        "the status says '{status}'"
    );
    println!("status: {status}");
}

#[test]
fn a_walk_continues_on_the_cpu_when_the_gpu_is_lost_or_out_of_memory() {
    for spent in [false, true] {
        let Some(Visit { site, chrome, .. }) = Visit::begin(true) else {
            return;
        };
        site.run_before_engine(NO_MEMORY);
        chrome.open(&site.page("?gan=acgan&seed=6&view=walk"));
        let made = "return document.querySelector(\"[data-testid='walk-rate']\")?.innerText.includes('/s made')
            && document.querySelector(\"[data-testid='status']\").innerText.startsWith('WebGPU on ')";
        chrome.wait("the walk by WebGPU", made, FIRST_FACE);
        let person = |atleast: u64| {
            format!(
                "return Number(document.querySelector(\"[data-testid='walk-people']\").innerText.split(' ')[1]) >= {atleast}"
            )
        };
        chrome.wait("the next person", &person(SEED), FIRST_FACE);
        match spent {
            true => drop(chrome.execute("new BroadcastChannel('spend').postMessage('all')")),
            false => chrome.crash_gpu(),
        }
        let failed = "return document.querySelector(\"[data-testid='status']\").innerText.includes('because WebGPU failed')";
        chrome.wait("the status says why", failed, FIRST_FACE);
        println!("memory spent: {spent}; {}", text_of(&chrome, "status"));
        chrome.wait("the walk continues", &person(SEED + 2), FIRST_FACE);
        let there = "return document.querySelector(\"[data-testid='walk-people']\").innerText.split(' ')[1]";
        let there: u64 = chrome
            .execute(there)
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a person");
        assert!(there < 40, "at {there}: not from where it was");
        assert_eq!(text_of(&chrome, "error"), "");
    }
}

/// Waits for the sad face, which must be the trainer's and the CPU's.
fn assert_sad_by_the_cpu(dist: &Path, chrome: &Chrome) {
    let face = shown_face(
        chrome,
        "face",
        GanKind::Acgan,
        Emotion::Sad,
        SEED,
        FIRST_FACE,
    );
    let expected = native_face(dist, GanKind::Acgan, Emotion::Sad, SEED);
    assert_same_face(&face, &expected, "the face by the CPU");
    assert_eq!(face_attribute(chrome, "backend"), "cpu");
}

#[test]
fn a_visitor_continues_after_an_error_on_the_cpu() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(true) else {
        return;
    };
    site.trouble(".safetensors", Trouble::Missing);
    chrome.open(&site.page("?gan=acgan&emotion=sad&seed=6"));
    let error = "return document.querySelector(\"[data-testid='error']\")?.innerText";
    chrome.wait("an error is shown", error, FIRST_FACE);
    site.heal();
    chrome.click("use-cpu");
    assert_sad_by_the_cpu(&dist, &chrome);
    assert!(text_of(&chrome, "status").contains("you chose it"));
}

/// What a page shows whose WebGPU fails as `script` makes it, and why the status says that the CPU works.
fn on_the_cpu_because(script: &str) -> Option<String> {
    let Visit { dist, site, chrome } = Visit::begin(true)?;
    site.run_before_engine(script);
    chrome.open(&site.page("?gan=acgan&emotion=sad&seed=6"));
    assert_sad_by_the_cpu(&dist, &chrome);
    assert_eq!(text_of(&chrome, "error"), "");
    let status = text_of(&chrome, "status");
    println!("status: {status}");
    status
        .strip_prefix("CPU (wasm SIMD), because ")
        .map(str::to_owned)
}

#[test]
fn a_browser_without_webgpu_or_without_an_adapter_gets_the_cpus_faces_and_the_reason() {
    let without = "Object.defineProperty(WorkerNavigator.prototype, 'gpu', { value: undefined });";
    let no_adapter = "GPU.prototype.requestAdapter = async () => null;";
    for (script, expected) in [
        (without, "this browser has no WebGPU"),
        (no_adapter, "this browser offers no WebGPU adapter"),
    ] {
        let Some(reason) = on_the_cpu_because(script) else {
            return;
        };
        assert!(reason.starts_with(expected), "the status says '{reason}'");
    }
}

#[test]
fn an_adapter_that_refuses_leads_to_the_cpu_and_says_so() {
    let script = "GPUAdapter.prototype.requestDevice = () => Promise.reject(new DOMException('no device for you', 'OperationError'));";
    let Some(reason) = on_the_cpu_because(script) else {
        return;
    };
    assert!(reason.contains("WebGPU"), "the status says '{reason}'");
}

#[test]
fn a_visitor_switches_between_webgpu_and_the_cpu_and_back() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(true) else {
        return;
    };
    chrome.open(&site.page("?gan=acgan&emotion=sad&seed=6"));
    let shown = |backend: &str| {
        let script = format!(
            "return document.querySelector(\"[data-testid='face'][data-state='ready'][data-backend='{backend}']\") !== null"
        );
        chrome.wait(&format!("a face by {backend}"), &script, FIRST_FACE);
    };
    shown("webgpu");
    chrome.click("settings");
    for (device, backend) in [
        ("cpu", "cpu"),
        ("auto", "webgpu"),
        ("cpu", "cpu"),
        ("webgpu", "webgpu"),
    ] {
        chrome.click(&format!("device-{device}"));
        shown(backend);
    }
    assert_nothing_broken(&chrome, &site);
}
