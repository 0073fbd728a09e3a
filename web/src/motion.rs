//! Movement at the display's rate, and whether the visitor wants any.

use leptos::prelude::{request_animation_frame, window};

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
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}
