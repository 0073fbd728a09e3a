//! Which backend runs, and why.

use leptos::prelude::*;

use crate::state::Page;

/// The backend in a sentence.
#[component]
pub fn StatusBar(page: RwSignal<Page>) -> impl IntoView {
    let sentence = Memo::new(move |_| page.with(Page::backend_sentence));
    view! { <p data-testid="status" class="sf-hint sf-status" role="status">{move || sentence.get()}</p> }
}
