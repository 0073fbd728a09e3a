//! The seven: one person, every emotion.

use leptos::prelude::*;
use model_core::emotion::Emotion;

use super::frame::Frame;
use super::waiting::Waiting;
use crate::page::expression::Expression;
use crate::page::face_key::FaceKey;
use crate::page::state::Page;
use crate::page::wanted::View;
use crate::page::words::emotion_title;

/// Seven faces of one latent vector. A click on one shows it large.
#[component]
pub fn SevenView(page: RwSignal<Page>) -> impl IntoView {
    let on_pick = Callback::new(move |key: FaceKey| {
        page.update(|page| {
            page.want(|wanted| {
                wanted.emotion = key.expression.strongest();
                wanted.view = View::Face;
            });
        });
    });
    let frames = Emotion::ALL.map(|emotion| {
        let key = Memo::new(move |_| page.read().key(Expression::Pure(emotion)));
        view! {
            <li data-value=emotion.name()>
                <Frame page face_key=key testid=format!("seven-{emotion}") caption=emotion_title(emotion).to_string()
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
