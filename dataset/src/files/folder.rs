//! A folder on a disk and everything below it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Each, Files, Opened, bounded};
use crate::DatasetError;

/// How many folders deep files are looked for: download tools nest them three deep, and more is somebody's whole disk.
const DEEPEST: usize = 8;

pub(crate) struct Folder {
    root: PathBuf,
    names: Vec<String>,
    paths: Vec<PathBuf>,
    dead_links: Vec<PathBuf>,
}

impl Folder {
    /// Lists the files below `root` in the order of their paths.
    pub(crate) fn list(root: &Path) -> Result<Self, DatasetError> {
        let mut walk = Walk::default();
        walk.enter(root, "", 0)?;
        walk.files.sort();
        walk.dead_links.sort();
        let (names, paths) = walk.files.into_iter().unzip();
        Ok(Folder {
            root: root.to_owned(),
            names,
            paths,
            dead_links: walk.dead_links,
        })
    }

    fn file(&self, index: usize) -> Result<File, DatasetError> {
        let path = &self.paths[index];
        File::open(path).map_err(|source| unreadable(path, source))
    }
}

impl Files for Folder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn shown(&self, index: usize) -> String {
        self.root.join(&self.names[index]).display().to_string()
    }

    fn visit(&mut self, wanted: &[usize], each: &mut Each) -> Result<(), DatasetError> {
        wanted
            .iter()
            .try_for_each(|&index| each(index, &mut self.file(index)?))
    }

    fn dead_links(&self) -> Option<(usize, DatasetError)> {
        let first = self.dead_links.first()?;
        let links = self.dead_links.len();
        Some((links, dead_link(first, links)))
    }

    fn open(&mut self, index: usize, _room: u64) -> Result<Opened<'_>, DatasetError> {
        Ok(Opened {
            input: Box::new(self.file(index)?),
            in_memory: 0,
        })
    }
}

#[derive(Default)]
struct Walk {
    files: Vec<(String, PathBuf)>,
    /// Links that lead nowhere: their files were not fetched, or lie on a disk that is not there.
    dead_links: Vec<PathBuf>,
    /// Folders as they truly are: a link may lead back to where it stands.
    entered: HashSet<PathBuf>,
}

impl Walk {
    fn enter(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), DatasetError> {
        let true_path = fs::canonicalize(folder).map_err(|source| unreadable(folder, source))?;
        if depth > DEEPEST || !self.entered.insert(true_path) {
            return Ok(());
        }
        let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(|source| unreadable(folder, source))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || name == "__MACOSX" {
                continue;
            }
            let name = format!("{prefix}{name}");
            // A pipe is no file: its end never comes.
            match fs::metadata(&path) {
                Ok(is) if is.is_dir() => folders.push((name, path)),
                Ok(is) if is.is_file() => self.files.push((name, path)),
                Ok(_) => {}
                Err(_) if path.is_symlink() => self.dead_links.push(path),
                Err(source) => return Err(unreadable(&path, source)),
            }
        }
        let listed = self.files.len() + self.dead_links.len();
        bounded(listed, &folder.display().to_string())?;
        folders.sort();
        folders
            .iter()
            .try_for_each(|(name, path)| self.enter(path, &format!("{name}/"), depth + 1))
    }
}

pub(crate) fn dead_link(path: &Path, links: usize) -> DatasetError {
    DatasetError::DeadLink {
        file: path.display().to_string(),
        links,
    }
}

pub(crate) fn unreadable(path: &Path, source: io::Error) -> DatasetError {
    DatasetError::Unreadable {
        file: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn links_are_followed_once_and_those_that_lead_nowhere_are_kept_apart() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/x"), "1").unwrap();
        std::os::unix::fs::symlink(root, root.join("a/back")).unwrap();
        std::os::unix::fs::symlink(root.join("a/x"), root.join("y")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join("z")).unwrap();
        let folder = Folder::list(root).unwrap();
        assert_eq!(folder.names(), ["a/x", "y"]);
        assert_eq!(folder.dead_links, [root.join("z")]);
    }
}
