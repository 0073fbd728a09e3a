//! The worker's messages: each is taken in, answered, and nothing else is done meanwhile.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::protocol::Reply;
use crate::worker::engine::Engine;
use crate::worker::report::{died, failed, post};

/// Starts taking requests.
pub fn start() {
    // Empty while a request is under way.
    let engine = Rc::new(RefCell::new(Some(Engine::default())));
    let listening = listen(died, move |message| {
        let engine = engine.clone();
        wasm_bindgen_futures::spawn_local(async move { answer(&engine, &message).await });
    });
    if listening {
        post(&Reply::Started, &[]);
    }
}

/// Passes every message on, and the end of the program by a panic; false where this is no worker.
pub fn listen(died: fn(String), mut hear: impl FnMut(JsValue) + 'static) -> bool {
    std::panic::set_hook(Box::new(move |panic| {
        // Where in the program it happened says nothing to a visitor.
        let message = panic.payload_as_str().unwrap_or("the engine stopped");
        died(message.to_owned());
    }));
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return false;
    };
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(event.data()));
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget(); // It lives as long as the worker.
    true
}

async fn answer(idle: &RefCell<Option<Engine>>, message: &JsValue) {
    let taken = idle.borrow_mut().take();
    let Some(mut engine) = taken else {
        let message = "The engine got a second request while it was busy.";
        return post(&failed(message.into()), &[]);
    };
    let answered = if let Some(files) = message.dyn_ref::<Array>() {
        engine.open(files).await
    } else if let Some(face) = message.dyn_ref::<Uint8Array>() {
        engine.classify(&face.to_vec()).await
    } else {
        let request = message.as_string().unwrap_or_default();
        engine.make(&request).await
    };
    match answered {
        Ok((reply, pixels)) => post(&reply, &pixels),
        Err(reply) => post(&reply, &[]),
    }
    idle.replace(Some(engine));
}
