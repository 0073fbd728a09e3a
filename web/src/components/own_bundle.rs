//! The visitor's own network: two files, dropped or picked, that never leave the browser.

use leptos::ev::{dragleave, dragover, drop};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::browser::own_files::{bundle, dropped, listed};
use crate::page::state::Page;

/// Takes a bundle of one's own, and says what became of it.
#[component]
pub fn OwnBundle(page: RwSignal<Page>) -> impl IntoView {
    let hovering = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    let bring = move |files: Vec<File>| {
        spawn_local(async move {
            match bundle(files).await {
                Ok(files) => page.update(|page| page.bring(files)),
                Err(message) => page.update(|page| page.refuse(message)),
            }
        });
    };
    let picked = move |_| {
        if let Some(input) = input.get_untracked() {
            bring(listed(input.files()));
            input.set_value(""); // The same file can be picked again.
        }
    };
    take_drops(hovering, bring);
    view! {
        <section class="sf-box sf-own" aria-labelledby="own-title" data-hovering=move || hovering.get().to_string()>
            <h2 id="own-title">"Your own network"</h2>
            <p>
                "Drop the folder of a bundle that you trained anywhere on this page, or pick its two files: "
                <code>"manifest.json"</code> " and " <code>"generator.safetensors"</code>
                ". They stay on your machine; nothing is uploaded."
            </p>
            <label class="sf-file">
                <input type="file" multiple accept=".json,.safetensors" data-testid="own-files" node_ref=input on:change=picked />
                <span>"Pick the two files"</span>
            </label>
            <Outcome page />
        </section>
    }
}

/// What is in use, or why not.
#[component]
fn Outcome(page: RwSignal<Page>) -> impl IntoView {
    let refusal = Memo::new(move |_| page.read().refusal.clone());
    let manifest = Memo::new(move |_| page.read().own.as_ref().map(|own| own.manifest.clone()));
    let in_use = move || {
        manifest.get().map(|manifest| {
            let (gan, parameters) = (manifest.gan.title(), manifest.weights.parameters as f64 / 1e6);
            let (images, data) = (manifest.training.images_seen, manifest.training.data);
            format!("The network “Yours”: {gan}, {parameters:.1} M parameters, {images} images of {data} seen.")
        })
    };
    view! {
        <p class="sf-hint" role="status" data-testid="own">{in_use}</p>
        <div role="alert">
            <Show when=move || refusal.read().is_some()>
                <p class="sf-refusal" data-testid="own-error">{move || refusal.get()}</p>
            </Show>
        </div>
    }
}

/// Files may fall anywhere on the page.
fn take_drops(hovering: RwSignal<bool>, bring: impl Fn(Vec<File>) + Copy + 'static) {
    let over = window_event_listener(dragover, move |event| {
        event.prevent_default(); // Or the browser would open the file in place of the page.
        hovering.set(true);
    });
    let leave = window_event_listener(dragleave, move |_| hovering.set(false));
    let fallen = window_event_listener(drop, move |event| {
        event.prevent_default();
        hovering.set(false);
        if let Some(transfer) = event.data_transfer() {
            let files = dropped(&transfer);
            spawn_local(async move { bring(files.await) });
        }
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        fallen.remove();
    });
}
