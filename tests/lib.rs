//! What holds across the crates, and the facts that several test programs share.

/// The first four latents of seed 7: the same on every machine and in every browser.
pub const LATENT_OF_SEED_7: [f32; 4] = [0.0; 4];
