//! A group of real radio buttons that look like a row of keys.

use leptos::prelude::*;

/// One of the values to choose from.
#[derive(Clone)]
pub struct Choice<T> {
    pub value: T,
    /// In `value` and `data-testid`.
    pub name: &'static str,
    /// For the visitor.
    pub title: &'static str,
}

/// Exactly one of a few values; arrow keys move, as in every radio group.
#[component]
pub fn RadioGroup<T>(
    /// Name of the group, and the first half of each `data-testid`.
    name: &'static str,
    /// What is chosen, for the visitor.
    legend: &'static str,
    /// Class of the look.
    class: &'static str,
    /// The values, in order.
    choices: Vec<Choice<T>>,
    /// The value now.
    #[prop(into)]
    selected: Signal<T>,
    /// Hears the visitor's choice.
    on_pick: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let options = choices.into_iter().map(move |choice| {
        let value = choice.value;
        view! {
            <label class="sf-key" data-value=choice.name>
                <input
                    type="radio"
                    name=name
                    value=choice.name
                    data-testid=format!("{name}-{}", choice.name)
                    prop:checked=move || selected.get() == value
                    on:change=move |_| on_pick.run(value)
                />
                <span data-title=choice.title>{choice.title}</span>
            </label>
        }
    });
    view! {
        <fieldset class=format!("sf-group {class}")>
            <legend>{legend}</legend>
            <div class="sf-keys">{options.collect_view()}</div>
        </fieldset>
    }
}
