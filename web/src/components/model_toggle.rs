//! The two GANs.

use leptos::prelude::*;
use model_core::config::GanKind;

use super::radio_group::{Choice, RadioGroup};
use crate::state::Page;

/// Picks whose generator makes the faces.
#[component]
pub fn ModelToggle(page: RwSignal<Page>) -> impl IntoView {
    let choices = GanKind::ALL.map(|gan| Choice {
        value: gan,
        name: gan.name(),
        title: gan.title(),
    });
    let selected = Memo::new(move |_| page.read().wanted.gan);
    let on_pick =
        Callback::new(move |gan| page.update(|page| page.want(|wanted| wanted.gan = gan)));
    view! {
        <RadioGroup name="gan" legend="Network" class="sf-small" choices=choices.to_vec() selected on_pick />
    }
}
