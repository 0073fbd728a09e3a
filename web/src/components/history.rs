//! The history: the faces that were large last.

use leptos::prelude::*;

use super::canvas::mood_text;
use super::frame::Frame;
use crate::shot::Shot;
use crate::state::{Page, RECENT};

/// A row of the last faces, newest first. A click on one brings it back.
#[component]
pub fn History(page: RwSignal<Page>) -> impl IntoView {
    let on_pick = Callback::new(move |shot: Shot| page.update(|page| page.go_back_to(shot)));
    let frame = move |index: usize| {
        let shot = Memo::new(move |_| {
            let page = page.read();
            let last = page.recent.get(index);
            last.copied().unwrap_or_else(|| page.large_shot())
        });
        let caption = Signal::derive(move || {
            let shot = shot.read();
            format!("{} {}", shot.seed, mood_text(shot.mood))
        });
        view! {
            <li><Frame page shot testid=format!("recent-{index}") caption hint="Back to this face" on_pick /></li>
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
