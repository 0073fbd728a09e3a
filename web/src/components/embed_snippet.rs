//! The code that shows the face on somebody else's page.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::save::{copy_text, outcome};
use crate::page::snippet::snippet;
use crate::page::state::Page;

/// Two lines of HTML for the face as it is set now, and a button that copies them.
#[component]
pub fn EmbedSnippet(page: RwSignal<Page>) -> impl IntoView {
    let address = window().location().href().unwrap_or_default();
    let code = Memo::new(move |_| snippet(&address, &page.with(Page::large_key)));
    let said = RwSignal::new(String::new());
    let copy = move |_| {
        if let Some(code) = code.get_untracked() {
            spawn_local(async move { said.set(outcome("Code copied.", copy_text(&code).await)) });
        }
    };
    let text = move || {
        let own = "Your own network stays on your machine, so no other page can show its faces.";
        code.get().unwrap_or_else(|| own.into())
    };
    view! {
        <section class="sf-box sf-embed" aria-labelledby="embed-title">
            <h2 id="embed-title">"On your own page"</h2>
            <p>"These lines show this emotion, network and seed on any page. The face is made in its visitor's browser, as here."</p>
            <pre data-testid="snippet"><code>{text}</code></pre>
            <button type="button" data-testid="copy-snippet" on:click=copy disabled=move || code.read().is_none()>"Copy code"</button>
            <span class="sf-hint" role="status" data-testid="snippet-said">{said}</span>
        </section>
    }
}
