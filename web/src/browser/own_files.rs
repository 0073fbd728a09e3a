//! Files that the visitor drops or picks: which two of them are a bundle.

use js_sys::{Promise, Uint8Array};
use model_core::bundle::{Describes, Manifest};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry,
};

use crate::page::own_bundle::OwnFiles;

/// A generator of this project is smaller; a film dropped by mistake is not read.
const MAX_BYTES: f64 = (64 << 20) as f64;

/// The files of an input.
pub fn listed(files: Option<FileList>) -> Vec<File> {
    let count = files.as_ref().map_or(0, FileList::length);
    (0..count)
        .filter_map(|index| files.as_ref()?.get(index))
        .collect()
}

/// The files of a drop; those of a dropped folder too. A drop's entries are gone once its event is over,
/// so they are taken before the first wait.
pub fn dropped(drop: &DataTransfer) -> impl Future<Output = Vec<File>> + 'static {
    let items = drop.items();
    let entry = |index| items.get(index)?.webkit_get_as_entry().ok().flatten();
    let folders: Vec<FileSystemDirectoryEntry> = (0..items.length())
        .filter_map(entry)
        .filter(FileSystemEntry::is_directory)
        .map(JsCast::unchecked_into)
        .collect();
    let mut files = listed(drop.files());
    async move {
        for folder in folders {
            files.extend(inside(&folder).await);
        }
        files
    }
}

async fn inside(folder: &FileSystemDirectoryEntry) -> Vec<File> {
    let reader = folder.create_reader();
    let entries = answer(|found| reader.read_entries_with_callback(found)).await;
    let mut files = Vec::new();
    for entry in js_sys::Array::from(&entries.unwrap_or_default()).iter() {
        let entry: FileSystemFileEntry = entry.unchecked_into();
        if !entry.is_file() {
            continue;
        }
        let ask = |found: &js_sys::Function| {
            entry.file_with_callback(found);
            Ok(())
        };
        if let Some(file) = answer(ask).await {
            files.push(file.unchecked_into());
        }
    }
    files
}

/// Waits for what an old-fashioned function calls back with.
async fn answer(ask: impl FnOnce(&js_sys::Function) -> Result<(), JsValue>) -> Option<JsValue> {
    let mut ask = Some(ask);
    let promise = Promise::new(&mut |resolve, reject| {
        let asked = ask.take().map(|ask| ask(&resolve));
        if let Some(Err(error)) = asked {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    JsFuture::from(promise).await.ok()
}

/// The bundle among files, its manifest checked; or a sentence that says why there is none.
pub async fn bundle(files: Vec<File>) -> Result<OwnFiles, String> {
    let named = |name: &str| files.iter().find(|file| file.name() == name);
    let Some(manifest) = named(Manifest::FILE) else {
        return Err(format!(
            "A bundle is two files, {0} and its weights: there is no {0} among these.",
            Manifest::FILE
        ));
    };
    let manifest = bytes(manifest).await?;
    let parsed = Manifest::parse(&manifest)
        .map_err(|error| format!("This bundle cannot be used: {error}."))?;
    let name = parsed.weights.file;
    let Some(weights) = named(&name) else {
        return Err(format!(
            "The manifest's weights are missing: bring {name} together with {}.",
            Manifest::FILE
        ));
    };
    let weights = bytes(weights).await?;
    Ok(OwnFiles {
        manifest: manifest.into(),
        weights: weights.into(),
    })
}

async fn bytes(file: &File) -> Result<Vec<u8>, String> {
    let name = file.name();
    if file.size() > MAX_BYTES {
        return Err(format!("{name} is too large to be part of a bundle."));
    }
    let buffer = JsFuture::from(file.array_buffer())
        .await
        .map_err(|_| format!("{name} could not be read."))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
