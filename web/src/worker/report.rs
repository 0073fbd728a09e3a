//! What the worker says to the page.

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

use crate::protocol::{Backend, Part, Progress, Reply};

/// Sends a reply and its bytes; nobody is left to hear of it when that fails.
pub fn post(reply: &impl Serialize, pixels: &[u8]) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let text = serde_json::to_string(reply).unwrap_or_default();
    let message = Array::of2(&text.into(), &Uint8Array::from(pixels));
    let _ = scope.post_message(&message);
}

/// Says how far a download is.
pub fn progress(part: Part, loaded: u64, total: Option<u64>) {
    let progress = Progress {
        part,
        loaded,
        total,
    };
    post(&Reply::Progress(progress), &[]);
}

/// Says that the worker cannot continue: a panic, or the GPU device is lost.
pub fn died(message: String) {
    post(&Reply::Died { message }, &[]);
}

/// The reply to a request that failed.
pub fn failed(message: String) -> Reply {
    Reply::Failed { message }
}

/// A failure of the backend: WebGPU's leads the page to the CPU, any other is the visitor's to see.
pub fn failure(backend: Backend, error: impl std::fmt::Display) -> Reply {
    match backend {
        Backend::Webgpu => Reply::GpuFailed {
            message: error.to_string(),
        },
        Backend::Cpu => failed(format!("No face could be made: {error}.")),
    }
}
