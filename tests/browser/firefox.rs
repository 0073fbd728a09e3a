//! A headless Firefox driven through geckodriver.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::session::{Session, program};

/// A browser with an empty profile, which saves into a folder of the test.
pub struct Firefox {
    session: Session,
}

/// The browser and its driver on the PATH, or what is missing.
pub fn installed() -> Result<(PathBuf, PathBuf), String> {
    let browser = program(&["firefox-esr", "firefox"])?;
    Ok((browser, program(&["geckodriver"])?))
}

impl Firefox {
    /// Starts a browser that saves into a folder. `resists`: it guards against tracking, and gives nobody the pixels of a canvas.
    pub fn start(downloads: &Path, resists: bool) -> Result<Self, String> {
        let (browser, driver) = installed()?;
        let preferences = json!({
            "browser.download.folderList": 2,
            "browser.download.dir": downloads,
            "privacy.resistFingerprinting": resists,
        });
        let options = json!({"binary": browser, "args": ["-headless"], "prefs": preferences});
        let capabilities = json!({"moz:firefoxOptions": options});
        // It says "... Listening on 127.0.0.1:38123".
        let session = Session::start(&driver, "Listening on 127.0.0.1:", capabilities)?;
        Ok(Self { session })
    }
}

impl Deref for Firefox {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}
