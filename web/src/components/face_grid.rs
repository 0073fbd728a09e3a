//! The contact sheet: the people of the next seeds, with the same emotion.

use leptos::html::Canvas;
use leptos::prelude::*;
use model_core::pixels::IMAGE_SIDE;

use super::canvas::show;
use crate::state::{GRID, Page};

/// Sixteen more faces. A click on one makes it the large one.
#[component]
pub fn FaceGrid(page: RwSignal<Page>) -> impl IntoView {
    let frames = (0..GRID).map(|index| view! { <li><Frame page index /></li> });
    view! {
        <section class="sf-sheet" aria-labelledby="sheet-title">
            <h2 id="sheet-title" class="sf-legend">"More people, same emotion"</h2>
            <ol class="sf-grid" data-testid="grid">{frames.collect_view()}</ol>
        </section>
    }
}

/// A small face with its seed as frame number.
#[component]
fn Frame(page: RwSignal<Page>, index: usize) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let picture = Memo::new(move |_| page.read().grid[index].clone());
    let current = Memo::new(move |_| page.with(|page| page.frame_is_current(index)));
    let seed = Memo::new(move |_| page.read().wanted.seed.wrapping_add(index as u64 + 1));
    Effect::new(move || {
        let Some(canvas) = canvas.get() else { return };
        let painted = picture.with(|picture| match picture {
            Some(picture) => show(&canvas, picture),
            None => Ok(()),
        });
        if let Err(error) = painted {
            leptos::logging::error!("A small face could not be painted: {error:?}");
        }
    });
    let pick = move |_| page.update(|page| page.want(|wanted| wanted.seed = seed.get_untracked()));
    let side = IMAGE_SIDE.to_string();
    view! {
        <button type="button" class="sf-small-frame" on:click=pick title="Show this person large">
            <canvas node_ref=canvas width=side.clone() height=side role="img" data-testid=format!("frame-{index}")
                data-state=move || if current.get() { "ready" } else { "loading" } aria-label="The face is not there yet"></canvas>
            <span class="sf-number">{move || seed.get().to_string()}</span>
        </button>
    }
}
