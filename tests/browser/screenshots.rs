//! Pictures of the page, for people.

use std::fs;
use std::path::{Path, PathBuf};

use crate::chrome::Chrome;

/// Where pictures for people are kept.
pub fn test_output() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-output");
    fs::create_dir_all(&folder).expect("test-output can be made");
    folder
}

/// Windows that everything must fit: their width in pixels, and the colour scheme.
pub const WINDOWS: [(u32, &str); 4] = [
    (1200, "light"),
    (1200, "dark"),
    (360, "light"),
    (360, "dark"),
];

/// Keeps a picture of what the page shows, in every window.
pub fn keep_screenshots(chrome: &Chrome, name: &str) {
    for (width, scheme) in WINDOWS {
        keep_screenshot(chrome, &format!("page-{name}"), width, scheme);
    }
    chrome.resize(1200, "light");
}

/// Resizes the window, checks that everything fits its width, and keeps a picture.
pub fn keep_screenshot(chrome: &Chrome, name: &str, width: u32, scheme: &str) {
    let file = test_output().join(format!("{name}-{width}-{scheme}.png"));
    chrome.resize(width, scheme);
    let wide = chrome.execute("return document.documentElement.scrollWidth");
    assert!(
        wide.as_u64() <= Some(width.into()),
        "{name}: {wide} pixels wide in a window of {width}"
    );
    fs::write(&file, chrome.screenshot()).expect("a screenshot can be written");
    println!("screenshot: {}", file.display());
}
