//! The seven: one person, every emotion.

use leptos::prelude::*;
use model_core::emotion::Emotion;

use super::emotion_picker::title;
use super::frame::Frame;
use super::waiting::Waiting;
use crate::address::View;
use crate::mood::Mood;
use crate::shot::Shot;
use crate::state::Page;

/// Seven faces of one latent vector. A click on one shows it large.
#[component]
pub fn SevenView(page: RwSignal<Page>) -> impl IntoView {
    let on_pick = Callback::new(move |shot: Shot| {
        page.update(|page| {
            page.want(|wanted| {
                wanted.emotion = shot.mood.strongest();
                wanted.view = View::Face;
            });
        });
    });
    let frames = Emotion::ALL.map(|emotion| {
        let shot = Memo::new(move |_| page.read().shot(Mood::Pure(emotion)));
        view! {
            <li data-value=emotion.name()>
                <Frame page shot testid=format!("seven-{emotion}") caption=title(emotion).to_string()
                    hint="Show this face large" on_pick />
            </li>
        }
    });
    view! {
        <div class="sf-plate">
            <ol class="sf-seven" data-testid="seven">{frames.collect_view()}</ol>
            <Waiting page />
        </div>
    }
}
