//! A tar archive, gzipped or not, read from its start to its end.
//!
//! Own, because what it reads may be made to do harm: names are bounded, nothing is unpacked to a disk, and there is
//! little to it: blocks of 512 bytes, a header before each file.

use std::io::{self, BufReader, Cursor, Read, SeekFrom};

use flate2::read::MultiGzDecoder;

use super::{Each, Files, Opened, ReadSeek, bounded, into_memory, visible};
use crate::DatasetError;
use crate::error::printable;

const BLOCK: usize = 512;

/// The most bytes that are unpacked: the table of FER2013 takes a seventh.
const MOST_UNPACKED: u64 = 2 << 30;

/// The longest name and the longest list of names, in bytes.
const LONGEST_NAME: u64 = 4096;
const LONGEST_LIST: usize = 32 << 20;

/// What is done with each file: its place, its name and its bytes. Says whether more are wanted.
type Shown<'a> = dyn FnMut(usize, &str, &mut dyn Read) -> Result<bool, DatasetError> + 'a;

pub(crate) struct Tar<'a> {
    input: Box<dyn ReadSeek + 'a>,
    gzip: bool,
    /// Its name in messages.
    file: String,
    names: Vec<String>,
    /// Which file of the archive each name belongs to: others are hidden.
    places: Vec<usize>,
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
        };
        let (mut names, mut places, mut length) = (Vec::new(), Vec::new(), 0);
        tar.pass(&mut |place, name, _| {
            length += name.len();
            bounded(place, file)?;
            if length > LONGEST_LIST {
                return Err(DatasetError::TooMuch {
                    file: file.to_owned(),
                    most: "32 MiB of file names".to_owned(),
                });
            }
            if let Some(name) = visible(name) {
                names.push(name);
                places.push(place);
            }
            Ok(true)
        })?;
        (tar.names, tar.places) = (names, places);
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
        while let Some((name, size)) = blocks.next_file().map_err(broken)? {
            let mut content = (&mut blocks.input).take(size);
            if !each(place, &name, &mut content)? {
                return Ok(());
            }
            let left = content.limit().saturating_add(padding(size));
            blocks.skip(left).map_err(broken)?;
            place += 1;
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
            Some(_) => self.pass(&mut |place, _, input| {
                if let Some(index) = left.next_if(|&index| places[index] == place) {
                    each(index, input)?;
                }
                Ok(left.peek().is_some())
            }),
        };
        self.places = places;
        result
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
    /// The next file's name and size; the reader then stands at its first byte.
    fn next_file(&mut self) -> io::Result<Option<(String, u64)>> {
        let (mut name, mut size) = (None, None);
        loop {
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let length = number(&header[124..136])?;
            match header[156] {
                // A long name as GNU tar writes it, and as POSIX does.
                b'L' => name = Some(until_zero(&self.small(length)?)),
                b'x' => {
                    let records = self.small(length)?;
                    name = record(&records, "path").or(name);
                    size = record(&records, "size")
                        .and_then(|text| text.parse().ok())
                        .or(size);
                }
                b'0' | 0 | b'7' => {
                    let name = name.unwrap_or_else(|| short_name(&header));
                    return Ok(Some((name, size.unwrap_or(length))));
                }
                // Folders, links and what applies to all files.
                _ => {
                    self.skip(length + padding(length))?;
                    (name, size) = (None, None);
                }
            }
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
