//! What the page waits for.

use leptos::prelude::*;

use crate::page::state::Page;
use crate::page::task::{Phase, Task};

/// A sentence, with a bar as long as that is a download of known size. It appears after a moment only, so
/// that what comes at once never flickers.
#[component]
pub fn Waiting(page: RwSignal<Page>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let page = page.read();
        page.error.is_none()
            && match &page.phase {
                Phase::Starting => true,
                Phase::Busy(Task::Walk(_)) => page.progress.is_some(),
                Phase::Busy(Task::Classify(_)) => false, // `ClassifierView` says so itself.
                Phase::Busy(_) => true,
                Phase::Idle | Phase::Dead => false,
            }
    });
    let progress = Memo::new(move |_| page.read().progress);
    let starting = Memo::new(move |_| page.read().phase == Phase::Starting);
    let text = move || match (progress.get(), starting.get()) {
        (Some(progress), _) => progress.to_string(),
        (None, true) => "Starting the engine".into(),
        (None, false) => "Making faces".into(),
    };
    let fraction = move || {
        let progress = progress.get()?;
        let total = progress.total.filter(|total| *total > 0)?;
        Some((progress.loaded as f64 / total as f64).min(1.0))
    };
    view! {
        <Show when=move || shown.get()>
            <div class="sf-waiting" data-testid="progress">
                <span>{text}</span>
                <progress max="1" prop:value=fraction aria-label="Loading"></progress>
            </div>
        </Show>
    }
}
