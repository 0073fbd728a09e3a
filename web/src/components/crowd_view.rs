//! The crowd: many people, one emotion.

use leptos::prelude::*;

use super::frame::Frame;
use super::radio_group::{Choice, RadioGroup};
use super::waiting::Waiting;
use crate::page::face_key::FaceKey;
use crate::page::state::Page;
use crate::page::wanted::{CROWDS, View};

/// The people of the next seeds, with the same emotion. A click on one makes it the large one.
#[component]
pub fn CrowdView(page: RwSignal<Page>) -> impl IntoView {
    let people = Memo::new(move |_| page.read().wanted.crowd);
    let on_pick = Callback::new(move |key: FaceKey| {
        page.update(|page| {
            page.want(|wanted| {
                wanted.seed = key.seed;
                wanted.view = View::Face;
            });
        });
    });
    let frame = move |index: usize| {
        let key = Memo::new(move |_| {
            let page = page.read();
            let key = page.large_key();
            let seed = key.seed.wrapping_add(index as u64);
            FaceKey { seed, ..key }
        });
        let caption = Signal::derive(move || key.read().seed.to_string());
        view! {
            <li><Frame page face_key=key testid=format!("crowd-{index}") caption hint="Show this person large" on_pick /></li>
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
