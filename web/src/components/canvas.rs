//! Grey bytes onto a canvas.

use model_core::latent::latent;
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::emotion_picker::title;
use crate::state::Picture;

/// Paints a face and writes beside it what it is, both in one go: whoever reads the attributes
/// reads the pixels that belong to them.
pub fn show(canvas: &HtmlCanvasElement, picture: &Picture) -> Result<(), JsValue> {
    paint(canvas, &picture.pixels)?;
    canvas.set_attribute("data-emotion", picture.emotion.name())?;
    canvas.set_attribute("data-seed", &picture.seed.to_string())?;
    canvas.set_attribute("data-gan", picture.gan.name())?;
    canvas.set_attribute("data-backend", picture.backend.name())?;
    canvas.set_attribute("data-latent", &fingerprint(picture.seed))?;
    canvas.set_attribute("data-milliseconds", &format!("{:.1}", picture.milliseconds))?;
    canvas.set_attribute("aria-label", &description(picture))
}

/// The bits of the seed's first latents: equal here and in the trainer, or the faces would not be.
fn fingerprint(seed: u64) -> String {
    let bits: Vec<String> = latent(seed, 4)
        .iter()
        .map(|value| value.to_bits().to_string())
        .collect();
    bits.join(" ")
}

/// "Generated face, happy, ACGAN, seed 7".
pub fn description(picture: &Picture) -> String {
    let Picture {
        emotion, gan, seed, ..
    } = picture;
    let (emotion, gan) = (title(*emotion).to_lowercase(), gan.title());
    format!("Generated face, {emotion}, {gan}, seed {seed}")
}

fn paint(canvas: &HtmlCanvasElement, grey: &[u8]) -> Result<(), JsValue> {
    let side = IMAGE_SIDE as u32;
    let rgba: Vec<u8> = grey.iter().flat_map(|&g| [g, g, g, u8::MAX]).collect();
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side, side)?;
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or_else(|| JsValue::from_str("this browser paints no 2D canvas"))?
        .unchecked_into();
    context.put_image_data(&image, 0.0, 0.0)
}
