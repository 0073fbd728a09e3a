//! What WebDriver cannot do and the DevTools protocol can.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use super::Chrome;

impl Chrome {
    /// Saves downloads into a folder, and lets the page use the clipboard.
    pub fn allow_saving(&self, folder: &Path) {
        let path = folder.display().to_string();
        self.devtools(
            "Browser.setDownloadBehavior",
            json!({"behavior": "allow", "downloadPath": path}),
        );
        let permissions = json!(["clipboardReadWrite", "clipboardSanitizedWrite"]);
        self.devtools(
            "Browser.grantPermissions",
            json!({"permissions": permissions}),
        );
    }

    /// Says that the visitor wants less motion, or that they do not mind.
    pub fn reduce_motion(&self, reduce: bool) {
        let value = if reduce { "reduce" } else { "no-preference" };
        let features = json!([{"name": "prefers-reduced-motion", "value": value}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// The addresses that the page has asked for so far.
    pub fn requests(&self) -> Vec<String> {
        let log = self.command("se/log", json!({"type": "performance"}));
        let address = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            let address = message["params"]["request"]["url"].as_str()?.to_owned();
            sent.then_some(address)
        };
        log.as_array()
            .into_iter()
            .flatten()
            .filter_map(address)
            .collect()
    }

    /// A script that runs in every page before the page's own.
    pub fn run_before_pages(&self, script: &str) {
        let params = json!({"source": script});
        self.devtools("Page.addScriptToEvaluateOnNewDocument", params);
    }

    /// Drops files or folders onto the middle of an element, as from a file manager.
    pub fn drop_files(&self, testid: &str, paths: &[String]) {
        let script = format!(
            "const element = document.querySelector(\"[data-testid='{testid}']\");
             element.scrollIntoView({{block: 'center'}});
             const {{x, y, width, height}} = element.getBoundingClientRect();
             return [x + width / 2, y + height / 2];"
        );
        let at = self.execute(&script);
        for kind in ["dragEnter", "dragOver", "drop"] {
            let data = json!({"items": [], "files": paths, "dragOperationsMask": 1});
            let event = json!({"type": kind, "x": at[0], "y": at[1], "data": data});
            self.devtools("Input.dispatchDragEvent", event);
        }
    }

    /// Kills the browser's GPU process, as a faulty driver would.
    pub fn crash_gpu(&self) {
        self.devtools("Browser.crashGpuProcess", json!({}));
    }

    /// A command of the DevTools protocol, for what WebDriver cannot do.
    pub fn devtools(&self, cmd: &str, params: Value) -> Value {
        self.command("goog/cdp/execute", json!({"cmd": cmd, "params": params}))
    }

    /// A window of this width, in a colour scheme.
    pub fn resize(&self, width: u32, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
        let metrics =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
        sleep(Duration::from_millis(300)); // Colours change over 0.2 s.
    }

    /// The whole page as PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        self.picture(json!({"captureBeyondViewport": true}))
    }

    /// The upper part of the page as PNG, as wide as the window.
    pub fn top(&self, width: u32, height: u32) -> Vec<u8> {
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        self.picture(json!({"captureBeyondViewport": true, "clip": clip}))
    }

    fn picture(&self, params: Value) -> Vec<u8> {
        let png = self.devtools("Page.captureScreenshot", params);
        let text = png["data"].as_str().unwrap_or_default();
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .expect("a screenshot is base64")
    }
}
