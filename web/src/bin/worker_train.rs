//! The worker's program that trains.

fn main() {
    web::worker::training::start();
}
