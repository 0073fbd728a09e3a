//! axe-core, the accessibility audit, in the page that is open. It comes from npm when the tests run
//! (`tests/run.sh` puts it into the target directory) and is no part of the site.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chrome::Chrome;

const AXE: &str = "axe-core@4.11.0";

/// The audit's program, or why there is none.
pub fn program() -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let file: PathBuf = folder.join("node_modules/axe-core/axe.min.js");
    if !file.is_file() {
        let npm = Command::new("npm")
            .args([
                "install",
                "--no-save",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefix",
            ])
            .arg(&folder)
            .arg(AXE)
            .output();
        npm.map_err(|error| format!("npm does not start: {error}"))?;
    }
    std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Fails with every violation of the page as it is now.
pub fn assert_accessible(chrome: &Chrome, axe: &str, what: &str) {
    chrome.execute(&format!("if (!window.axe) {{ {axe} }}"));
    let script = "return axe.run(document, {resultTypes: ['violations']}).then((result) =>
        result.violations.flatMap(({id, help, nodes}) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary}`)))";
    let found = chrome.execute(script);
    assert_eq!(found.as_array().map(Vec::len), Some(0), "{what}: {found:#}");
}
