//! The views.

use leptos::prelude::*;

use super::radio_group::{Choice, RadioGroup};
use crate::page::state::Page;
use crate::page::wanted::View;

/// Picks what the stage shows; person, emotion and network stay.
#[component]
pub fn ViewTabs(page: RwSignal<Page>) -> impl IntoView {
    let choices = View::ALL.map(|view| Choice {
        value: view,
        name: view.name(),
        title: view.title(),
    });
    let selected = Memo::new(move |_| page.read().wanted.view);
    let on_pick =
        Callback::new(move |view| page.update(|page| page.want(|wanted| wanted.view = view)));
    view! {
        <nav class="sf-views" aria-label="Views">
            <RadioGroup name="view" legend="View" class="sf-tabs" choices=choices.to_vec() selected on_pick />
        </nav>
    }
}
