//! The worker's program where WebGPU is at hand; the CPU's checks it, and steps in for it.

// A function that the linker makes can be named in no other way.
#![allow(unsafe_code)]

unsafe extern "C" {
    fn __wasm_call_ctors();
}

fn main() {
    // Burn's shader compiler registers its thousands of operations in static constructors. Unless a
    // program calls them itself, the linker has every exported function, `malloc` included, run all of them.
    // SAFETY: the linker provides the function; it is called once, before anything else.
    unsafe { __wasm_call_ctors() };
    web::worker::start();
}
