//! What holds across the crates, and the facts that several test programs share.

/// The first four latents of seed 7, as the bits of 32-bit floats (0.947, 1.672, -0.122, -0.828): the same
/// on every machine and in every browser.
pub const LATENT_OF_SEED_7: [u32; 4] = [1064463727, 1070991724, 3187259722, 3209958448];
