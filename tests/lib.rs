//! What holds across the crates, and the facts that several test programs share.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The first four latents of seed 6, as the bits of 32-bit floats (-1.311, 0.140, 0.172, -1.514): the same
/// on every machine and in every browser.
pub const LATENT_OF_SEED_6: [u32; 4] = [3215448649, 1041161737, 1043361055, 3217147326];

/// The repository's folder, wherever it lies now: one build of the tests may serve several checkouts.
pub fn repository() -> PathBuf {
    let tests = std::env::var_os("CARGO_MANIFEST_DIR");
    let tests = tests.map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    tests.join("..")
}

/// The built site, in the folder that `SEVEN_FACES_DIST` names or in `dist`; else what is missing.
pub fn built_site() -> Result<PathBuf, String> {
    let default = repository().join("dist");
    let dist = std::env::var_os("SEVEN_FACES_DIST").map_or(default, PathBuf::from);
    let page = dist.join("index.html");
    match page.is_file() {
        true => Ok(dist),
        false => Err(format!(
            "{} does not exist: run `trunk build --release`",
            page.display()
        )),
    }
}

/// Says why a test of the site is skipped; panics where `SEVEN_FACES_REQUIRE_BROWSER` is 1, as in `tests/run.sh`.
pub fn skip(missing: &str) {
    let required = std::env::var("SEVEN_FACES_REQUIRE_BROWSER").is_ok_and(|value| value == "1");
    assert!(
        !required,
        "the tests of the site are required, but {missing}"
    );
    println!("skipped: {missing}");
}

/// Runs a future of the CPU, which answers at once.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU never makes anybody wait"),
    }
}
