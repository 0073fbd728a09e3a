//! A zip archive, whose files are read one at a time where they stand.

use std::io::{Cursor, Read, Seek};

use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};

use super::{Each, Files, Opened, bounded, into_memory, metered, packed_links, visible};
use crate::DatasetError;
use crate::error::printable;

pub(crate) struct Zip<R> {
    archive: ZipArchive<R>,
    /// Its name in messages.
    file: String,
    names: Vec<String>,
    /// Which of the archive's entries each name belongs to, and why it cannot be read.
    entries: Vec<(usize, Option<&'static str>)>,
    dead_links: Vec<String>,
}

/// Opens an archive and lists its files in the order of their paths. Older Windows writes paths with backslashes.
pub(crate) fn list<R: Read + Seek>(
    input: R,
    file: &str,
) -> Result<Zip<impl Read + Seek>, DatasetError> {
    let mut archive = metered::open(input, file)?;
    bounded(archive.len(), file)?;
    let mut listed: Vec<(String, usize)> = (0..archive.len())
        .filter_map(|entry| {
            let name = archive.name_for_index(entry)?;
            Some((visible(&name.replace('\\', "/"))?, entry))
        })
        .collect();
    listed.sort();
    let (mut names, mut entries, mut dead_links) = (Vec::new(), Vec::new(), Vec::new());
    for (name, entry) in listed {
        let described = archive.by_index_raw(entry);
        // What a link holds is the path of a file.
        if described
            .as_ref()
            .is_ok_and(|described| described.is_symlink())
        {
            dead_links.push(name);
            continue;
        }
        let locked = described
            .ok()
            .and_then(|described| match described.encrypted() {
                true => Some("encrypted"),
                false => unread(described.compression()),
            });
        names.push(name);
        entries.push((entry, locked));
    }
    Ok(Zip {
        archive,
        file: file.to_owned(),
        names,
        entries,
        dead_links,
    })
}

/// A compression that is not read.
fn unread(method: CompressionMethod) -> Option<&'static str> {
    Some(match method {
        CompressionMethod::STORE | CompressionMethod::DEFLATE => return None,
        CompressionMethod::BZIP2 => "compressed by bzip2",
        CompressionMethod::LZMA => "compressed by LZMA",
        CompressionMethod::XZ => "compressed by xz",
        CompressionMethod::ZSTD => "compressed by zstd",
        CompressionMethod::DEFLATE64 => "compressed by Deflate64",
        _ => "compressed by another method than deflate",
    })
}

impl<R: Read + Seek> Zip<R> {
    fn entry(&mut self, index: usize) -> Result<impl Read + '_, DatasetError> {
        let file = self.shown(index);
        let (entry, locked) = self.entries[index];
        if let Some(how) = locked {
            return Err(DatasetError::LockedEntry { file, how });
        }
        let broken = |source: ZipError| DatasetError::BrokenArchive { file, source };
        self.archive.by_index(entry).map_err(broken)
    }
}

impl<R: Read + Seek> Files for Zip<R> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn shown(&self, index: usize) -> String {
        format!("{}/{}", self.file, printable(&self.names[index]))
    }

    fn visit(&mut self, wanted: &[usize], each: &mut Each) -> Result<(), DatasetError> {
        wanted
            .iter()
            .try_for_each(|&index| each(index, &mut self.entry(index)?))
    }

    fn dead_links(&self) -> Option<(usize, DatasetError)> {
        packed_links(&self.dead_links, &self.file)
    }

    fn open(&mut self, index: usize, room: u64) -> Result<Opened<'_>, DatasetError> {
        let file = self.shown(index);
        let bytes = into_memory(&mut self.entry(index)?, &file, room)?;
        Ok(Opened {
            in_memory: bytes.len() as u64,
            input: Box::new(Cursor::new(bytes)),
        })
    }
}
