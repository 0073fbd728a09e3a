//! The page's end of the worker: starts it, passes requests on, hears replies.

use js_sys::{Array, Reflect, Uint8Array};
use model_core::config::GanKind;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::page::own_bundle::OwnFiles;
use crate::protocol::{DeviceChoice, Reply, Request};

/// Beside the page, so that it works from any folder.
const SCRIPT: &str = "./engine.js";
/// What `web/seal.sh` writes into index.html: the deployment that this page belongs to.
const VERSION: &str = "version";

/// A running worker; ends when dropped.
pub struct WorkerHandle {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl WorkerHandle {
    /// Starts a worker for a device, and for a network that it downloads while it starts; `hear` gets every reply and
    /// the bytes that came with it.
    pub fn start(
        choice: DeviceChoice,
        gan: Option<GanKind>,
        hear: impl Fn(Reply, Vec<u8>) + Copy + 'static,
    ) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address(choice, gan), &options)
            .map_err(|error| format!("This browser starts no workers: {error:?}."))?;
        let on_message = Closure::new(move |event: MessageEvent| {
            let (reply, pixels) = read(&event.data());
            hear(reply, pixels);
        });
        let on_error = Closure::new(move |event: Event| {
            event.prevent_default(); // Heard here; the page itself has not stopped.
            hear(
                Reply::Died {
                    message: crash(&event),
                },
                Vec::new(),
            );
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Sends a request.
    pub fn send(&self, request: &Request) -> Result<(), String> {
        let text = serde_json::to_string(request).map_err(|error| error.to_string())?;
        self.post(&text.into())
    }

    /// Sends the visitor's own bundle.
    pub fn open(&self, files: &OwnFiles) -> Result<(), String> {
        let bytes = |file: &[u8]| Uint8Array::from(file);
        self.post(&Array::of2(&bytes(&files.manifest), &bytes(&files.weights)))
    }

    /// Sends a face to the classifier.
    pub fn classify(&self, face: &[u8]) -> Result<(), String> {
        self.post(&Uint8Array::from(face))
    }

    fn post(&self, message: &JsValue) -> Result<(), String> {
        self.worker
            .post_message(message)
            .map_err(|error| format!("The engine takes no requests: {error:?}."))
    }
}

/// The script of the page's own deployment: under a plain name, a cache might have another one's.
fn address(choice: DeviceChoice, gan: Option<GanKind>) -> String {
    let root = leptos::prelude::document().document_element();
    let version = root.and_then(|root| root.get_attribute(&format!("data-{VERSION}")));
    let version = version.unwrap_or_default();
    let network = gan.map(|gan| format!("&gan={gan}")).unwrap_or_default();
    format!("{SCRIPT}?v={version}&device={}{network}", choice.name())
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn read(message: &JsValue) -> (Reply, Vec<u8>) {
    let parts = Array::from(message);
    let text = parts.get(0).as_string().unwrap_or_default();
    let pixels = Uint8Array::new(&parts.get(1)).to_vec();
    let reply = serde_json::from_str(&text).unwrap_or_else(|error| Reply::Died {
        message: format!("The engine said something unknown: {error}."),
    });
    (reply, pixels)
}

/// A crash carries a message, a script that cannot be loaded does not.
fn crash(event: &Event) -> String {
    let message = Reflect::get(event, &"message".into()).unwrap_or_default();
    match message.as_string() {
        Some(text) if !text.is_empty() => format!("The engine stopped: {text}."),
        _ => "The engine could not be loaded: check the connection.".into(),
    }
}
