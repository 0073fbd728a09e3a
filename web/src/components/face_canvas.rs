//! The large face, its caption, and the morph from one expression to the next.

use leptos::html::Canvas;
use leptos::prelude::*;
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::JsValue;
use web_sys::HtmlCanvasElement;

use super::waiting::Waiting;
use crate::browser::canvas::{paint, show};
use crate::browser::motion::{animate, now};
use crate::page::album::{Picture, Pixels};
use crate::page::morph::{MORPH_MILLISECONDS, moment};
use crate::page::state::Page;
use crate::page::words::expression_text;

/// What the canvas shows at this moment.
#[derive(Default)]
struct OnCanvas {
    /// The picture shown, or the one that a morph leads to.
    picture: Option<Picture>,
    pixels: Vec<u8>,
    /// Counts morphs; a newer one ends an older.
    morph: u32,
    moving: bool,
}

/// The large face. `data-state` is `loading`, `morphing`, `ready` or `error`; the other attributes describe the pixels shown.
#[component]
pub fn FaceCanvas(page: RwSignal<Page>) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let face = Memo::new(move |_| page.read().face.clone());
    let state = Memo::new(move |_| page.with(Page::face_state));
    let on_canvas = StoredValue::new_local(OnCanvas::default());
    // One effect for pixels and state, so that "ready" never precedes the pixels.
    Effect::new(move || {
        let (Some(canvas), face, state) = (canvas.get(), face.get(), state.get()) else {
            return;
        };
        if let Err(error) = follow(&canvas, face, state, page, on_canvas) {
            leptos::logging::error!("The face could not be painted: {error:?}");
        }
    });
    let first = Memo::new(move |_| page.with(Page::is_first_face));
    let side = IMAGE_SIDE.to_string();
    view! {
        <figure class="sf-face">
            <div class="sf-plate sf-large" data-empty=move || face.read().is_none().to_string()
                data-first=move || first.get().to_string()>
                <canvas node_ref=canvas width=side.clone() height=side role="img" data-testid="face" data-state="loading"
                    aria-label="The face is not there yet"></canvas>
                <Waiting page=page />
            </div>
            <Caption page=page />
        </figure>
    }
}

/// Brings the canvas to the page's face: at once, or by a morph where the person stays the same.
fn follow(
    canvas: &HtmlCanvasElement,
    face: Option<Picture>,
    state: &'static str,
    page: RwSignal<Page>,
    on_canvas: StoredValue<OnCanvas, LocalStorage>,
) -> Result<(), JsValue> {
    let before = on_canvas.with_value(|shown| shown.picture.clone());
    let Some(face) = face else {
        return canvas.set_attribute("data-state", state);
    };
    if before.as_ref() == Some(&face) {
        return match on_canvas.with_value(|shown| shown.moving) && state == "ready" {
            true => Ok(()), // The morph's end says so.
            false => canvas.set_attribute("data-state", state),
        };
    }
    let same_person = before.is_some_and(|before| before.key.is_person_of(&face.key));
    let (moves, frames) = page.with_untracked(|page| (page.moves, page.morph_frames.clone()));
    on_canvas.update_value(|shown| {
        shown.morph += 1;
        shown.moving = same_person && moves;
        shown.picture = Some(face.clone());
    });
    if same_person && moves {
        canvas.set_attribute("data-state", "morphing")?;
        let frames = match frames.is_empty() {
            true => vec![face.pixels.clone()],
            false => frames,
        };
        morph(canvas.clone(), face, frames, page, on_canvas);
        return Ok(());
    }
    on_canvas.update_value(|shown| shown.pixels = face.pixels.to_vec());
    show(canvas, &face)?;
    canvas.set_attribute("data-state", state)
}

fn morph(
    canvas: HtmlCanvasElement,
    face: Picture,
    frames: Vec<Pixels>,
    page: RwSignal<Page>,
    on_canvas: StoredValue<OnCanvas, LocalStorage>,
) {
    let (from, number) = on_canvas.with_value(|shown| (shown.pixels.clone(), shown.morph));
    let start = now();
    animate(move |now| {
        let current = on_canvas.try_with_value(|shown| shown.morph);
        if current != Some(number) {
            return false;
        }
        let time = (now - start) / MORPH_MILLISECONDS;
        if time < 1.0 {
            let pixels = moment(&from, &frames, time);
            let painted = paint(&canvas, &pixels);
            on_canvas.update_value(|shown| shown.pixels = pixels);
            return painted.is_ok();
        }
        on_canvas.update_value(|shown| {
            shown.pixels = face.pixels.to_vec();
            shown.moving = false;
        });
        let state = page.with_untracked(Page::face_state);
        let ended = show(&canvas, &face).and_then(|()| canvas.set_attribute("data-state", state));
        if let Err(error) = ended {
            leptos::logging::error!("The face could not be painted: {error:?}");
        }
        false
    });
}

/// The edge print: what the face is.
#[component]
fn Caption(page: RwSignal<Page>) -> impl IntoView {
    let key = Memo::new(move |_| page.with(Page::large_key));
    let time = Memo::new(move |_| {
        let page = page.read();
        let time = page.face.as_ref().filter(|_| page.face_is_current());
        time.map(|face| format!("{:.0} ms", face.milliseconds))
    });
    view! {
        <figcaption class="sf-edge">
            <span class="sf-mark">{move || expression_text(key.read().expression)}</span>
            <span>{move || key.read().network.title()}</span>
            <span>{move || format!("No. {}", key.read().seed)}</span>
            <span class="sf-time" data-testid="milliseconds">{move || time.get().unwrap_or_else(|| "…".into())}</span>
        </figcaption>
    }
}
