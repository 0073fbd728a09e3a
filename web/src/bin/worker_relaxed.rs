//! The worker's program as `worker_cpu.rs`, for browsers with relaxed SIMD: they multiply and add in one instruction.

fn main() {
    pulp_wasm_simd_flag::enable_relaxed_simd();
    web::worker::start();
}
