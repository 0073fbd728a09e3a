//! Where the trainer's own files lie: beside the program, as in a release, or in the workspace that it was built in.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use model_core::bundle::Describes;
use model_core::classifier_bundle::ClassifierManifest;

/// The classifier that was trained on FER2013, beside the program or in the folder `native-trainer`.
const CLASSIFIER: &str = "classifiers/fer2013";
/// In which a release names its commit, beside the program.
const COMMIT: &str = "commit";

/// The classifier that comes with the trainer, whatever the working directory.
pub fn shipped_classifier() -> Option<PathBuf> {
    let workspace = workspace().map(|workspace| workspace.join("native-trainer"));
    let places = beside().into_iter().chain(workspace);
    let mut classifiers = places.map(|place| place.join(CLASSIFIER));
    classifiers.find(|classifier| classifier.join(ClassifierManifest::FILE).is_file())
}

/// The commit that a release was built from.
pub fn released_commit() -> Option<String> {
    let commit = fs::read_to_string(beside()?.join(COMMIT)).ok()?;
    Some(commit.trim().to_owned())
}

/// The workspace that cargo runs the program from, or else the one it was built in, if it is still there.
pub fn workspace() -> Option<PathBuf> {
    run_by_cargo().or_else(|| workspace_of(env!("CARGO_MANIFEST_DIR").into()))
}

/// The workspace that cargo runs the program from, if it does.
pub fn run_by_cargo() -> Option<PathBuf> {
    workspace_of(env::var_os("CARGO_MANIFEST_DIR")?)
}

/// The workspace of a package, if it is this project's.
fn workspace_of(package: OsString) -> Option<PathBuf> {
    let workspace = Path::new(&package).parent()?;
    let is_ours = workspace.join("native-trainer/classifiers").is_dir();
    is_ours.then(|| workspace.to_owned())
}

/// The folder of the program.
fn beside() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    Some(program.parent()?.to_owned())
}
