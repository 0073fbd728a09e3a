//! A zip archive, whose files are read one at a time where they stand.

use std::io::{Cursor, Read, Seek};

use ::zip::ZipArchive;
use ::zip::result::ZipError;

use super::{Each, Files, Opened, bounded, into_memory, metered, packed_links, visible};
use crate::DatasetError;
use crate::error::printable;

pub(crate) struct Zip<R> {
    archive: ZipArchive<R>,
    /// Its name in messages.
    file: String,
    names: Vec<String>,
    /// Which of the archive's entries each name belongs to.
    entries: Vec<usize>,
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
    // What a link holds is the path of a file.
    let (links, listed): (Vec<_>, Vec<_>) = listed.into_iter().partition(|(_, entry)| {
        let entry = archive.by_index_raw(*entry);
        entry.is_ok_and(|entry| entry.is_symlink())
    });
    let (names, entries) = listed.into_iter().unzip();
    Ok(Zip {
        archive,
        file: file.to_owned(),
        names,
        entries,
        dead_links: links.into_iter().map(|(name, _)| name).collect(),
    })
}

impl<R: Read + Seek> Zip<R> {
    fn entry(&mut self, index: usize) -> Result<impl Read + '_, DatasetError> {
        let file = self.shown(index);
        let broken = |source: ZipError| DatasetError::BrokenArchive { file, source };
        self.archive.by_index(self.entries[index]).map_err(broken)
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
