//! The networks.

use leptos::prelude::*;
use model_core::config::GanKind;

use super::radio_group::{Choice, RadioGroup};
use crate::page::state::Page;

/// Picks whose generator makes the faces; `None` is the visitor's own, once there is one.
#[component]
pub fn ModelToggle(page: RwSignal<Page>) -> impl IntoView {
    let has_own = Memo::new(move |_| page.read().own.is_some());
    let choices = move || {
        let site = GanKind::ALL.map(|gan| Choice {
            value: Some(gan),
            name: gan.name(),
            title: gan.title(),
        });
        let own = Choice {
            value: None,
            name: "own",
            title: "Yours",
        };
        site.into_iter()
            .chain(has_own.get().then_some(own))
            .collect::<Vec<_>>()
    };
    let selected = Memo::new(move |_| {
        let wanted = &page.read().wanted;
        (!wanted.own).then_some(wanted.gan)
    });
    let on_pick = Callback::new(move |gan: Option<GanKind>| {
        page.update(|page| {
            page.want(|wanted| {
                wanted.own = gan.is_none();
                wanted.gan = gan.unwrap_or(wanted.gan);
            });
        });
    });
    move || {
        view! { <RadioGroup name="gan" legend="Network" class="sf-small" choices=choices() selected on_pick /> }
    }
}
