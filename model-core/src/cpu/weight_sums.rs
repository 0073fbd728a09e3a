//! The inner loop of the weights' gradient.

use pulp::{Simd, WithSimd};

use super::vectors::many_registers;

/// Gradients of weights: to `sums[channel, tap, vector]` are added, over the pixels of a few images,
/// `gradient[vector, pixel] source[places[pixel] + channel + tap]`.
pub struct WeightSums<'a> {
    /// Framed images.
    pub source: &'a [f32],
    /// Where the first pixel of a patch stands, for every pixel of the gradient.
    pub places: &'a [usize],
    /// How far the first of these channels stands from there, and how far it is to the next.
    pub first: usize,
    pub channel: usize,
    pub pitch: usize,
    pub kernel: usize,
    /// `[vectors, pixels, lanes]`
    pub gradient: &'a [f32],
    pub vectors: usize,
    /// `[channels, kernel, kernel, vectors, lanes]`
    pub sums: &'a mut [f32],
}

impl WithSimd for WeightSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.kernel {
            4 => self.each_line::<S, 4>(simd),
            3 => self.each_line::<S, 3>(simd),
            2 => self.each_line::<S, 2>(simd),
            _ => self.each_line::<S, 1>(simd),
        }
    }
}

impl WeightSums<'_> {
    /// K taps at a time, as many as stand in a line of the kernel (or one, for kernels that no network here has).
    #[inline(always)]
    fn each_line<S: Simd, const K: usize>(self, simd: S) {
        let (pixels, vectors) = (self.places.len(), self.vectors);
        let (gradient, _) = S::as_simd_f32s(self.gradient);
        let (sums, _) = S::as_mut_simd_f32s(self.sums);
        let area = self.kernel * self.kernel;
        for (index, sums) in sums.chunks_exact_mut(K * vectors).enumerate() {
            let (channel, tap) = (index * K / area, index * K % area);
            let first = self.first
                + channel * self.channel
                + tap / self.kernel * self.pitch
                + tap % self.kernel;
            let mut vector = 0;
            while vector < vectors {
                let maps = &gradient[vector * pixels..];
                let (source, places) = (&self.source[first..], self.places);
                vector += match vectors - vector {
                    4.. if many_registers::<S>() => {
                        line::<S, K, 4>(simd, source, places, maps, &mut sums[vector..], vectors)
                    }
                    2.. => {
                        line::<S, K, 2>(simd, source, places, maps, &mut sums[vector..], vectors)
                    }
                    _ => line::<S, K, 1>(simd, source, places, maps, &mut sums[vector..], vectors),
                };
            }
        }
    }
}

/// Adds to the sums of K taps, for V vectors out of `vectors`; returns V.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // Iterators would keep the sums in memory, at half the speed.
fn line<S: Simd, const K: usize, const V: usize>(
    simd: S,
    source: &[f32],
    places: &[usize],
    gradient: &[S::f32s],
    sums: &mut [S::f32s],
    vectors: usize,
) -> usize {
    let maps: [&[S::f32s]; V] =
        std::array::from_fn(|v| &gradient[v * places.len()..][..places.len()]);
    let mut added = [[simd.splat_f32s(0.0); V]; K];
    for (pixel, place) in places.iter().enumerate() {
        let window = &source[*place..][..K];
        let gradient: [S::f32s; V] = std::array::from_fn(|v| maps[v][pixel]);
        for tap in 0..K {
            let value = simd.splat_f32s(window[tap]);
            for v in 0..V {
                added[tap][v] = simd.mul_add_e_f32s(value, gradient[v], added[tap][v]);
            }
        }
    }
    for tap in 0..K {
        for v in 0..V {
            let sum = &mut sums[tap * vectors + v];
            *sum = simd.add_f32s(*sum, added[tap][v]);
        }
    }
    V
}
