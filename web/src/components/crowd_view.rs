//! The crowd: many people, one emotion.

use leptos::prelude::*;

use super::frame::Frame;
use super::radio_group::{Choice, RadioGroup};
use super::waiting::Waiting;
use crate::address::{CROWDS, View};
use crate::shot::Shot;
use crate::state::Page;

/// The people of the next seeds, with the same emotion. A click on one makes it the large one.
#[component]
pub fn CrowdView(page: RwSignal<Page>) -> impl IntoView {
    let people = Memo::new(move |_| page.read().wanted.crowd);
    let on_pick = Callback::new(move |shot: Shot| {
        page.update(|page| {
            page.want(|wanted| {
                wanted.seed = shot.seed;
                wanted.view = View::Face;
            });
        });
    });
    let frame = move |index: usize| {
        let shot = Memo::new(move |_| {
            let page = page.read();
            let shot = page.large_shot();
            let seed = shot.seed.wrapping_add(index as u64);
            Shot { seed, ..shot }
        });
        let caption = Signal::derive(move || shot.read().seed.to_string());
        view! {
            <li><Frame page shot testid=format!("crowd-{index}") caption hint="Show this person large" on_pick /></li>
        }
    };
    view! {
        <div class="sf-plate">
            <ol class="sf-crowd" data-testid="crowd" data-people=move || people.get().to_string()>
                <For each=move || 0..people.get() key=|index| *index children=frame />
            </ol>
            <Waiting page />
        </div>
        <CrowdSize page />
    }
}

/// How many people.
#[component]
fn CrowdSize(page: RwSignal<Page>) -> impl IntoView {
    let names = ["16", "32", "64"];
    let choices = CROWDS.into_iter().zip(names).map(|(value, name)| Choice {
        value,
        name,
        title: name,
    });
    let selected = Memo::new(move |_| page.read().wanted.crowd);
    let on_pick =
        Callback::new(move |crowd| page.update(|page| page.want(|wanted| wanted.crowd = crowd)));
    view! {
        <RadioGroup name="people" legend="People" class="sf-small sf-inline" choices=choices.collect() selected on_pick />
    }
}
