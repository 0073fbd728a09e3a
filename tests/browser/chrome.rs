//! A headless Chromium driven through chromedriver.

mod devtools;

use std::ops::Deref;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use crate::session::{Session, program};

/// A browser with an empty profile.
pub struct Chrome {
    session: Session,
    _profile: TempDir,
}

/// The browser and its driver on the PATH, or what is missing.
pub fn installed() -> Result<(PathBuf, PathBuf), String> {
    let browser = program(&["chromium", "chromium-browser", "google-chrome"])?;
    Ok((browser, program(&["chromedriver"])?))
}

impl Chrome {
    /// Starts a browser, with WebGPU (on SwiftShader where there is no GPU) or without.
    pub fn start(webgpu: bool) -> Result<Self, String> {
        let (browser, driver) = installed()?;
        let profile = TempDir::new().map_err(|error| error.to_string())?;
        let options = json!({
            "binary": browser,
            "args": arguments(profile.path().display().to_string(), webgpu),
        });
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        // It says "... was started successfully on port 38123."
        let session = Session::start(&driver, "successfully on port ", capabilities)?;
        Ok(Self {
            session,
            _profile: profile,
        })
    }
}

impl Deref for Chrome {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

fn arguments(profile: String, webgpu: bool) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1200,900",
    ]
    .map(String::from)
    .into();
    arguments.push(format!("--user-data-dir={profile}"));
    if webgpu {
        arguments.push("--enable-unsafe-webgpu".into());
    }
    arguments
}
