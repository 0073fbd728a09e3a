//! Giving way: a worker that computes without end hears no messages.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// A way to the end of the worker's queue. Not a timer: in a hidden tab those are slowed down, messages are not.
pub struct Turns(MessageChannel);

impl Turns {
    /// Opens a way.
    pub fn open() -> Result<Self, JsValue> {
        Ok(Self(MessageChannel::new()?))
    }

    /// Waits until the messages that have arrived are heard.
    pub async fn next(&self) -> Result<(), JsValue> {
        let (here, there) = (self.0.port1(), self.0.port2());
        let turn = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
        there.post_message(&JsValue::NULL)?;
        JsFuture::from(turn).await.map(drop)
    }
}
