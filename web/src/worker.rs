//! The worker: takes one order at a time and answers it. Everything that can take long happens here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use model_core::bundle::Bundle;
use model_core::config::GanKind;
use model_core::generator::Generator;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::device::{self, Devices, Opened};
use crate::fetch;
use crate::inference::{draw, largest_difference};
use crate::protocol::{Backend, Order, Part, Progress, Reply};

/// WebGPU is trusted when its first face is within this many grey levels of the CPU's.
/// Rounding moves a pixel by one; a driver that computes wrongly moves it by dozens.
const TRUSTED_DIFFERENCE: u8 = 4;

/// What the worker has opened and downloaded so far.
#[derive(Default)]
struct Studio {
    devices: Devices,
    bundles: HashMap<GanKind, Bundle>,
    generators: HashMap<(GanKind, Backend), Generator>,
}

/// Starts taking orders.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| died(panic.to_string())));
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    // Empty while an order is under way.
    let studio = Rc::new(RefCell::new(Some(Studio::default())));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let studio = studio.clone();
        wasm_bindgen_futures::spawn_local(async move { answer(&studio, &event.data()).await });
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget(); // It lives as long as the worker.
    post(&Reply::Started, &[]);
}

async fn answer(studio: &RefCell<Option<Studio>>, message: &JsValue) {
    let text = message.as_string().unwrap_or_default();
    let order: Order = match serde_json::from_str(&text) {
        Ok(order) => order,
        Err(error) => {
            return fail(format!(
                "The engine got an order that it cannot read: {error}."
            ));
        }
    };
    let taken = studio.borrow_mut().take();
    let Some(mut at_work) = taken else {
        return fail("The engine got a second order while it was busy.".into());
    };
    match at_work.fulfil(order).await {
        Ok((reply, pixels)) => post(&reply, &pixels),
        Err(reply) => post(&reply, &[]),
    }
    studio.replace(Some(at_work));
}

impl Studio {
    async fn fulfil(&mut self, order: Order) -> Result<(Reply, Vec<u8>), Reply> {
        let opened = self.devices.open(order.device, died).await;
        let backend = opened.running.backend;
        post(&Reply::Running(opened.running.clone()), &[]);
        if !self.generators.contains_key(&(order.gan, backend)) {
            self.prepare(order.gan, &opened).await?;
        }
        let Some(generator) = self.generators.get(&(order.gan, backend)) else {
            return Err(failure(Backend::Cpu, "its generator is missing"));
        };
        let start = now();
        let pixels = draw(generator, order.emotion, order.seed, order.count)
            .await
            .map_err(|error| failure(backend, error))?;
        let reply = Reply::Faces {
            order,
            backend,
            milliseconds: now() - start,
        };
        Ok((reply, pixels))
    }

    /// Downloads, builds and warms up a generator; on WebGPU also checks it against the CPU.
    async fn prepare(&mut self, gan: GanKind, opened: &Opened) -> Result<(), Reply> {
        self.download(gan).await?;
        progress(Part::WarmUp, 0, None);
        let first = self.build(gan, opened).await?;
        if opened.running.backend == Backend::Webgpu {
            let expected = self.build(gan, &device::cpu(String::new())).await?;
            let difference = largest_difference(&first, &expected);
            if difference > TRUSTED_DIFFERENCE {
                self.generators.remove(&(gan, Backend::Webgpu));
                let text = format!("its first face is {difference} grey levels off the CPU's");
                return Err(failure(Backend::Webgpu, text));
            }
        }
        Ok(())
    }

    async fn download(&mut self, gan: GanKind) -> Result<(), Reply> {
        if self.bundles.contains_key(&gan) {
            return Ok(());
        }
        let bundle = fetch::bundle(gan, |loaded, total| {
            progress(Part::Weights, loaded, Some(total))
        })
        .await
        .map_err(|error| failure(Backend::Cpu, error))?;
        self.bundles.insert(gan, bundle);
        Ok(())
    }

    /// Builds a generator and makes its first face, which compiles the shaders.
    async fn build(&mut self, gan: GanKind, opened: &Opened) -> Result<Vec<u8>, Reply> {
        let backend = opened.running.backend;
        let Some(bundle) = self.bundles.get(&gan) else {
            return Err(failure(Backend::Cpu, "its bundle is missing"));
        };
        let generator = bundle
            .generator(&opened.device)
            .map_err(|error| failure(Backend::Cpu, error))?;
        let first = draw(&generator, model_core::emotion::Emotion::Neutral, 0, 1)
            .await
            .map_err(|error| failure(backend, error))?;
        self.generators.insert((gan, backend), generator);
        Ok(first)
    }
}

/// A failure of the backend: WebGPU's leads the page to the CPU, any other is the visitor's to see.
fn failure(backend: Backend, error: impl std::fmt::Display) -> Reply {
    match backend {
        Backend::Webgpu => Reply::GpuFailed {
            message: error.to_string(),
        },
        Backend::Cpu => Reply::Failed {
            message: format!("No face could be made: {error}."),
        },
    }
}

fn fail(message: String) {
    post(&Reply::Failed { message }, &[]);
}

/// The worker cannot go on: a panic, or the GPU device is lost.
fn died(message: String) {
    post(&Reply::Died { message }, &[]);
}

fn progress(part: Part, loaded: u64, total: Option<u64>) {
    let progress = Progress {
        part,
        loaded,
        total,
    };
    post(&Reply::Progress(progress), &[]);
}

/// Sends a reply and its bytes; there is nobody to tell when that fails.
fn post(reply: &Reply, pixels: &[u8]) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let text = serde_json::to_string(reply).unwrap_or_default();
    let message = Array::of2(&text.into(), &Uint8Array::from(pixels));
    let _ = scope.post_message(&message);
}

/// Milliseconds since the worker started.
fn now() -> f64 {
    let scope = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>();
    let performance = scope.ok().and_then(|scope| scope.performance());
    performance.map_or(0.0, |performance| performance.now())
}
