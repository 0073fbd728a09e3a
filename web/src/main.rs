//! The page's program. Trunk builds it: `trunk serve --release` in the repository's root.

fn main() {
    web::app::start();
}
