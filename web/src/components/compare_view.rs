//! Both networks, the same person and emotion.

use leptos::prelude::*;
use model_core::config::GanKind;

use super::frame::Frame;
use super::waiting::Waiting;
use crate::address::View;
use crate::shot::{Network, Shot};
use crate::state::Page;

/// The same latent vector and emotion through cGAN and ACGAN. A click on one shows it large.
#[component]
pub fn CompareView(page: RwSignal<Page>) -> impl IntoView {
    let frames = GanKind::ALL.map(|gan| {
        let shot = Memo::new(move |_| {
            let network = Network::Site(gan);
            let shot = page.read().large_shot();
            Shot { network, ..shot }
        });
        let on_pick = Callback::new(move |_| {
            page.update(|page| {
                page.want(|wanted| {
                    wanted.gan = gan;
                    wanted.own = false;
                    wanted.view = View::Face;
                });
            });
        });
        view! {
            <li><Frame page shot testid=format!("compare-{gan}") caption=gan.title().to_string()
                hint="Show this face large" on_pick /></li>
        }
    });
    view! {
        <div class="sf-plate">
            <ol class="sf-compare" data-testid="compare">{frames.collect_view()}</ol>
            <Waiting page />
        </div>
        <p class="sf-hint">
            "The same numbers went into both. They were trained apart, so one seed is two different people: compare how
            clearly each shows the emotion, not who it shows."
        </p>
    }
}
