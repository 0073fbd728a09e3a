//! Both networks, the same person and emotion.

use leptos::prelude::*;
use model_core::config::GanKind;

use super::frame::Frame;
use super::waiting::Waiting;
use crate::page::face_key::{FaceKey, Network};
use crate::page::state::Page;
use crate::page::wanted::View;

/// The same latent vector and emotion through cGAN and ACGAN. A click on one shows it large.
#[component]
pub fn CompareView(page: RwSignal<Page>) -> impl IntoView {
    let frames = GanKind::ALL.map(|gan| {
        let key = Memo::new(move |_| {
            let network = Network::Site(gan);
            let key = page.read().large_key();
            FaceKey { network, ..key }
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
            <li><Frame page face_key=key testid=format!("compare-{gan}") caption=gan.title().to_string()
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
