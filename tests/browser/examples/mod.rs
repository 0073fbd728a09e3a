//! The examples of `web/examples/`: installed from the npm package, built as their users build them, and opened in a
//! browser. What they need from npm is kept in `~/.cache/seven-faces/examples` (`SEVEN_FACES_EXAMPLES` names another
//! folder), because a checkout that trunk watches is no place for it.

mod jsdom;
mod next;
mod plain;
mod react;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::built_site;
use crate::widget::package::{packed, run};

/// The oldest Node that the newest Vite and jsdom run on.
const NODE: (u32, u32) = (20, 19);

/// An example with the package of the built site installed; `None` after saying what is missing.
pub fn installed(example: &Path) -> Option<PathBuf> {
    let dist = built_site()?;
    if let Err(missing) = node() {
        tests::skip(&missing);
        return None;
    }
    let name = example.file_name().expect("an example has a name");
    let folder = cache().join(name);
    renew(example, &folder);
    install(&folder);
    let archive = archive(&dist);
    let modules = folder.join("node_modules");
    let _ = fs::remove_dir_all(modules.join("seven-faces"));
    run(npm(&folder, "install").arg("--no-save").arg(archive));
    let queue = "widget/engine-queue.js";
    let installed =
        fs::read(modules.join("seven-faces").join(queue)).expect("the package is installed");
    assert_eq!(
        installed,
        fs::read(dist.join(queue)).expect("the built site"),
        "the package is the built site's"
    );
    Some(folder)
}

/// An example of `web/examples/`.
pub fn example(name: &str) -> PathBuf {
    tests::repository().join("web/examples").join(name)
}

fn node() -> Result<(), String> {
    let version = Command::new("node").arg("--version").output();
    let version = version.map_err(|_| "node is not on the PATH")?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match found >= NODE {
        true => Ok(()),
        false => Err(format!(
            "the examples need Node {}.{}, this is {version}",
            NODE.0, NODE.1
        )),
    }
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let named = std::env::var_os("SEVEN_FACES_EXAMPLES").map(PathBuf::from);
    named.unwrap_or_else(|| home().join(".cache/seven-faces/examples"))
}

/// The package, made once for all examples.
fn archive(dist: &Path) -> &'static Path {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    ARCHIVE.get_or_init(|| packed(dist, &cache().join("package")))
}

/// Copies the example's own files, and removes what was built before; what came from npm stays.
fn renew(example: &Path, folder: &Path) {
    fs::create_dir_all(folder).expect("the cache can be written");
    for entry in fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        if entry.file_name() != "node_modules" {
            run(Command::new("rm").arg("-rf").arg(entry.path()));
        }
    }
    let tracked = run(Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(example));
    for file in tracked.lines() {
        let copy = folder.join(file);
        fs::create_dir_all(copy.parent().expect("a file lies in a folder")).expect("a folder");
        fs::copy(example.join(file), copy).expect("a file of the example");
    }
}

/// Installs what the lock file names, unless it is there.
fn install(folder: &Path) {
    let Ok(lock) = fs::read(folder.join("package-lock.json")) else {
        return; // the package alone
    };
    let done = folder.join("node_modules/installed.json");
    if fs::read(&done).is_ok_and(|installed| installed == lock) {
        return;
    }
    run(&mut npm(folder, "ci"));
    fs::write(done, lock).expect("the cache can be written");
}

/// npm in a folder.
pub fn npm(folder: &Path, command: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.args([command, "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(folder);
    npm
}

/// Runs the example's `npm run build`, without asking anything of a network.
pub fn build(folder: &Path) {
    let mut npm = Command::new("npm");
    npm.args(["run", "build"])
        .env("NEXT_TELEMETRY_DISABLED", "1")
        .env("npm_config_offline", "true");
    println!("{}", run(npm.current_dir(folder)));
}
