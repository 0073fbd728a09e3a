//! The seven emotions.

use leptos::prelude::*;
use model_core::emotion::Emotion;

use super::radio_group::{Choice, RadioGroup};
use crate::page::state::Page;
use crate::page::words::emotion_title;

/// Picks the emotion of all faces; the person stays the same.
#[component]
pub fn EmotionPicker(page: RwSignal<Page>) -> impl IntoView {
    let choices = Emotion::ALL.map(|emotion| Choice {
        value: emotion,
        name: emotion.name(),
        title: emotion_title(emotion),
    });
    let selected = Memo::new(move |_| page.read().wanted.emotion);
    let on_pick = Callback::new(move |emotion| {
        page.update(|page| page.want(|wanted| wanted.emotion = emotion));
    });
    view! {
        <RadioGroup
            name="emotion"
            legend="Emotion"
            class="sf-emotions"
            choices=choices.to_vec()
            selected
            on_pick
        />
    }
}
