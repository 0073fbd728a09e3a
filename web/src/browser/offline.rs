//! The page without a network: a service worker keeps one whole deployment.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Beside the page, so that it answers for the page's folder and no other.
const SCRIPT: &str = "./sw.js";

/// Lets the browser install the service worker. Called once a face is there, so that the copies for later
/// do not delay it.
pub fn install() {
    let navigator = window().navigator();
    let offered = js_sys::Reflect::has(&navigator, &JsValue::from_str("serviceWorker"));
    if !offered.unwrap_or(false) {
        return; // Browsers offer none on http pages; all else works without.
    }
    let registered = navigator.service_worker().register(SCRIPT);
    leptos::task::spawn_local(async move {
        if let Err(error) = wasm_bindgen_futures::JsFuture::from(registered).await {
            leptos::logging::warn!("The page could not be kept for offline use: {error:?}");
        }
    });
}
