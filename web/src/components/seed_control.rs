//! The seed: a number that is a person.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::page::state::Page;

/// The dice throws seeds below this: short enough to tell a friend.
const DICE: f64 = 1_000_000.0;

/// Seed field, dice and the button that makes the face.
#[component]
pub fn SeedControl(page: RwSignal<Page>) -> impl IntoView {
    let wanted = Memo::new(move |_| page.read().wanted.seed);
    let text = RwSignal::new(String::new());
    Effect::new(move || text.set(wanted.get().to_string()));
    let parsed = move || text.read().trim().parse::<u64>();
    let generate = move |event: SubmitEvent| {
        event.prevent_default();
        if let Ok(seed) = parsed() {
            page.update(|page| {
                page.want(|wanted| wanted.seed = seed);
                page.make_again();
            });
        }
    };
    let throw = move |_| {
        let seed = (js_sys::Math::random() * DICE) as u64;
        page.update(|page| page.want(|wanted| wanted.seed = seed));
    };
    view! {
        <form class="sf-seed" on:submit=generate>
            <label class="sf-legend" for="seed">"Seed"</label>
            <div class="sf-seed-row">
                <input
                    id="seed"
                    data-testid="seed"
                    inputmode="numeric"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="20"
                    aria-describedby="seed-hint"
                    aria-invalid=move || parsed().is_err().to_string()
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                />
                <button type="button" class="sf-dice" data-testid="dice" title="A random person" aria-label="A random person" on:click=throw>
                    <Dice />
                </button>
                <button type="submit" class="sf-generate" data-testid="generate" disabled=move || parsed().is_err()>
                    "Generate"
                </button>
            </div>
            <p id="seed-hint" class="sf-hint">
                {move || match parsed() {
                    Ok(_) => "One seed is one person: change the emotion and the person stays.",
                    Err(_) => "A seed is a whole number from 0 to 18446744073709551615.",
                }}
            </p>
        </form>
    }
}

/// Five pips on a die.
#[component]
fn Dice() -> impl IntoView {
    let pips = [(7, 7), (17, 7), (12, 12), (7, 17), (17, 17)];
    view! {
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <rect x="2.5" y="2.5" width="19" height="19" rx="4" fill="none" stroke="currentColor" stroke-width="1.5" />
            {pips.map(|(x, y)| view! { <circle cx=x cy=y r="1.7" fill="currentColor" /> }).to_vec()}
        </svg>
    }
}
