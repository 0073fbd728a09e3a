//! What most visitors never change.

use leptos::prelude::*;

use super::radio_group::{Choice, RadioGroup};
use super::truncation::Truncation;
use crate::page::state::Page;
use crate::page::wanted::{Look, Wanted};
use crate::protocol::DeviceChoice;

/// Truncation, enlargement and device, closed until one of them is not at its default.
#[component]
pub fn Settings(page: RwSignal<Page>) -> impl IntoView {
    let is_open = page.with_untracked(|page| {
        let (wanted, default) = (&page.wanted, Wanted::default());
        (wanted.truncation, wanted.look, wanted.device)
            != (default.truncation, default.look, default.device)
    });
    let looks = Look::ALL.map(|look| Choice {
        value: look,
        name: look.name(),
        title: look.title(),
    });
    let look = Memo::new(move |_| page.read().wanted.look);
    let on_look =
        Callback::new(move |look| page.update(|page| page.want(|wanted| wanted.look = look)));
    let devices = DeviceChoice::ALL.map(|device| Choice {
        value: device,
        name: device.name(),
        title: device.title(),
    });
    let device = Memo::new(move |_| page.read().wanted.device);
    let on_device =
        Callback::new(move |device| page.update(|page| page.want(|wanted| wanted.device = device)));
    view! {
        <details class="sf-settings" open=is_open>
            <summary data-testid="settings">"Truncation, pixels, device"</summary>
            <div class="sf-settings-body">
                <div><Truncation page /></div>
                <RadioGroup name="look" legend="Pixels" class="sf-small" choices=looks.to_vec() selected=look on_pick=on_look />
                <RadioGroup name="device" legend="Device" class="sf-small" choices=devices.to_vec() selected=device on_pick=on_device />
            </div>
        </details>
    }
}
