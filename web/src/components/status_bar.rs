//! Which backend runs, why, and how fast it is.

use leptos::prelude::*;

use crate::page::state::Page;

/// The backend in a sentence, and the time it takes for a face.
#[component]
pub fn StatusBar(page: RwSignal<Page>) -> impl IntoView {
    let sentence = Memo::new(move |_| page.with(Page::backend_sentence));
    let ms_per_face = Memo::new(move |_| match page.read().ms_per_face {
        Some(ms) => format!("{:.0} ms a face", ms.max(1.0)),
        None => String::new(),
    });
    view! {
        <div class="sf-status">
            <p data-testid="status" class="sf-hint" role="status">{move || sentence.get()}</p>
            <p data-testid="ms-per-face" class="sf-hint">{move || ms_per_face.get()}</p>
        </div>
    }
}
