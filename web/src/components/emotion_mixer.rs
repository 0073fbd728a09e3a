//! Seven sliders: a blend of emotions.

use leptos::prelude::*;
use model_core::emotion::Emotion;

use crate::page::expression::{Expression, FULL};
use crate::page::state::Page;
use crate::page::words::emotion_title;

/// The sliders' shares are what counts: all at half is the same blend as all at full.
#[component]
pub fn EmotionMixer(page: RwSignal<Page>) -> impl IntoView {
    let sliders = Memo::new(move |_| page.read().wanted.sliders);
    let random = move |_| {
        let slider = |_| {
            // Two in three stay at zero: a blend of all seven looks like nobody in particular.
            let random = js_sys::Math::random();
            ((random * 3.0 - 2.0).max(0.0) * f64::from(FULL)).round() as u8
        };
        let mut blend: [u8; Emotion::COUNT] = std::array::from_fn(slider);
        if blend.iter().all(|slider| *slider == 0) {
            blend[(js_sys::Math::random() * Emotion::COUNT as f64) as usize] = FULL;
        }
        page.update(|page| page.want(|wanted| wanted.sliders = blend));
    };
    let rows = Emotion::ALL.map(|emotion| {
        let index = emotion.index();
        let share = move || Expression::Blend(sliders.get()).weights()[index] * 100.0;
        let set = move |value: String| {
            if let Ok(value) = value.parse::<u8>() {
                page.update(|page| page.want(|wanted| wanted.sliders[index] = value.min(FULL)));
            }
        };
        view! {
            <div class="sf-slider" data-value=emotion.name()>
                <label for=format!("mix-{emotion}")>{emotion_title(emotion)}</label>
                <input type="range" id=format!("mix-{emotion}") data-testid=format!("mix-{emotion}") min="0" max=FULL.to_string() step="1"
                    prop:value=move || sliders.get()[index].to_string()
                    on:input:target=move |event| set(event.target().value()) />
                <output for=format!("mix-{emotion}")>{move || format!("{:.0} %", share())}</output>
            </div>
        }
    });
    view! {
        <fieldset class="sf-group sf-mixer">
            <legend>"Blend"</legend>
            {rows.collect_view()}
            <button type="button" data-testid="mix-random" on:click=random>"A random blend"</button>
        </fieldset>
    }
}
