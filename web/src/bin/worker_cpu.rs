//! The worker's program for browsers without WebGPU, and for whoever chose the CPU.

fn main() {
    web::worker::start();
}
