//! The second opinion: seven bars that say what the judge sees in the face.

use leptos::prelude::*;
use model_core::emotion::Emotion;

use super::emotion_picker::title;
use crate::opinion::Opinion;
use crate::protocol::Part;
use crate::state::Page;

/// Folded away until the visitor asks: the judge is downloaded only then.
#[component]
pub fn SecondOpinion(page: RwSignal<Page>) -> impl IntoView {
    let is_open = Memo::new(move |_| page.read().wanted.opinion);
    let toggle = move |open: bool| {
        if open != is_open.get_untracked() {
            page.update(|page| {
                page.want(|wanted| wanted.opinion = open);
                page.judge_again();
            });
        }
    };
    view! {
        <details class="sf-settings" open=move || is_open.get() on:toggle:target=move |event| toggle(event.target().open())>
            <summary data-testid="opinion">"Second opinion"</summary>
            <div class="sf-opinion">
                <Seen page />
                <Bars page />
                <Complaint page />
                <Honesty page />
            </div>
        </details>
    }
}

/// The judge's answer in a sentence; the one on the face before stays until the next.
#[component]
fn Seen(page: RwSignal<Page>) -> impl IntoView {
    let sentence = Memo::new(move |_| {
        let page = page.read();
        let progress = page
            .progress
            .filter(|progress| progress.part == Part::Judge);
        match (&page.opinion.error, &page.opinion.latest, progress) {
            (Some(_), ..) => String::new(),
            (None, Some(opinion), _) => sentence(opinion),
            (None, None, Some(progress)) => progress.to_string(),
            (None, None, None) => "The judge is looking.".into(),
        }
    });
    view! { <p role="status" data-testid="opinion-seen">{move || sentence.get()}</p> }
}

/// "The judge sees: happy, 82 %."
fn sentence(opinion: &Opinion) -> String {
    let strongest = opinion.strongest();
    let percent = opinion.percents()[strongest.index()];
    format!(
        "The judge sees: {}, {percent} %.",
        title(strongest).to_lowercase()
    )
}

/// One bar per emotion, with its share in figures. `data-state` is "ready" when they are about the face shown.
#[component]
fn Bars(page: RwSignal<Page>) -> impl IntoView {
    let latest = Memo::new(move |_| page.read().opinion.latest.clone());
    let is_current = Memo::new(move |_| page.with(Page::opinion_is_current));
    let percents = Memo::new(move |_| latest.read().as_ref().map(Opinion::percents));
    let rows = Emotion::ALL.map(|emotion| {
        let index = emotion.index();
        let percent = move || percents.get().map(|percents| percents[index]);
        let exact = move || latest.read().as_ref().map(|opinion| opinion.shares[index].to_string());
        view! {
            <li data-value=emotion.name() data-share=exact>
                <span>{title(emotion)}</span>
                <span class="sf-bar" aria-hidden="true"><span style:width=move || format!("{}%", percent().unwrap_or(0))></span></span>
                <span class="sf-share">{move || percent().map_or("–".into(), |percent| format!("{percent} %"))}</span>
            </li>
        }
    });
    view! {
        <ul class="sf-bars" data-testid="opinion-bars" data-state=move || if is_current.get() { "ready" } else { "loading" }>
            {rows.collect_view()}
        </ul>
    }
}

/// Why there is no opinion, and the way on.
#[component]
fn Complaint(page: RwSignal<Page>) -> impl IntoView {
    let error = Memo::new(move |_| page.read().opinion.error.clone());
    view! {
        <div role="alert">
            <Show when=move || error.read().is_some()>
                <p class="sf-complaint" data-testid="opinion-error">{move || error.get()}</p>
                <button type="button" data-testid="judge-again" on:click=move |_| page.update(Page::judge_again)>"Ask again"</button>
            </Show>
        </div>
    }
}

/// How far the judge can be trusted, by its own manifest.
#[component]
fn Honesty(page: RwSignal<Page>) -> impl IntoView {
    let accuracy = Memo::new(move |_| {
        page.read()
            .opinion
            .latest
            .as_ref()
            .map(|opinion| opinion.accuracy)
    });
    let text = move || match accuracy.get() {
        Some(accuracy) => format!(
            "The judge is a small classifier that learned from the same photographs. It is right on {:.0} % of real faces \
             that it has not seen, so this is an opinion.",
            accuracy * 100.0
        ),
        None => "The judge is a small classifier that learned from the same photographs.".into(),
    };
    view! { <p class="sf-hint" data-testid="opinion-honesty">{text}</p> }
}
