//! The worker's program for browsers without WebGPU, and for whoever chose the CPU, where there is no relaxed SIMD.

fn main() {
    web::worker::start();
}
