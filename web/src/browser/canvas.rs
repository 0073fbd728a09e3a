//! Grey bytes onto a canvas.

use model_core::latent::latent;
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::page::album::Picture;
use crate::page::words::description;

/// Paints a face and writes beside it what it is, both in one go: whoever reads the attributes
/// reads the pixels that belong to them.
pub fn show(canvas: &HtmlCanvasElement, picture: &Picture) -> Result<(), JsValue> {
    let key = &picture.key;
    paint(canvas, &picture.pixels)?;
    canvas.set_attribute("data-emotion", key.expression.strongest().name())?;
    canvas.set_attribute("data-seed", &key.seed.to_string())?;
    canvas.set_attribute("data-gan", key.network.name())?;
    canvas.set_attribute("data-truncation", &key.truncation.to_string())?;
    canvas.set_attribute("data-backend", picture.backend.name())?;
    canvas.set_attribute("data-latent", &fingerprint(key.seed))?;
    canvas.set_attribute("data-milliseconds", &format!("{:.1}", picture.milliseconds))?;
    canvas.set_attribute("aria-label", &description(key))
}

/// The bits of the seed's first latents: equal here and in the trainer, or the faces would not be.
fn fingerprint(seed: u64) -> String {
    let bits: Vec<String> = latent(seed, 4)
        .iter()
        .map(|value| value.to_bits().to_string())
        .collect();
    bits.join(" ")
}

/// Paints 48x48 grey bytes.
pub fn paint(canvas: &HtmlCanvasElement, grey: &[u8]) -> Result<(), JsValue> {
    let side = IMAGE_SIDE as u32;
    let rgba: Vec<u8> = grey.iter().flat_map(|&g| [g, g, g, u8::MAX]).collect();
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side, side)?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0)
}

/// What a canvas is painted with.
fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas.get_context("2d")?;
    let context = context.ok_or_else(|| JsValue::from_str("this browser paints no 2D canvas"))?;
    Ok(context.unchecked_into())
}
