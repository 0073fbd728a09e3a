//! The walk: from person to person, at the display's rate.

use leptos::html::Canvas;
use leptos::prelude::*;
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::JsValue;
use web_sys::HtmlCanvasElement;

use super::waiting::Waiting;
use crate::browser::canvas::paint;
use crate::browser::motion::{animate, is_hidden, now};
use crate::page::state::Page;
use crate::page::task::Phase;
use crate::page::walk::rate;

/// Between two updates of the line of numbers.
const REPORT_MILLISECONDS: f64 = 500.0;

/// An endless morph through people. Paused at first where the visitor wants less motion.
#[component]
pub fn WalkView(page: RwSignal<Page>) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let moves = Memo::new(move |_| page.read().moves);
    let playing = RwSignal::new(moves.get_untracked());
    Effect::new(move || {
        if !moves.get() {
            playing.set(false);
        }
    });
    let report = RwSignal::new(String::new());
    let people = RwSignal::new(None::<(u64, u64)>);
    play(page, canvas, playing, move |shown| {
        let (made, at) = page.with_untracked(|page| (rate(page.ms_per_face), page.walk.people()));
        report.set(format!("{shown:.0}/s shown, {made:.0}/s made"));
        people.set(at);
    });
    let toggle = move |_| {
        playing.update(|playing| *playing = !*playing);
        if !playing.get_untracked() {
            page.update(Page::pause_walk);
        }
    };
    let between = move || {
        let people = people.get();
        people.map_or("…".into(), |(one, next)| format!("No. {one} → {next}"))
    };
    let side = IMAGE_SIDE.to_string();
    view! {
        <figure class="sf-face">
            <div class="sf-plate sf-large">
                <canvas node_ref=canvas width=side.clone() height=side role="img" data-testid="walk" data-state="loading"
                    data-playing=move || playing.get().to_string()
                    aria-label="Generated faces that turn into one another"></canvas>
                <Waiting page />
            </div>
            <figcaption class="sf-edge">
                <span class="sf-mark" data-testid="walk-people">{between}</span>
                <span class="sf-time" data-testid="walk-rate">{report}</span>
            </figcaption>
        </figure>
        <button type="button" class="sf-play" data-testid="play" on:click=toggle>
            {move || if playing.get() { "Pause" } else { "Walk" }}
        </button>
    }
}

/// Paints the walk at every repaint as long as the view lives; `report` hears the repaints a second, twice a second.
fn play(
    page: RwSignal<Page>,
    canvas: NodeRef<Canvas>,
    playing: RwSignal<bool>,
    report: impl Fn(f64) + 'static,
) {
    let alive = StoredValue::new(true);
    on_cleanup(move || alive.set_value(false));
    let mut repaints = Repaints::default();
    animate(move |now| {
        if alive.try_get_value() != Some(true) {
            return false;
        }
        let Some(canvas) = canvas.get_untracked() else {
            return true;
        };
        let passed = repaints.passed(now);
        if is_hidden() {
            return true;
        }
        if let Err(error) = step(page, &canvas, playing.get_untracked(), passed) {
            leptos::logging::error!("The walk could not be painted: {error:?}");
            return false;
        }
        if let Some(shown) = repaints.report(now) {
            report(shown);
        }
        true
    });
}

/// Moves the walk on by the milliseconds passed, paints it, and has the state machine asked again when the way ahead
/// has become short.
fn step(
    page: RwSignal<Page>,
    canvas: &HtmlCanvasElement,
    playing: bool,
    passed: f64,
) -> Result<(), JsValue> {
    let pixels = page.try_update_untracked(|page| {
        if playing {
            page.walk.tick(passed);
        }
        page.walk.view()
    });
    if let Some(pixels) = pixels.flatten() {
        paint(canvas, &pixels)?;
        canvas.set_attribute("data-state", "ready")?;
    }
    let is_short = page.with_untracked(|page| {
        let is_free = page.phase == Phase::Idle && page.error.is_none();
        is_free && page.walk.next_segment(page.ms_per_face).is_some()
    });
    if is_short {
        page.update(|_| {});
    }
    Ok(())
}

/// Counts repaints.
#[derive(Default)]
struct Repaints {
    last: Option<f64>,
    since: Option<f64>,
    count: u32,
}

impl Repaints {
    /// Milliseconds since the last repaint.
    fn passed(&mut self, now: f64) -> f64 {
        self.count += 1;
        self.last.replace(now).map_or(0.0, |last| now - last)
    }

    /// Repaints a second, twice a second.
    fn report(&mut self, time: f64) -> Option<f64> {
        let since = *self.since.get_or_insert_with(now);
        if time - since < REPORT_MILLISECONDS {
            return None;
        }
        let rate = f64::from(self.count) * 1000.0 / (time - since);
        (self.since, self.count) = (Some(time), 0);
        Some(rate)
    }
}
