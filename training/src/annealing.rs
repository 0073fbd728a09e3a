//! A learning rate that falls to zero along half a cosine (Loshchilov & Hutter 2017, without restarts).

/// What is left of a rate after a share of the steps, 0 to 1.
pub fn annealed(rate: f64, progress: f64) -> f64 {
    rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
}
