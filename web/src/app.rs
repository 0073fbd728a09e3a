//! The page: puts the components together and keeps engine, address and state in step.

use leptos::prelude::*;

use crate::address::Wanted;
use crate::components::{
    EmotionPicker, FaceCanvas, FaceGrid, ModelToggle, Problem, SeedControl, StatusBar,
};
use crate::engine::Engine;
use crate::protocol::Reply;
use crate::state::{Page, Step};

/// Puts the page into the shell that index.html provides.
pub fn start() {
    let document = document();
    let Some(shell) = document.get_element_by_id("app") else {
        return;
    };
    shell.set_inner_html("");
    leptos::mount::mount_to(wasm_bindgen::JsCast::unchecked_into(shell), App).forget();
}

/// Everything between the title and the footer.
#[component]
pub fn App() -> impl IntoView {
    let query = window().location().search().unwrap_or_default();
    let page = RwSignal::new(Page::new(Wanted::from_query(&query)));
    drive(page);
    keep_address(page);
    let emotion = Memo::new(move |_| page.read().wanted.emotion);
    view! {
        <div class="sf-app" data-emotion=move || emotion.get().name()>
            <section class="sf-hero" aria-label="The face">
                <FaceCanvas page=page />
                <Problem page=page />
            </section>
            <section class="sf-controls" aria-label="What to show">
                <EmotionPicker page=page />
                <ModelToggle page=page />
                <SeedControl page=page />
                <StatusBar page=page />
            </section>
            <FaceGrid page=page />
        </div>
    }
}

/// Starts the engine and does, after every change, what [`Page::next_step`] says.
fn drive(page: RwSignal<Page>) {
    let hear = move |reply, pixels: Vec<u8>| page.update(|page| page.receive(reply, &pixels));
    let start = move || match Engine::start(hear) {
        Ok(engine) => Some(engine),
        Err(message) => {
            page.update(|page| page.receive(Reply::Died { message }, &[]));
            None
        }
    };
    let engine = StoredValue::new_local(start());
    Effect::new(move || {
        let step = page.with(Page::next_step);
        match step {
            Step::Wait => {}
            Step::Restart => {
                page.update(Page::restarted);
                engine.set_value(start());
            }
            Step::Send(order) => {
                page.update(|page| page.sent(order.clone()));
                let sent =
                    engine.with_value(|engine| engine.as_ref().map(|engine| engine.send(&order)));
                if let Some(Err(message)) = sent {
                    page.update(|page| page.receive(Reply::Failed { message }, &[]));
                }
            }
        }
    });
}

/// Keeps the address true, without a new entry in the history for every click.
fn keep_address(page: RwSignal<Page>) {
    let query = Memo::new(move |_| page.with(|page| page.wanted.to_query()));
    Effect::new(move || {
        let query = query.get();
        if let Ok(history) = window().history() {
            let state = wasm_bindgen::JsValue::NULL;
            let _ = history.replace_state_with_url(&state, "", Some(&query));
        }
    });
}
