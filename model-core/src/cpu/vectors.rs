//! Vectors of channels: one value for each of several channels. Their length and instructions are chosen at run time.

use pulp::{Arch, Simd, WithSimd};

/// No processor's vectors are longer.
pub const MOST_LANES: usize = 16;

/// Channels in a vector on this processor.
pub fn lanes() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    Arch::new().dispatch(Lanes)
}

/// Whether two dozen sums find room in registers. Browsers promise 32, but most processors below them have 16.
pub const fn many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32 && !cfg!(target_arch = "wasm32")
}
