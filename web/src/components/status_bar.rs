//! Which backend runs, why, and the switch between them.

use leptos::prelude::*;

use super::radio_group::{Choice, RadioGroup};
use crate::protocol::DeviceChoice;
use crate::state::Page;

/// The backend in a sentence, and the choice of device.
#[component]
pub fn StatusBar(page: RwSignal<Page>) -> impl IntoView {
    let sentence = Memo::new(move |_| page.with(Page::backend_sentence));
    let choices = DeviceChoice::ALL.map(|device| Choice {
        value: device,
        name: device.name(),
        title: device.title(),
    });
    let selected = Memo::new(move |_| page.read().wanted.device);
    let on_pick =
        Callback::new(move |device| page.update(|page| page.want(|wanted| wanted.device = device)));
    view! {
        <div class="sf-status">
            <RadioGroup name="device" legend="Device" class="sf-small" choices=choices.to_vec() selected on_pick />
            <p data-testid="status" class="sf-hint" role="status">{move || sentence.get()}</p>
        </div>
    }
}
