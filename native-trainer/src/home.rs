//! Where the trainer's own files lie: beside the program, as in a release, or in the workspace that it was built in.

use std::env;
use std::path::{Path, PathBuf};

use model_core::bundle::Describes;
use model_core::classifier_bundle::ClassifierManifest;

/// The classifier that was trained on FER2013, beside the program or in the folder `native-trainer`.
const CLASSIFIER: &str = "classifiers/fer2013";

/// The classifier that comes with the trainer, whatever the working directory.
pub fn shipped_classifier() -> Option<PathBuf> {
    let program = env::current_exe().ok();
    let beside = program
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_owned);
    let workspace = workspace().map(|workspace| workspace.join("native-trainer"));
    let places = beside.into_iter().chain(workspace);
    let mut classifiers = places.map(|place| place.join(CLASSIFIER));
    classifiers.find(|classifier| classifier.join(ClassifierManifest::FILE).is_file())
}

/// The workspace that cargo runs the program from, or else the one it was built in, if it is still there.
pub fn workspace() -> Option<PathBuf> {
    let built_in = Some(env!("CARGO_MANIFEST_DIR").into());
    let packages = [env::var_os("CARGO_MANIFEST_DIR"), built_in];
    let workspaces = packages.into_iter().flatten();
    let mut workspaces =
        workspaces.filter_map(|package| Some(Path::new(&package).parent()?.to_owned()));
    workspaces.find(|workspace| workspace.join("native-trainer/classifiers").is_dir())
}
