//! Files in memory, and one file alone.

use std::io::{Cursor, SeekFrom};

use super::{Each, Files, Opened, ReadSeek, bounded, visible};
use crate::DatasetError;

/// Files that somebody holds in memory, such as those dropped on a page.
pub(crate) struct Memory<'a> {
    names: Vec<String>,
    bytes: Vec<&'a [u8]>,
}

impl<'a> Memory<'a> {
    pub(crate) fn new(files: &'a [(String, Vec<u8>)]) -> Result<Self, DatasetError> {
        bounded(files.len(), "the list of files")?;
        let mut listed: Vec<(String, &[u8])> = files
            .iter()
            .filter_map(|(name, bytes)| Some((visible(&name.replace('\\', "/"))?, &bytes[..])))
            .collect();
        listed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let (names, bytes) = listed.into_iter().unzip();
        Ok(Memory { names, bytes })
    }
}

impl Files for Memory<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn shown(&self, index: usize) -> String {
        self.names[index].clone()
    }

    fn visit(&mut self, wanted: &[usize], each: &mut Each) -> Result<(), DatasetError> {
        wanted
            .iter()
            .try_for_each(|&index| each(index, &mut &*self.bytes[index]))
    }

    fn open(&mut self, index: usize, _room: u64) -> Result<Opened<'_>, DatasetError> {
        Ok(Opened {
            input: Box::new(Cursor::new(self.bytes[index])),
            in_memory: 0,
        })
    }
}

/// One file: a table or an archive.
pub(crate) struct Single<R> {
    input: R,
    /// Its name in messages.
    shown: String,
    /// Its name without the folders before it.
    name: [String; 1],
}

impl<R: ReadSeek> Single<R> {
    pub(crate) fn new(input: R, file: &str) -> Self {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        Single {
            input,
            shown: file.to_owned(),
            name: [name.to_owned()],
        }
    }

    fn rewound(&mut self) -> Result<&mut R, DatasetError> {
        match self.input.seek(SeekFrom::Start(0)) {
            Ok(_) => Ok(&mut self.input),
            Err(source) => Err(DatasetError::Unreadable {
                file: self.shown.clone(),
                source,
            }),
        }
    }
}

impl<R: ReadSeek> Files for Single<R> {
    fn names(&self) -> &[String] {
        &self.name
    }

    fn shown(&self, _index: usize) -> String {
        self.shown.clone()
    }

    fn visit(&mut self, wanted: &[usize], each: &mut Each) -> Result<(), DatasetError> {
        wanted
            .iter()
            .try_for_each(|&index| each(index, self.rewound()?))
    }

    fn open(&mut self, _index: usize, _room: u64) -> Result<Opened<'_>, DatasetError> {
        Ok(Opened {
            input: Box::new(self.rewound()?),
            in_memory: 0,
        })
    }
}
