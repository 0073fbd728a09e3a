//! A zip archive whose list of entries is bounded before it is read: a small file can claim any number of them,
//! and the reader keeps them all in memory.

use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use ::zip::ZipArchive;

use super::LARGEST_ARCHIVE;
use crate::DatasetError;

/// The most bytes that are read to find and read the list of entries: FER2013 as images takes half of it.
const LONGEST_LIST: u64 = 8 << 20;

/// Opens an archive, or says that it is beyond all bounds: the zip reader reserves room for as many entries as it could
/// hold. `file` is its name in error messages.
pub(super) fn open<R: Read + Seek>(
    mut input: R,
    file: &str,
) -> Result<ZipArchive<impl Read + Seek>, DatasetError> {
    let size = input
        .seek(SeekFrom::End(0))
        .map_err(|source| DatasetError::Unreadable {
            file: file.to_owned(),
            source,
        })?;
    if size > LARGEST_ARCHIVE {
        return Err(DatasetError::TooMuch {
            file: file.to_owned(),
            most: format!("{} MiB", LARGEST_ARCHIVE >> 20),
        });
    }
    let left = Rc::new(Cell::new(LONGEST_LIST));
    let input = Metered {
        input: BufReader::new(input),
        left: Rc::clone(&left),
    };
    let archive = ZipArchive::new(input).map_err(|source| DatasetError::BrokenArchive {
        file: file.to_owned(),
        source,
    })?;
    left.set(u64::MAX);
    Ok(archive)
}

/// Reads at most `left` bytes.
struct Metered<R> {
    input: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let found = self.input.read(buffer)?;
        let left = self.left.get().checked_sub(found as u64).ok_or_else(|| {
            io::Error::other(
                "its list of entries is missing or takes more than 8 MiB, which no archive of faces needs",
            )
        })?;
        self.left.set(left);
        Ok(found)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.input.seek(position)
    }
}
