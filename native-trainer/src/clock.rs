//! The one place where this program measures time for [`training`], which has no clock.

use std::time::Instant;

/// Seconds since this call.
pub fn clock() -> impl Fn() -> f64 {
    let start = Instant::now();
    move || start.elapsed().as_secs_f64()
}
