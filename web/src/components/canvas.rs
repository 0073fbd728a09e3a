//! Grey bytes onto a canvas.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::latent::latent;
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::emotion_picker::title;
use crate::mood::Mood;
use crate::shot::{Network, Picture, Shot};

/// Paints a face and writes beside it what it is, both in one go: whoever reads the attributes
/// reads the pixels that belong to them.
pub fn show(canvas: &HtmlCanvasElement, picture: &Picture) -> Result<(), JsValue> {
    let shot = &picture.shot;
    paint(canvas, &picture.pixels)?;
    canvas.set_attribute("data-emotion", shot.mood.strongest().name())?;
    canvas.set_attribute("data-seed", &shot.seed.to_string())?;
    canvas.set_attribute("data-gan", name(shot.network))?;
    canvas.set_attribute("data-truncation", &shot.truncation.to_string())?;
    canvas.set_attribute("data-backend", picture.backend.name())?;
    canvas.set_attribute("data-latent", &fingerprint(shot.seed))?;
    canvas.set_attribute("data-milliseconds", &format!("{:.1}", picture.milliseconds))?;
    canvas.set_attribute("aria-label", &description(shot))
}

/// The bits of the seed's first latents: equal here and in the trainer, or the faces would not be.
fn fingerprint(seed: u64) -> String {
    let bits: Vec<String> = latent(seed, 4)
        .iter()
        .map(|value| value.to_bits().to_string())
        .collect();
    bits.join(" ")
}

/// "Generated face, happy, ACGAN, seed 6".
pub fn description(shot: &Shot) -> String {
    let (mood, gan, seed) = (mood_text(shot.mood), network_title(shot.network), shot.seed);
    format!(
        "Generated face, {}, {gan}, seed {seed}",
        mood.to_lowercase()
    )
}

/// "Happy", or "50 % happy, 50 % surprised".
pub fn mood_text(mood: Mood) -> String {
    match mood {
        Mood::Pure(emotion) => title(emotion).into(),
        Mood::Blend(_) => {
            let weights = mood.weights();
            let part = |emotion: &Emotion| {
                let percent = (weights[emotion.index()] * 100.0).round();
                let word = title(*emotion).to_lowercase();
                (percent >= 1.0).then(|| format!("{percent} % {word}"))
            };
            let parts: Vec<String> = Emotion::ALL.iter().filter_map(part).collect();
            parts.join(", ")
        }
    }
}

/// The network's name in attributes.
pub fn name(network: Network) -> &'static str {
    match network {
        Network::Site(gan) => gan.name(),
        Network::Own(_) => "own",
    }
}

/// The network's name for people.
pub fn network_title(network: Network) -> &'static str {
    match network {
        Network::Site(gan) => GanKind::title(gan),
        Network::Own(_) => "Yours",
    }
}

/// Paints 48x48 grey bytes.
pub fn paint(canvas: &HtmlCanvasElement, grey: &[u8]) -> Result<(), JsValue> {
    let side = IMAGE_SIDE as u32;
    let rgba: Vec<u8> = grey.iter().flat_map(|&g| [g, g, g, u8::MAX]).collect();
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side, side)?;
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or_else(|| JsValue::from_str("this browser paints no 2D canvas"))?
        .unchecked_into();
    context.put_image_data(&image, 0.0, 0.0)
}
