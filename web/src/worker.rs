//! The worker: takes one order, bundle or face to judge at a time and answers it. Everything that can take long happens here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use model_core::bundle::{Bundle, BundleError, Describes, Manifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::judge::Judge;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::device::{self, Devices, Opened};
use crate::fetch;
use crate::inference::{draw, largest_difference, opinion};
use crate::protocol::{Backend, Order, Part, Progress, Recipe, Reply, Running};

/// WebGPU is trusted when its first face is within this many grey levels of the CPU's.
/// Rounding moves a pixel by one; a driver that computes wrongly moves it by dozens.
const TRUSTED_DIFFERENCE: u8 = 4;

/// Whose generator: one of the site's, or the visitor's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    Site(GanKind),
    Own,
}

/// What the worker has opened and downloaded so far.
#[derive(Default)]
struct Studio {
    devices: Devices,
    bundles: HashMap<Source, Bundle>,
    generators: HashMap<(Source, Backend), Generator>,
    critic: Option<Critic>,
    /// What the page knows of the backend.
    told: Option<Running>,
}

/// The judge, once somebody wanted its opinion.
struct Critic {
    judge: Judge,
    accuracy: f64,
}

/// Starts taking orders.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // Where in the program it happened says nothing to a visitor.
        let message = panic.payload_as_str().unwrap_or("the engine stopped");
        died(message.to_owned());
    }));
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
    let taken = studio.borrow_mut().take();
    let Some(mut at_work) = taken else {
        return fail("The engine got a second order while it was busy.".into());
    };
    let answered = if let Some(files) = message.dyn_ref::<Array>() {
        at_work.open(files).await
    } else if let Some(face) = message.dyn_ref::<Uint8Array>() {
        at_work.judge(&face.to_vec()).await
    } else {
        let order = message.as_string().unwrap_or_default();
        at_work.fulfil(&order).await
    };
    match answered {
        Ok((reply, pixels)) => post(&reply, &pixels),
        Err(reply) => post(&reply, &[]),
    }
    studio.replace(Some(at_work));
}

impl Studio {
    async fn fulfil(&mut self, text: &str) -> Result<(Reply, Vec<u8>), Reply> {
        let order: Order = serde_json::from_str(text).map_err(|error| {
            failed(format!(
                "The engine got an order that it cannot read: {error}."
            ))
        })?;
        let recipes = order.recipes().map_err(|error| {
            failed(format!(
                "The engine got an order that it cannot fulfil: {error}."
            ))
        })?;
        let source = match order.own {
            true => Source::Own,
            false => Source::Site(order.gan),
        };
        let opened = self.devices.open(order.device, died).await;
        let backend = opened.running.backend;
        if self.told.as_ref() != Some(&opened.running) {
            post(&Reply::Running(opened.running.clone()), &[]);
            self.told = Some(opened.running.clone());
        }
        if !self.generators.contains_key(&(source, backend)) {
            self.prepare(source, &opened).await?;
        }
        let Some(generator) = self.generators.get(&(source, backend)) else {
            return Err(failure(Backend::Cpu, "its generator is missing"));
        };
        let start = now();
        let pixels = draw(generator, &recipes)
            .await
            .map_err(|error| failure(backend, error))?;
        let reply = Reply::Faces {
            order,
            backend,
            milliseconds: now() - start,
        };
        Ok((reply, pixels))
    }

    /// Opens the visitor's own bundle: manifest and weights as bytes. An earlier one stays until the new one has made a face.
    async fn open(&mut self, files: &Array) -> Result<(Reply, Vec<u8>), Reply> {
        let refused = |error: String| Reply::Refused {
            message: format!("This bundle cannot be used: {error}."),
        };
        let bytes = |index| {
            files
                .get(index)
                .dyn_into()
                .map(|file: Uint8Array| file.to_vec())
        };
        let (Ok(json), Ok(weights)) = (bytes(0), bytes(1)) else {
            return Err(refused("it did not arrive as two files".into()));
        };
        let bundle = read(&json, weights).map_err(|error| refused(error.to_string()))?;
        let generator = bundle
            .generator(&device::cpu(String::new()).device)
            .map_err(|error| refused(error.to_string()))?;
        draw(&generator, &[Recipe::plain(0, Emotion::Neutral)])
            .await
            .map_err(|error| refused(error.to_string()))?;
        let manifest = Box::new(bundle.manifest.clone());
        self.generators
            .retain(|(source, _), _| *source != Source::Own);
        self.generators
            .insert((Source::Own, Backend::Cpu), generator);
        self.bundles.insert(Source::Own, bundle);
        Ok((Reply::Opened { manifest }, Vec::new()))
    }

