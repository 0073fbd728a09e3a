//! Movement at the display's rate, and whether the visitor wants or sees any.

use leptos::ev::visibilitychange;
use leptos::prelude::{request_animation_frame, window, window_event_listener};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::MediaQueryList;

/// Calls `step` with the time in milliseconds before every repaint, until it says `false`. In a hidden tab
/// browsers repaint nothing, so nothing moves there.
pub fn animate(mut step: impl FnMut(f64) -> bool + 'static) {
    request_animation_frame(move || {
        if step(now()) {
            animate(step);
        }
    });
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Whether the visitor has asked the system for less motion.
pub fn is_reduced() -> bool {
    reduced().is_some_and(|query| query.matches())
}

/// Calls `hear` whenever the visitor changes that wish.
pub fn when_reduced(hear: impl Fn(bool) + 'static) {
    let Some(query) = reduced() else { return };
    let changed = Closure::<dyn Fn()>::new(move || hear(is_reduced()));
    query.set_onchange(Some(changed.as_ref().unchecked_ref()));
    changed.forget(); // It lives as long as the page, and so must the query.
    std::mem::forget(query);
}

fn reduced() -> Option<MediaQueryList> {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten()
}

/// Calls `hear` whenever the page is hidden or shown again, as long as the page lives.
pub fn when_hidden(hear: impl Fn(bool) + 'static) {
    // Dropping the handle would not take the listener away: there is no need to keep it.
    let _ = window_event_listener(visibilitychange, move |_| hear(is_hidden()));
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}
