//! A tar archive, gzipped or not, read from its start to its end.
//!
//! Own, because what it reads may be made to do harm: names are bounded, nothing is unpacked to a disk, and there is
//! little to it (`blocks`).

use std::collections::HashMap;
use std::io::{BufReader, Cursor, Read, SeekFrom};

use flate2::read::MultiGzDecoder;

use super::blocks::{Blocks, Entry, Link, MOST_UNPACKED, padding};
use super::{
    Each, Files, LARGEST_ARCHIVE, Opened, ReadSeek, bounded, into_memory, packed_links, visible,
};
use crate::DatasetError;
use crate::error::printable;

/// The longest list of names, in bytes.
const LONGEST_LIST: usize = 32 << 20;

/// What is done with each entry: its place, what it is and its bytes. Says whether more are wanted.
type Shown<'a> = dyn FnMut(usize, &Entry, &mut dyn Read) -> Result<bool, DatasetError> + 'a;

pub(crate) struct Tar<'a> {
    input: Box<dyn ReadSeek + 'a>,
    gzip: bool,
    /// Its name in messages.
    file: String,
    names: Vec<String>,
    /// Which entry of the archive has the bytes of each name, in ascending order: others are hidden, and one with hard
    /// links has several names.
    places: Vec<usize>,
    dead_links: Vec<String>,
}

impl<'a> Tar<'a> {
    /// Reads the archive to its end for the names in it.
    pub(crate) fn list(
        input: Box<dyn ReadSeek + 'a>,
        gzip: bool,
        file: &str,
    ) -> Result<Self, DatasetError> {
        let mut tar = Tar {
            input,
            gzip,
            file: file.to_owned(),
            names: Vec::new(),
            places: Vec::new(),
            dead_links: Vec::new(),
        };
        let mut listing = Listing::default();
        tar.pass(&mut |place, entry, _| listing.add(place, entry, file).map(|()| true))?;
        let mut listed = listing.listed;
        listed.sort();
        (tar.places, tar.names) = listed.into_iter().unzip();
        tar.dead_links = listing.dead_links;
        Ok(tar)
    }

    /// Shows every file in turn, until told that it is enough.
    fn pass(&mut self, each: &mut Shown) -> Result<(), DatasetError> {
        let file = self.file.clone();
        let broken = |source| DatasetError::Unreadable {
            file: file.clone(),
            source,
        };
        self.input.seek(SeekFrom::Start(0)).map_err(broken)?;
        let input = BufReader::new(&mut self.input);
        let input: Box<dyn Read + '_> = match self.gzip {
            true => Box::new(MultiGzDecoder::new(input)),
            false => Box::new(input),
        };
        let mut blocks = Blocks {
            input: input.take(MOST_UNPACKED),
        };
        let mut place = 0;
        while let Some(entry) = blocks.next_entry().map_err(broken)? {
            let mut content = (&mut blocks.input).take(entry.size);
            if !each(place, &entry, &mut content)? {
                return Ok(());
            }
            let left = content.limit().saturating_add(padding(entry.size));
            blocks.skip(left).map_err(broken)?;
            place += 1;
        }
        Ok(())
    }
}

/// The names in an archive, while it is read.
#[derive(Default)]
struct Listing {
    listed: Vec<(usize, String)>,
    dead_links: Vec<String>,
    /// Where the files of all names are, hidden ones as well, and how long they are.
    found: HashMap<String, (usize, u64)>,
    /// Bytes of all names, and bytes that hard links give a second time.
    length: usize,
    linked: u64,
}

impl Listing {
    /// Takes over an entry of the archive `file`.
    fn add(&mut self, place: usize, entry: &Entry, file: &str) -> Result<(), DatasetError> {
        bounded(place, file)?;
        let too_much = |most: &str| DatasetError::TooMuch {
            file: file.to_owned(),
            most: most.to_owned(),
        };
        self.length += entry.name.len();
        if self.length > LONGEST_LIST {
            return Err(too_much("32 MiB of file names"));
        }
        let content = match &entry.link {
            None => Some((place, entry.size)),
            Some(Link::Hard(to)) => self.found.get(plain(to)).copied(),
            Some(Link::Symbolic) => None,
        };
        let visible = visible(&entry.name);
        match content {
            Some((place, size)) => {
                if entry.link.is_some() {
                    self.linked += size;
                }
                if self.linked > MOST_UNPACKED {
                    return Err(too_much("2 GiB in files with hard links"));
                }
                self.found
                    .insert(plain(&entry.name).to_owned(), (place, size));
                self.listed.extend(visible.map(|name| (place, name)));
            }
            None => self.dead_links.extend(visible),
        }
        Ok(())
    }
}

impl Files for Tar<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn shown(&self, index: usize) -> String {
        format!("{}/{}", self.file, printable(&self.names[index]))
    }

    fn visit(&mut self, wanted: &[usize], each: &mut Each) -> Result<(), DatasetError> {
        let places = std::mem::take(&mut self.places);
        let mut left = wanted.iter().copied().peekable();
        let result = match left.peek() {
            None => Ok(()),
            Some(_) => self.pass(&mut |place, entry, input| {
                let here = |index: &usize| places[*index] == place;
                let Some(first) = left.next_if(here) else {
                    return Ok(true);
                };
                if !left.peek().is_some_and(here) {
                    each(first, input)?;
                    return Ok(left.peek().is_some());
                }
                let bytes = into_memory(input, &entry.name, LARGEST_ARCHIVE)?;
                each(first, &mut &bytes[..])?;
                while let Some(index) = left.next_if(here) {
                    each(index, &mut &bytes[..])?;
                }
                Ok(left.peek().is_some())
            }),
        };
        self.places = places;
        result
    }

    fn dead_links(&self) -> Option<(usize, DatasetError)> {
        packed_links(&self.dead_links, &self.file)
    }

    fn open(&mut self, index: usize, room: u64) -> Result<Opened<'_>, DatasetError> {
        let (file, mut bytes) = (self.shown(index), Vec::new());
        self.visit(&[index], &mut |_, input| {
            bytes = into_memory(input, &file, room)?;
            Ok(())
        })?;
        Ok(Opened {
            in_memory: bytes.len() as u64,
            input: Box::new(Cursor::new(bytes)),
        })
    }
}

/// A name as hard links give it.
fn plain(name: &str) -> &str {
    name.trim_start_matches("./")
}
