//! The built site in a real browser, with WebGPU and without: the faces on the page are those that
//! `native-trainer sample` makes.
//!
//! Every control by pointer and by keyboard, the address, files saved, the page offline, and what goes wrong.
//!
//! Needs the site (`trunk build --release`; `SEVEN_FACES_DIST` names another folder than `dist`), Chromium
//! and chromedriver, Firefox and geckodriver, Node. What is missing skips a test, unless `SEVEN_FACES_REQUIRE_BROWSER=1`.

mod audit;
mod chrome;
mod endurance;
mod examples;
mod firefox;
mod foreign;
mod gpu;
mod in_firefox;
mod native;
mod screenshots;
mod session;
mod shown;
mod site;
mod strangers;
mod trainer_faces;
mod training;
mod visit;
mod widget;

use std::path::PathBuf;
use std::time::Duration;

use crate::chrome::Chrome;
use crate::site::Site;

/// Rounding differs between backends by less.
pub const TOLERANCE: u8 = 2;

pub const SEED: u64 = 6;

/// A software GPU compiles shaders for many seconds before the first face.
pub const FIRST_FACE: Duration = Duration::from_secs(240);

pub const NEXT_FACE: Duration = Duration::from_secs(90);

/// What every test begins with.
pub struct Visit {
    /// The built site's folder.
    dist: PathBuf,
    site: Site,
    chrome: Chrome,
}

impl Visit {
    /// A browser that has opened nothing yet; `None` where the site or the browser is missing.
    fn begin(webgpu: bool) -> Option<Self> {
        let dist = built_site()?;
        let site = Site::serve(&dist).expect("the site is served");
        let chrome = Chrome::start(webgpu).expect("chromium starts");
        Some(Self { dist, site, chrome })
    }
}

/// The built site, or `None` after saying what is missing.
pub fn built_site() -> Option<PathBuf> {
    match (tests::built_site(), chrome::installed()) {
        (Ok(dist), Ok(_)) => Some(dist),
        (Err(missing), _) | (_, Err(missing)) => {
            tests::skip(&missing);
            None
        }
    }
}
