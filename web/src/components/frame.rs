//! A small face that is a button.

use leptos::html::Canvas;
use leptos::prelude::*;
use model_core::pixels::IMAGE_SIDE;

use crate::browser::canvas::show;
use crate::page::face_key::FaceKey;
use crate::page::state::Page;

/// A face of the album under its caption; the previous one stays, dimmed, until the next is there.
#[component]
pub fn Frame(
    page: RwSignal<Page>,
    /// What it shows.
    #[prop(into)]
    face_key: Signal<FaceKey>,
    /// The canvas's `data-testid`.
    testid: String,
    /// Printed under the face.
    #[prop(into)]
    caption: Signal<String>,
    /// What a click does, for the visitor.
    hint: &'static str,
    /// Hears a click.
    on_pick: Callback<FaceKey>,
) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let picture = Memo::new(move |_| page.read().album.get(&face_key.get()).cloned());
    Effect::new(move || {
        let Some(canvas) = canvas.get() else { return };
        let painted = picture.with(|picture| match picture {
            Some(picture) => {
                show(&canvas, picture).and_then(|()| canvas.set_attribute("data-state", "ready"))
            }
            None => canvas.set_attribute("data-state", "loading"),
        });
        if let Err(error) = painted {
            leptos::logging::error!("A small face could not be painted: {error:?}");
        }
    });
    let pick = move |_| on_pick.run(face_key.get_untracked());
    let side = IMAGE_SIDE.to_string();
    view! {
        <button type="button" class="sf-frame-button" on:click=pick title=hint>
            <canvas node_ref=canvas width=side.clone() height=side role="img" data-testid=testid
                data-state="loading" aria-label="The face is not there yet"></canvas>
            <span class="sf-number">{caption}</span>
        </button>
    }
}
