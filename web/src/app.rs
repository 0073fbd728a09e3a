//! The page: puts the components together and keeps engine, address and state in step.

use std::time::Duration;

use leptos::ev::popstate;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::address::{View, Wanted};
use crate::components::{
    CompareView, CrowdView, EmbedSnippet, EmotionMixer, EmotionPicker, FaceCanvas, History,
    MetricsTable, ModelToggle, OwnBundle, Problem, SaveBar, SecondOpinion, SeedControl, Settings,
    SevenView, StatusBar, ViewTabs, WalkView,
};
use crate::engine::Engine;
use crate::protocol::Reply;
use crate::state::{Page, Step, Task};
use crate::{motion, offline};

/// Puts the page into the shell that index.html provides.
pub fn start() {
    let page = RwSignal::new(Page::new(Wanted::from_query(&query())));
    page.update_untracked(|page| {
        page.moves = !motion::is_reduced();
        page.hidden = motion::is_hidden();
    });
    motion::when_reduced(move |reduced| page.update(|page| page.moves = !reduced));
    motion::when_hidden(move |hidden| page.update(|page| page.hidden = hidden));
    mount("app", move || view! { <App page /> });
    mount("metrics", move || view! { <MetricsTable page /> });
}

fn mount<V: IntoView + 'static>(id: &str, view: impl Fn() -> V + 'static) {
    if let Some(shell) = document().get_element_by_id(id) {
        shell.set_inner_html("");
        leptos::mount::mount_to(shell.unchecked_into(), view).forget();
    }
}

fn query() -> String {
    window().location().search().unwrap_or_default()
}

/// Everything between the title and how it works.
#[component]
pub fn App(page: RwSignal<Page>) -> impl IntoView {
    page.update_untracked(|page| page.want(|_| {}));
    drive(page);
    keep_address(page);
    keep_offline(page);
    let emotion = Memo::new(move |_| page.with(Page::large_shot).mood.strongest());
    let look = Memo::new(move |_| page.read().wanted.look);
    let view = Memo::new(move |_| page.read().wanted.view);
    let below = after_first_paint();
    view! {
        <div class="sf-app" data-whole=move || below.get().to_string() data-emotion=move || emotion.get().name() data-look=move || look.get().name()
            data-view=move || view.get().name()>
            <ViewTabs page />
            <section class="sf-stage" aria-label="Faces">
                <Stage page view />
                <Problem page />
            </section>
            <section class="sf-controls" aria-label="What to show">
                <Show when=move || view.get() == View::Mixer fallback=move || view! { <EmotionPicker page /> }>
                    <EmotionMixer page />
                </Show>
                <Show when=move || matches!(view.get(), View::Face | View::Mixer)>
                    <SecondOpinion page />
                </Show>
                <SeedControl page />
                <History page />
                <Show when=move || view.get() != View::Compare>
                    <ModelToggle page />
                </Show>
                <Settings page />
                <StatusBar page />
            </section>
            <Show when=move || below.get()>
                <SaveBar page />
                <OwnBundle page />
                <EmbedSnippet page />
            </Show>
        </div>
    }
}

/// Turns true after the page was painted for the first time: what lies below the faces is built then, so that the page's
/// thread is never kept for long.
fn after_first_paint() -> RwSignal<bool> {
    let painted = RwSignal::new(false);
    request_animation_frame(move || set_timeout(move || painted.set(true), Duration::ZERO));
    painted
}

/// The faces of the view. The large face stays in place from one expression to a blend.
#[component]
fn Stage(page: RwSignal<Page>, view: Memo<View>) -> impl IntoView {
    let stage = Memo::new(move |_| match view.get() {
        View::Mixer => View::Face,
        other => other,
    });
    move || match stage.get() {
        View::Face | View::Mixer => view! { <FaceCanvas page /> }.into_any(),
        View::Seven => view! { <SevenView page /> }.into_any(),
        View::Crowd => view! { <CrowdView page /> }.into_any(),
        View::Walk => view! { <WalkView page /> }.into_any(),
        View::Compare => view! { <CompareView page /> }.into_any(),
    }
}

/// Starts the engine and does, after every change, what [`Page::next_step`] says.
fn drive(page: RwSignal<Page>) {
    let hear = move |reply, pixels: Vec<u8>| page.update(|page| page.receive(reply, &pixels));
    let first = move || page.with_untracked(|page| (page.device(), page.site_network()));
    let start = move || match Engine::start(first().0, first().1, hear) {
        Ok(engine) => Some(engine),
        Err(message) => {
            page.update(|page| page.receive(Reply::Died { message }, &[]));
            None
        }
    };
    let engine = StoredValue::new_local(start());
    let send = move |message: &dyn Fn(&Engine) -> Result<(), String>| {
        let sent = engine.with_value(|engine| engine.as_ref().map(message));
        if let Some(Err(message)) = sent {
            page.update(|page| page.receive(Reply::Failed { message }, &[]));
        }
    };
    Effect::new(move || {
        let step = page.with(Page::next_step);
        match step {
            Step::Wait => {}
            Step::Restart => {
                page.update(Page::restarted);
                engine.set_value(start());
            }
            Step::Send(order, task) => {
                page.update(|page| page.sent(task));
                send(&|engine| engine.send(&order));
            }
            Step::Open(files) => {
                page.update(|page| page.sent(Task::Open(files.clone())));
                send(&|engine| engine.open(&files));
            }
            Step::Judge(face) => {
                page.update(|page| page.sent(Task::Judge(face.shot)));
                send(&|engine| engine.judge(&face.pixels));
            }
        }
    });
}

/// Keeps address and state true to each other. A step to another place is an entry in the history; sliders and
/// settings change the entry they are in.
fn keep_address(page: RwSignal<Page>) {
    let wanted = Memo::new(move |_| page.read().wanted.clone());
    let here = StoredValue::new(wanted.get_untracked());
    Effect::new(move || {
        let wanted = wanted.get();
        let before = here.get_value();
        here.set_value(wanted.clone());
        let Ok(history) = window().history() else {
            return;
        };
        let (state, address) = (JsValue::NULL, wanted.to_query());
        let is_new = wanted.is_step_from(&before) && query() != address;
        let _ = match is_new {
            true => history.push_state_with_url(&state, "", Some(&address)),
            false => history.replace_state_with_url(&state, "", Some(&address)),
        };
    });
    let back = window_event_listener(popstate, move |_| {
        let mut there = Wanted::from_query(&query());
        page.update(|page| {
            there.own = page.wanted.own;
            page.want(|wanted| *wanted = there);
        });
    });
    on_cleanup(move || back.remove());
}

/// Keeps the page for later once the first face is there.
fn keep_offline(page: RwSignal<Page>) {
    let made_one = Memo::new(move |_| page.read().pace.is_some());
    let done = StoredValue::new(false);
    Effect::new(move || {
        if made_one.get() && !done.get_value() {
            done.set_value(true);
            offline::install();
        }
    });
}
