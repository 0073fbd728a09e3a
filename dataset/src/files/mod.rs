//! Named files, wherever they lie: in memory, in a folder, in an archive. What is in them is somebody else's matter.

pub(crate) mod blocks;
#[cfg(feature = "fs")]
pub(crate) mod folder;
pub(crate) mod memory;
mod metered;
pub(crate) mod tar;
pub(crate) mod zip;

use std::io::{Read, Seek};

use crate::DatasetError;
use crate::error::printable;

/// The most files that are listed.
pub(crate) const MOST_FILES: usize = 500_000;

/// The largest archive, in bytes, that is opened as a whole or taken out of another one: FER2013 takes a third.
pub(crate) const LARGEST_ARCHIVE: u64 = 256 << 20;

/// What an archive's reader needs.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// What is done with each file: its number and its bytes.
pub(crate) type Each<'a> = dyn FnMut(usize, &mut dyn Read) -> Result<(), DatasetError> + 'a;

/// A list of files. A file is known by its place in the list.
pub(crate) trait Files {
    /// Paths with slashes; hidden files and names that lead elsewhere are left out.
    fn names(&self) -> &[String];

    /// How a file is called in messages.
    fn shown(&self, index: usize) -> String;

    /// Reads the files with these numbers, which ascend.
    fn visit(&mut self, wanted: &[usize], each: &mut Each) -> Result<(), DatasetError>;

    /// How many links lead to nothing that can be read, and what is wrong with the first.
    fn dead_links(&self) -> Option<(usize, DatasetError)> {
        None
    }

    /// A file that is an archive itself. Archives in archives are read into memory, at most `room` bytes.
    fn open(&mut self, index: usize, room: u64) -> Result<Opened<'_>, DatasetError>;
}

/// A file whose bytes are read in any order, and how many of them lie in memory.
pub(crate) struct Opened<'a> {
    pub input: Box<dyn ReadSeek + 'a>,
    pub in_memory: u64,
}

/// A path with slashes and without a leading `./`, or `None` for what no data set holds: hidden files, those that
/// macOS adds to archives, and names that lead out of the folder.
pub(crate) fn visible(name: &str) -> Option<String> {
    let name = name.trim_start_matches("./");
    let fine = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part != "__MACOSX" && !part.contains(':')
    };
    name.split('/').all(fine).then(|| name.to_owned())
}

/// Reads a file out of an archive, at most `room` bytes; `file` is its name in messages.
pub(crate) fn into_memory(
    input: &mut dyn Read,
    file: &str,
    room: u64,
) -> Result<Vec<u8>, DatasetError> {
    let mut bytes = Vec::new();
    let read = input.take(room.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|source| DatasetError::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    if bytes.len() as u64 > room {
        return Err(DatasetError::TooMuch {
            file: file.to_owned(),
            most: format!("{} MiB inside an archive", LARGEST_ARCHIVE >> 20),
        });
    }
    Ok(bytes)
}

/// How many links an archive has that are not read, and what is wrong with the first.
fn packed_links(links: &[String], archive: &str) -> Option<(usize, DatasetError)> {
    let file = format!("{archive}/{}", printable(links.first()?));
    let links = links.len();
    Some((links, DatasetError::PackedLink { file, links }))
}

/// Refuses a list that is beyond all bounds.
pub(crate) fn bounded(files: usize, file: &str) -> Result<(), DatasetError> {
    if files <= MOST_FILES {
        return Ok(());
    }
    Err(DatasetError::TooMuch {
        file: file.to_owned(),
        most: format!("{MOST_FILES} files"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_and_names_that_lead_elsewhere_are_left_out() {
        assert_eq!(visible("./train/sad/a.png").unwrap(), "train/sad/a.png");
        for name in [
            "../a.png",
            "a/../b.png",
            "/a.png",
            "a//b.png",
            "C:/a.png",
            ".git/a.png",
            "__MACOSX/a.png",
            "a/._b.png",
            "folder/",
        ] {
            assert_eq!(visible(name), None, "{name}");
        }
    }
}
