//! The large face, its caption, and the progress of what it waits for.

use leptos::html::Canvas;
use leptos::prelude::*;
use model_core::pixels::IMAGE_SIDE;

use super::canvas::show;
use super::emotion_picker::title;
use crate::state::{Page, Phase};

/// The large face. `data-state` is `loading`, `ready` or `error`; the other attributes describe the pixels shown.
#[component]
pub fn FaceCanvas(page: RwSignal<Page>) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let picture = Memo::new(move |_| page.read().face.clone());
    let state = Memo::new(move |_| page.with(Page::face_state));
    // One effect for pixels and state, so that "ready" never precedes the pixels.
    Effect::new(move || {
        let (Some(canvas), state) = (canvas.get(), state.get()) else {
            return;
        };
        let painted = picture.with(|picture| match picture {
            Some(picture) => show(&canvas, picture),
            None => Ok(()),
        });
        match painted.and_then(|()| canvas.set_attribute("data-state", state)) {
            Ok(()) => {}
            Err(error) => leptos::logging::error!("The face could not be painted: {error:?}"),
        }
    });
    let side = IMAGE_SIDE.to_string();
    view! {
        <figure class="sf-face">
            <div class="sf-frame" data-empty=move || picture.read().is_none().to_string()>
                <canvas node_ref=canvas width=side.clone() height=side role="img" data-testid="face" data-state="loading"
                    aria-label="The face is not there yet"></canvas>
                <Waiting page=page />
            </div>
            <Caption page=page />
        </figure>
    }
}

/// The edge print: what the face is.
#[component]
fn Caption(page: RwSignal<Page>) -> impl IntoView {
    let wanted = Memo::new(move |_| page.read().wanted.clone());
    let time = Memo::new(move |_| {
        let page = page.read();
        let time = page.face.as_ref().filter(|_| page.face_is_current());
        time.map(|face| format!("{:.0} ms", face.milliseconds))
    });
    view! {
        <figcaption class="sf-edge">
            <span class="sf-mark">{move || title(wanted.read().emotion)}</span>
            <span>{move || wanted.read().gan.title()}</span>
            <span>{move || format!("No. {}", wanted.read().seed)}</span>
            <span class="sf-time" data-testid="milliseconds">{move || time.get().unwrap_or_else(|| "…".into())}</span>
        </figcaption>
    }
}

/// What the page waits for, with a bar as long as that is a download of known size.
#[component]
fn Waiting(page: RwSignal<Page>) -> impl IntoView {
    let shown = Memo::new(move |_| page.with(Page::face_state) == "loading");
    let progress = Memo::new(move |_| page.read().progress);
    let starting = Memo::new(move |_| page.read().phase == Phase::Starting);
    let text = move || match (progress.get(), starting.get()) {
        (Some(progress), _) => progress.to_string(),
        (None, true) => "Starting the engine".into(),
        (None, false) => "Making the face".into(),
    };
    let fraction = move || {
        let progress = progress.get()?;
        let total = progress.total.filter(|total| *total > 0)?;
        Some((progress.loaded as f64 / total as f64).min(1.0))
    };
    view! {
        <Show when=move || shown.get()>
            <div class="sf-waiting" data-testid="progress">
                <span>{text}</span>
                <progress max="1" prop:value=fraction aria-label="Loading"></progress>
            </div>
        </Show>
    }
}
