//! Bundles on disk: `manifest.json` and `generator.safetensors`; a discriminator and a classifier likewise.

use std::fs;
use std::path::Path;

use anyhow::Context;
use model_core::bundle::{Describes, MAX_WEIGHT_BYTES, Packed};
use training::export::Provenance;

use crate::disk;
use crate::home;

/// No manifest of this project is longer.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// Where weights that are made now come from: the data set's name and hash, and the trainer's commit.
pub fn provenance(data: &str, data_sha256: &str) -> Provenance {
    Provenance {
        data: data.to_owned(),
        data_sha256: data_sha256.to_owned(),
        git_commit: git_commit().unwrap_or_else(|| "unknown".to_owned()),
    }
}

/// The commit that a release was built from, or else that of the trainer's workspace, asked of git.
fn git_commit() -> Option<String> {
    if let Some(commit) = home::released_commit() {
        return Some(commit);
    }
    let output = std::process::Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .current_dir(home::workspace()?)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// Writes the weights first, so that a manifest is never there without them; each file appears whole or not at all.
pub fn write<M: Describes>(bundle: &Packed<M>, directory: &Path) -> anyhow::Result<()> {
    let manifest = bundle.manifest.to_json()?;
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    let weights = directory.join(&bundle.manifest.weights().file);
    disk::write(&weights, &bundle.weights)?;
    disk::write(&directory.join(M::FILE), manifest.as_bytes())
}

/// Reads and checks what was written.
pub fn read<M: Describes>(directory: &Path) -> anyhow::Result<Packed<M>> {
    let open = || -> anyhow::Result<Packed<M>> {
        let json = disk::read(&directory.join(M::FILE), MAX_MANIFEST_BYTES)?;
        let manifest = M::parse(&json)?;
        let weights = directory.join(&manifest.weights().file);
        Ok(Packed::open(
            manifest,
            disk::read(&weights, MAX_WEIGHT_BYTES)?,
        )?)
    };
    open().with_context(|| format!("{} holds no usable {}", directory.display(), M::KIND))
}
