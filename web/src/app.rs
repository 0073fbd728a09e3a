//! The page: puts the components together and keeps worker, address and state in step.

use std::time::Duration;

use leptos::ev::popstate;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::worker_handle::WorkerHandle;
use crate::browser::{motion, offline};
use crate::components::{
    ClassifierView, CompareView, CrowdView, EmbedSnippet, EmotionMixer, EmotionPicker, FaceCanvas,
    History, MetricsTable, ModelToggle, OwnBundle, Problem, SaveBar, SeedControl, Settings,
    SevenView, StatusBar, ViewTabs, WalkView,
};
use crate::page::state::Page;
use crate::page::task::{Step, Task};
use crate::page::wanted::{View, Wanted};
use crate::protocol::Reply;

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
    let emotion = Memo::new(move |_| page.with(Page::large_key).expression.strongest());
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
                    <ClassifierView page />
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

/// Starts the worker and does, after every change, what [`Page::next_step`] says.
fn drive(page: RwSignal<Page>) {
    let worker = StoredValue::new_local(started(page));
    let send = move |message: &dyn Fn(&WorkerHandle) -> Result<(), String>| {
        let sent = worker.with_value(|worker| worker.as_ref().map(message));
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
                worker.set_value(started(page));
            }
            Step::Send(request, task) => {
                page.update(|page| page.sent(task));
                send(&|worker| worker.send(&request));
            }
            Step::Open(files) => {
                page.update(|page| page.sent(Task::Open(files.clone())));
                send(&|worker| worker.open(&files));
            }
            Step::Classify(face) => {
                page.update(|page| page.sent(Task::Classify(face.key)));
                send(&|worker| worker.classify(&face.pixels));
            }
        }
    });
}

/// A new worker for the device and the network that are wanted; `None` where the browser starts none, and the page
/// says so.
fn started(page: RwSignal<Page>) -> Option<WorkerHandle> {
    let hear = move |reply, pixels: Vec<u8>| page.update(|page| page.receive(reply, &pixels));
    let (device, gan) = page.with_untracked(|page| (page.device(), page.site_network()));
    match WorkerHandle::start(device, gan, hear) {
        Ok(worker) => Some(worker),
        Err(message) => {
            page.update(|page| page.receive(Reply::Died { message }, &[]));
            None
        }
    }
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
    let made_one = Memo::new(move |_| page.read().ms_per_face.is_some());
    let done = StoredValue::new(false);
    Effect::new(move || {
        if made_one.get() && !done.get_value() {
            done.set_value(true);
            offline::install();
        }
    });
}
