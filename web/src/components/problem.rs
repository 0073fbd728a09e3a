//! What went wrong, and the ways on.

use leptos::prelude::*;

use crate::page::state::Page;
use crate::protocol::DeviceChoice;

/// Shows the error, if there is one, with a retry and the way to the CPU.
#[component]
pub fn Problem(page: RwSignal<Page>) -> impl IntoView {
    let error = Memo::new(move |_| page.read().error.clone());
    let on_gpu = Memo::new(move |_| page.with(Page::may_use_gpu));
    let retry = move |_| page.update(Page::retry);
    let use_cpu =
        move |_| page.update(|page| page.want(|wanted| wanted.device = DeviceChoice::Cpu));
    view! {
        <div role="alert">
            <Show when=move || error.read().is_some()>
                <div class="sf-problem" data-testid="error">
                    <p>{move || error.get()}</p>
                    <button type="button" data-testid="retry" on:click=retry>"Try again"</button>
                    <Show when=move || on_gpu.get()>
                        <button type="button" data-testid="use-cpu" on:click=use_cpu>"Use the CPU"</button>
                    </Show>
                </div>
            </Show>
        </div>
    }
}
