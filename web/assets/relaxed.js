// Whether the browser multiplies and adds in one instruction (relaxed SIMD), for which the CPU has an engine of its own.
// A script and no module, because a service worker can load nothing else.

// The smallest program that needs it: a function of three vectors, `f32x4.relaxed_madd`.
self.relaxedSimd = WebAssembly.validate(new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, // "\0asm", version 1
  1, 8, 1, 96, 3, 123, 123, 123, 1, 123, // types: (v128, v128, v128) -> v128
  3, 2, 1, 0, // functions: one, of that type
  10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11, // code
]));
