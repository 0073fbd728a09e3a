//! Files that are whole or not there, also after a power cut.
//!
//! A file is written under a temporary name, flushed to the disk and renamed; then the directory that holds the
//! name is flushed too. In any other order a crash can leave the new name with the old bytes, or with none.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Ending of what is still being written.
pub const UNFINISHED: &str = ".unfinished";

/// Writes a file so that it appears whole or not at all, and stays.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let unfinished = unfinished(path);
    let written = write_flushed(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| flush_directory(path.parent().unwrap_or(Path::new(""))));
    if written.is_err() {
        // What is left of it would fill a full disk for good.
        let _ = fs::remove_file(&unfinished);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a file and waits until it is on the disk. It may be cut off by a crash: for files below a directory
/// that is renamed when all of them are whole.
pub fn write_flushed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    flush(&file)
}

/// Waits until a file or a directory is on the disk, as far as its file system can: those of networks and clouds (SMB, sshfs, FUSE)
/// often flush no directories, or nothing at all.
pub fn flush(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if cannot(&error) => Ok(()),
        flushed => flushed,
    }
}

/// Whether an error says that a file system has no such operation.
pub fn cannot(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, Unsupported};
    matches!(error.kind(), InvalidInput | Unsupported)
}

/// Waits until the names in a directory are on the disk.
pub fn flush_directory(path: &Path) -> io::Result<()> {
    // Windows opens no directories as files, and flushes names itself.
    if cfg!(windows) {
        return Ok(());
    }
    let here = Path::new(".");
    let path = match path.as_os_str().is_empty() {
        true => here,
        false => path,
    };
    flush(&File::open(path)?)
}

/// Removes a directory so that it is never half empty under its own name.
pub fn remove_directory(path: &Path) -> io::Result<()> {
    let dropped = unfinished(&path.with_extension("dropped"));
    if dropped.exists() {
        fs::remove_dir_all(&dropped)?;
    }
    fs::rename(path, &dropped)?;
    fs::remove_dir_all(&dropped)
}

/// Reads a file that should be small; a longer one is refused before it fills the memory.
pub fn read(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(
        bytes.len() as u64 <= most,
        "{} is longer than {most} bytes, which nothing of this project is: it is damaged or another file",
        path.display()
    );
    Ok(bytes)
}

/// The temporary name beside a name.
pub fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    PathBuf::from(name)
}
