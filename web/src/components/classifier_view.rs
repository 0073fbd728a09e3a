//! What the classifier sees: seven bars, one for each emotion's share.

use leptos::prelude::*;
use model_core::emotion::Emotion;

use crate::page::classifier::Classification;
use crate::page::state::Page;
use crate::page::words::emotion_title;
use crate::protocol::Part;

/// Closed until the visitor asks: the classifier is downloaded only then.
#[component]
pub fn ClassifierView(page: RwSignal<Page>) -> impl IntoView {
    let is_open = Memo::new(move |_| page.read().wanted.classifier);
    let toggle = move |open: bool| {
        if open != is_open.get_untracked() {
            page.update(|page| {
                page.want(|wanted| wanted.classifier = open);
                page.classify_again();
            });
        }
    };
    view! {
        <details class="sf-settings" open=move || is_open.get() on:toggle:target=move |event| toggle(event.target().open())>
            <summary data-testid="classifier">"What the classifier sees"</summary>
            <div class="sf-classifier">
                <Seen page />
                <Bars page />
                <Failure page />
                <Accuracy page />
            </div>
        </details>
    }
}

/// The classifier's answer in a sentence; the one for the face before stays until the next.
#[component]
fn Seen(page: RwSignal<Page>) -> impl IntoView {
    let sentence = Memo::new(move |_| {
        let page = page.read();
        let progress = page
            .progress
            .filter(|progress| progress.part == Part::Classifier);
        let classifier = &page.classifier;
        match (&classifier.error, &classifier.latest, progress) {
            (Some(_), ..) => String::new(),
            (None, Some(seen), _) => sentence(seen),
            (None, None, Some(progress)) => progress.to_string(),
            (None, None, None) => "Classifying the face".into(),
        }
    });
    view! { <p role="status" data-testid="classifier-sees">{move || sentence.get()}</p> }
}

/// "The classifier sees: happy, 82 %."
fn sentence(seen: &Classification) -> String {
    let strongest = seen.strongest();
    let percent = seen.percents()[strongest.index()];
    let word = emotion_title(strongest).to_lowercase();
    format!("The classifier sees: {word}, {percent} %.")
}

/// One bar per emotion, with its share in figures. `data-state` is "ready" when they are about the face shown.
#[component]
fn Bars(page: RwSignal<Page>) -> impl IntoView {
    let latest = Memo::new(move |_| page.read().classifier.latest.clone());
    let is_current = Memo::new(move |_| page.with(Page::classification_is_current));
    let percents = Memo::new(move |_| latest.read().as_ref().map(Classification::percents));
    let rows = Emotion::ALL.map(|emotion| {
        let index = emotion.index();
        let percent = move || percents.get().map(|percents| percents[index]);
        let exact = move || latest.read().as_ref().map(|seen| seen.shares[index].to_string());
        view! {
            <li data-value=emotion.name() data-share=exact>
                <span>{emotion_title(emotion)}</span>
                <span class="sf-bar" aria-hidden="true"><span style:width=move || format!("{}%", percent().unwrap_or(0))></span></span>
                <span class="sf-share">{move || percent().map_or("–".into(), |percent| format!("{percent} %"))}</span>
            </li>
        }
    });
    view! {
        <ul class="sf-bars" data-testid="classifier-bars" data-state=move || if is_current.get() { "ready" } else { "loading" }>
            {rows.collect_view()}
        </ul>
    }
}

/// Why the face was not classified, and the way on.
#[component]
fn Failure(page: RwSignal<Page>) -> impl IntoView {
    let error = Memo::new(move |_| page.read().classifier.error.clone());
    view! {
        <div role="alert">
            <Show when=move || error.read().is_some()>
                <p class="sf-failure" data-testid="classifier-error">{move || error.get()}</p>
                <button type="button" data-testid="classify-again" on:click=move |_| page.update(Page::classify_again)>"Try again"</button>
            </Show>
        </div>
    }
}

/// How far the classifier can be trusted, by its own manifest.
#[component]
fn Accuracy(page: RwSignal<Page>) -> impl IntoView {
    let accuracy = Memo::new(move |_| {
        let latest = &page.read().classifier.latest;
        latest.as_ref().map(|seen| seen.accuracy)
    });
    let what = "The classifier is a small network that learned from the same photographs.";
    let text = move || match accuracy.get() {
        Some(accuracy) => format!(
            "{what} It is right on {:.0} % of real faces that it has not seen, so it can be wrong here too.",
            accuracy * 100.0
        ),
        None => what.to_owned(),
    };
    view! { <p class="sf-hint" data-testid="classifier-accuracy">{text}</p> }
}
