//! A tar archive, gzipped or not, read from its start to its end.
//!
//! Own, because what it reads may be made to do harm: names are bounded, nothing is unpacked to a disk, and there is
//! little to it: blocks of 512 bytes, a header before each file.

use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read, SeekFrom};

use flate2::read::MultiGzDecoder;

use super::{
    Each, Files, LARGEST_ARCHIVE, Opened, ReadSeek, bounded, into_memory, packed_links, visible,
};
use crate::DatasetError;
use crate::error::printable;

const BLOCK: usize = 512;

/// The most bytes that are unpacked: the table of FER2013 takes a seventh.
const MOST_UNPACKED: u64 = 2 << 30;

/// The longest name and the longest list of names, in bytes.
const LONGEST_NAME: u64 = 4096;
const LONGEST_LIST: usize = 32 << 20;

/// What is done with each entry: its place, what it is and its bytes. Says whether more are wanted.
type Shown<'a> = dyn FnMut(usize, &Entry, &mut dyn Read) -> Result<bool, DatasetError> + 'a;

/// A file or a link.
struct Entry {
    name: String,
    size: u64,
    link: Option<Link>,
}

/// What a link leads to.
enum Link {
    /// The bytes of an earlier file of this name: GNU tar packs those once.
    Hard(String),
    /// A path, perhaps outside of the archive.
    Symbolic,
}

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

/// The archive's blocks, of which no more than [`MOST_UNPACKED`] bytes come.
struct Blocks<R> {
    input: io::Take<R>,
}

impl<R: Read> Blocks<R> {
    /// The next file or link; the reader then stands at its first byte.
    fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        let (mut name, mut target, mut size) = (None, None, None);
        loop {
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let length = number(&header[124..136])?;
            let link = match header[156] {
                // A long name as GNU tar writes it, and as POSIX does.
                b'L' => {
                    name = Some(until_zero(&self.small(length)?));
                    continue;
                }
                b'K' => {
                    target = Some(until_zero(&self.small(length)?));
                    continue;
                }
                b'x' => {
                    let records = self.small(length)?;
                    name = record(&records, "path").or(name);
                    target = record(&records, "linkpath").or(target);
                    size = record(&records, "size")
                        .and_then(|text| text.parse().ok())
                        .or(size);
                    continue;
                }
                b'0' | 0 | b'7' => None,
                b'1' => Some(Link::Hard(
                    target.unwrap_or_else(|| until_zero(&header[157..257])),
                )),
                b'2' => Some(Link::Symbolic),
                // Folders and what applies to all files.
                _ => {
                    self.skip(length + padding(length))?;
                    (name, target, size) = (None, None, None);
                    continue;
                }
            };
            let name = name.unwrap_or_else(|| short_name(&header));
            let size = size.unwrap_or(length);
            return Ok(Some(Entry { name, size, link }));
        }
    }

    /// The next header, or nothing at the archive's end.
    fn header(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut header = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut header[filled..])? {
                0 if filled == 0 && self.input.limit() > 0 => return Ok(None),
                0 => return Err(self.too_short()),
                found => filled += found,
            }
        }
        if header.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        match is_header(&header) {
            true => Ok(Some(header)),
            false => Err(io::Error::other(
                "found a damaged header in the tar archive",
            )),
        }
    }

    /// What describes the next file: small, or refused.
    fn small(&mut self, length: u64) -> io::Result<Vec<u8>> {
        if length > 4 * LONGEST_NAME {
            return Err(io::Error::other("found a file name of more than 16 KiB"));
        }
        let mut bytes = vec![0; length as usize];
        self.input.read_exact(&mut bytes)?;
        self.skip(padding(length))?;
        Ok(bytes)
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.input).take(length), &mut io::sink())?;
        match skipped == length {
            true => Ok(()),
            false => Err(self.too_short()),
        }
    }

    fn too_short(&self) -> io::Error {
        io::Error::other(match self.input.limit() {
            0 => "it unpacks to more than 2 GiB, which no archive of faces needs",
            _ => "the tar archive ends in the middle of a file",
        })
    }
}

/// How many bytes fill a file's last block.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

/// Whether a block is a header: it holds the sum of its bytes, its own place counted as blanks.
pub(crate) fn is_header(block: &[u8]) -> bool {
    let Some((block, _)) = block.split_at_checked(BLOCK) else {
        return false;
    };
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(place, &byte)| match place {
            148..156 => u64::from(b' '),
            _ => u64::from(byte),
        })
        .sum();
    block[0] != 0 && number(&block[148..156]).is_ok_and(|found| found == sum)
}

/// A number in octal digits, or in bytes where its first bit is set.
fn number(field: &[u8]) -> io::Result<u64> {
    let wrong = || io::Error::other("found a damaged number in the tar archive");
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len().saturating_sub(8));
        let zero = high.iter().skip(1).all(|&byte| byte == 0) && high.first() == Some(&0x80);
        let low: [u8; 8] = low.try_into().map_err(|_| wrong())?;
        let number = u64::from_be_bytes(low);
        return Some(number)
            .filter(|&number| zero && number <= MOST_UNPACKED)
            .ok_or_else(wrong);
    }
    let text = until_zero(field);
    match text.trim() {
        "" => Ok(0),
        digits => u64::from_str_radix(digits, 8).map_err(|_| wrong()),
    }
}

/// A name as hard links give it.
fn plain(name: &str) -> &str {
    name.trim_start_matches("./")
}

fn short_name(header: &[u8; BLOCK]) -> String {
    let name = until_zero(&header[..100]);
    let prefix = until_zero(&header[345..500]);
    match &header[257..262] == b"ustar" && header[262] != b' ' && !prefix.is_empty() {
        true => format!("{prefix}/{name}"),
        false => name,
    }
}

/// A record `<length> <key>=<value>\n`.
fn record(records: &[u8], key: &str) -> Option<String> {
    let text = String::from_utf8_lossy(records);
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(' ')?.1.split_once('=')?;
        (found == key).then(|| value.to_owned())
    })
}

fn until_zero(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0);
    String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
}