    /// Has the judge look at a face, on the CPU: one small picture is not worth compiling shaders for.
    async fn judge(&mut self, grey: &[u8]) -> Result<(Reply, Vec<u8>), Reply> {
        let unjudged = |error: String| Reply::Unjudged {
            message: format!("There is no second opinion: {error}."),
        };
        let device = device::cpu(String::new()).device;
        let critic = match &mut self.critic {
            Some(critic) => critic,
            none => {
                let bundle =
                    fetch::judge(|loaded, total| progress(Part::Judge, loaded, Some(total)))
                        .await
                        .map_err(|error| unjudged(error.to_string()))?;
                let judge = bundle
                    .judge(&device)
                    .map_err(|error| unjudged(error.to_string()))?;
                let accuracy = bundle.manifest.training.accuracy;
                none.insert(Critic { judge, accuracy })
            }
        };
        let shares = opinion(&critic.judge, grey, &device)
            .await
            .map_err(|error| unjudged(error.to_string()))?;
        let accuracy = critic.accuracy;
        Ok((Reply::Judged { shares, accuracy }, Vec::new()))
    }

    /// Downloads and builds a generator; on WebGPU also warms it up, which compiles the shaders, and checks its first
    /// face against the CPU's.
    async fn prepare(&mut self, source: Source, opened: &Opened) -> Result<(), Reply> {
        self.download(source).await?;
        let generator = self.build(source, opened)?;
        let backend = opened.running.backend;
        if backend == Backend::Webgpu {
            progress(Part::WarmUp, 0, None);
            let on_cpu = self.build(source, &device::cpu(String::new()))?;
            let first = first_face(&generator, backend).await?;
            let expected = first_face(&on_cpu, Backend::Cpu).await?;
            self.generators.insert((source, Backend::Cpu), on_cpu);
            let difference = largest_difference(&first, &expected);
            if difference > TRUSTED_DIFFERENCE {
                let text = format!("its first face is {difference} grey levels off the CPU's");
                return Err(failure(backend, text));
            }
        }
        self.generators.insert((source, backend), generator);
        Ok(())
    }

    async fn download(&mut self, source: Source) -> Result<(), Reply> {
        let Source::Site(gan) = source else {
            return Ok(()); // The visitor brought it; without it, `build` says so.
        };
        if self.bundles.contains_key(&source) {
            return Ok(());
        }
        let bundle = fetch::bundle(gan, |loaded, total| {
            progress(Part::Weights, loaded, Some(total))
        })
        .await
        .map_err(|error| failure(Backend::Cpu, error))?;
        self.bundles.insert(source, bundle);
        Ok(())
    }

    fn build(&self, source: Source, opened: &Opened) -> Result<Generator, Reply> {
        let Some(bundle) = self.bundles.get(&source) else {
            return Err(failure(Backend::Cpu, "its bundle is missing"));
        };
        bundle
            .generator(&opened.device)
            .map_err(|error| failure(Backend::Cpu, error))
    }
}

async fn first_face(generator: &Generator, backend: Backend) -> Result<Vec<u8>, Reply> {
    draw(generator, &[Recipe::plain(0, Emotion::Neutral)])
        .await
        .map_err(|error| failure(backend, error))
}

fn read(json: &[u8], weights: Vec<u8>) -> Result<Bundle, BundleError> {
    Bundle::open(Manifest::parse(json)?, weights)
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

fn failed(message: String) -> Reply {
    Reply::Failed { message }
}

fn fail(message: String) {
    post(&failed(message), &[]);
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
