//! A tar archive's blocks of 512 bytes: a header before each file.

use std::io::{self, Read};

const BLOCK: usize = 512;

/// The most bytes that are unpacked: the table of FER2013 takes a seventh.
pub(super) const MOST_UNPACKED: u64 = 2 << 30;

/// The longest name, in bytes.
const LONGEST_NAME: u64 = 4096;

/// A file or a link.
pub(super) struct Entry {
    pub name: String,
    pub size: u64,
    pub link: Option<Link>,
}

/// What a link leads to.
pub(super) enum Link {
    /// The bytes of an earlier file of this name: GNU tar packs those once.
    Hard(String),
    /// A path, perhaps outside of the archive.
    Symbolic,
}

/// The archive's blocks, of which no more than [`MOST_UNPACKED`] bytes come.
pub(super) struct Blocks<R> {
    pub input: io::Take<R>,
}

impl<R: Read> Blocks<R> {
    /// The next file or link; the reader then stands at its first byte.
    pub(super) fn next_entry(&mut self) -> io::Result<Option<Entry>> {
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

    pub(super) fn skip(&mut self, length: u64) -> io::Result<()> {
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
pub(super) fn padding(size: u64) -> u64 {
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
