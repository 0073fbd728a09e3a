//! How far from the average face.

use leptos::prelude::*;

use crate::page::state::Page;

/// Scales the latent vector: less is nearer to everybody's average.
#[component]
pub fn Truncation(page: RwSignal<Page>) -> impl IntoView {
    let percent = Memo::new(move |_| page.read().wanted.truncation);
    let set = move |value: String| {
        if let Ok(value) = value.parse::<u8>() {
            page.update(|page| page.want(|wanted| wanted.truncation = value.min(100)));
        }
    };
    view! {
        <div class="sf-slider">
            <label for="truncation">"Truncation"</label>
            <input type="range" id="truncation" data-testid="truncation" min="0" max="100" step="5" aria-describedby="truncation-hint"
                prop:value=move || percent.get().to_string()
                on:input:target=move |event| set(event.target().value()) />
            <output for="truncation">{move || format!("{} %", percent.get())}</output>
        </div>
        <p id="truncation-hint" class="sf-hint">"At 100 % a person is as the seed says; less brings everybody nearer to the average face."</p>
    }
}
