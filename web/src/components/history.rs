//! The history: the faces that were large last.

use leptos::prelude::*;

use super::frame::Frame;
use crate::page::actions::RECENT;
use crate::page::face_key::FaceKey;
use crate::page::state::Page;
use crate::page::words::expression_text;

/// A row of the last faces, newest first. A click on one brings it back.
#[component]
pub fn History(page: RwSignal<Page>) -> impl IntoView {
    let on_pick = Callback::new(move |key: FaceKey| page.update(|page| page.go_back_to(key)));
    let frame = move |index: usize| {
        let key = Memo::new(move |_| {
            let page = page.read();
            let last = page.recent.get(index);
            last.copied().unwrap_or_else(|| page.large_key())
        });
        let caption = Signal::derive(move || {
            let key = key.read();
            format!("{} {}", key.seed, expression_text(key.expression))
        });
        view! {
            <li><Frame page face_key=key testid=format!("recent-{index}") caption hint="Back to this face" on_pick /></li>
        }
    };
    let count = Memo::new(move |_| page.read().recent.len().min(RECENT));
    view! {
        <section class="sf-history" aria-label="Shown last">
            <ol data-testid="history">
                <For each=move || 0..count.get() key=|index| *index children=frame />
            </ol>
        </section>
    }
}
