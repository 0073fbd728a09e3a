//! Text of any line end and of the encodings in which tables are written, as lines that end in a line feed.

use std::io::{self, Read};

/// The longest line that is read, in bytes: seven times the longest good row. Bounds the memory
/// that a file without line ends can claim.
const LONGEST_LINE: usize = 64 * 1024;

/// The most lines that are read, blank ones as well: those cost nothing but time.
const MOST_LINES: usize = 1_000_000;

/// How letters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// Two bytes a letter, as Windows PowerShell writes files.
    Utf16 {
        big_endian: bool,
    },
}

impl Encoding {
    /// The encoding of a text that begins so: by its byte order mark, else by where its zeros stand.
    pub(crate) fn of(head: &[u8]) -> Encoding {
        match head {
            [0xff, 0xfe, ..] => Encoding::Utf16 { big_endian: false },
            [0xfe, 0xff, ..] => Encoding::Utf16 { big_endian: true },
            [first, 0, second, 0, ..] if *first != 0 && *second != 0 => {
                Encoding::Utf16 { big_endian: false }
            }
            [0, first, 0, second, ..] if *first != 0 && *second != 0 => {
                Encoding::Utf16 { big_endian: true }
            }
            _ => Encoding::Utf8,
        }
    }
}

/// Whatever the encoding, as UTF-8.
pub(crate) struct Utf8<R> {
    input: R,
    /// What was read to tell the encoding, and is still to be given.
    head: Vec<u8>,
    given: usize,
    encoding: Option<Encoding>,
    /// The first half of a letter.
    half: Option<u8>,
}

impl<R: Read> Utf8<R> {
    pub(crate) fn new(input: R) -> Self {
        Utf8 {
            input,
            head: Vec::new(),
            given: 0,
            encoding: None,
            half: None,
        }
    }

    fn raw(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given < self.head.len() {
            let count = buffer.len().min(self.head.len() - self.given);
            buffer[..count].copy_from_slice(&self.head[self.given..self.given + count]);
            self.given += count;
            return Ok(count);
        }
        self.input.read(buffer)
    }

    fn encoding(&mut self) -> io::Result<Encoding> {
        if let Some(encoding) = self.encoding {
            return Ok(encoding);
        }
        (&mut self.input).take(4).read_to_end(&mut self.head)?;
        let encoding = Encoding::of(&self.head);
        self.encoding = Some(encoding);
        Ok(encoding)
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Encoding::Utf16 { big_endian } = self.encoding()? else {
            return self.raw(buffer);
        };
        // Tables are ASCII: a letter beyond it stands for itself nowhere, and becomes a question mark.
        loop {
            let found = self.raw(buffer)?;
            let mut letters = 0;
            for place in 0..found {
                let byte = buffer[place];
                let Some(first) = self.half.take() else {
                    self.half = Some(byte);
                    continue;
                };
                let (high, low) = if big_endian {
                    (first, byte)
                } else {
                    (byte, first)
                };
                if (high, low) == (0xfe, 0xff) {
                    continue;
                }
                buffer[letters] = if high == 0 && low.is_ascii() {
                    low
                } else {
                    b'?'
                };
                letters += 1;
            }
            if letters > 0 || found == 0 {
                return Ok(letters);
            }
        }
    }
}

/// Makes every line end in a line feed and nothing else, so that the CSV reader counts lines as an
/// editor does (it counts a line feed after a carriage return to the next row), and refuses a line
/// longer than [`LONGEST_LINE`].
pub(crate) struct PlainLines<R> {
    input: Utf8<R>,
    /// Bytes since the last line feed.
    line_bytes: usize,
    /// Line feeds so far.
    lines: usize,
    /// How lines end, once one has.
    ends: Ends,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Ends {
    #[default]
    Unknown,
    /// A carriage return ended the first line, if no line feed follows.
    Returned,
    /// Carriage returns, as on a Macintosh before 2001.
    Returns,
    /// Line feeds; carriage returns stand before them.
    Feeds,
}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let found = self.input.read(buffer)?;
            if found == 0 {
                return Ok(self.end_last_line(buffer));
            }
            let kept = self.ends.plain(&mut buffer[..found]);
            self.line_bytes = match buffer[..kept].iter().rposition(|&byte| byte == b'\n') {
                Some(end) => kept - end - 1,
                None => self.line_bytes + found,
            };
            self.lines += buffer[..kept].iter().filter(|byte| **byte == b'\n').count();
            if self.line_bytes > LONGEST_LINE {
                return Err(io::Error::other(format!(
                    "found a line of more than {LONGEST_LINE} bytes, expected 2304 pixels a line"
                )));
            }
            if self.lines > MOST_LINES {
                return Err(io::Error::other(format!(
                    "found more than {MOST_LINES} lines, expected at most 500000 faces"
                )));
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R: Read> PlainLines<R> {
    pub(crate) fn new(input: R) -> Self {
        PlainLines {
            input: Utf8::new(input),
            line_bytes: 0,
            lines: 0,
            ends: Ends::default(),
        }
    }

    /// One line feed where the file's last line has none, then nothing.
    fn end_last_line(&mut self, buffer: &mut [u8]) -> usize {
        if self.line_bytes == 0 || buffer.is_empty() {
            return 0;
        }
        self.line_bytes = 0;
        buffer[0] = b'\n';
        1
    }
}

impl Ends {
    /// Makes every line end in a line feed, and closes the gaps; the number of bytes left.
    fn plain(&mut self, bytes: &mut [u8]) -> usize {
        // The usual case, and far faster.
        if *self == Ends::Feeds && !bytes.contains(&b'\r') {
            return bytes.len();
        }
        let mut kept = 0;
        for index in 0..bytes.len() {
            if let Some(byte) = self.next(bytes[index]) {
                bytes[kept] = byte;
                kept += 1;
            }
        }
        kept
    }

    /// What a byte stands for; the first line that ends says how all do.
    fn next(&mut self, byte: u8) -> Option<u8> {
        match (*self, byte) {
            (Ends::Unknown, b'\r') => {
                *self = Ends::Returned;
                return Some(b'\n');
            }
            (Ends::Returned, b'\n') => {
                *self = Ends::Feeds;
                return None;
            }
            (Ends::Unknown, b'\n') => *self = Ends::Feeds,
            (Ends::Returned | Ends::Feeds, b'\r') => return None,
            (Ends::Returned, _) => *self = Ends::Returns,
            (Ends::Returns, b'\r') => return Some(b'\n'),
            _ => {}
        }
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        PlainLines::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn lines_end_in_line_feeds_carriage_returns_or_both() {
        for end in ["\n", "\r\n", "\r", "\r\r\n"] {
            for last in ["", end] {
                let text = ["a,b", "1,2", "", "3,4"].join(end) + last;
                assert_eq!(read(text.as_bytes()), "a,b\n1,2\n\n3,4\n", "{end:?}");
                // As it comes byte by byte.
                let bytes = text.bytes().map(|byte| [byte]).collect::<Vec<_>>();
                let empty: Box<dyn Read> = Box::new(io::empty());
                let mut slow = bytes
                    .iter()
                    .rev()
                    .fold(empty, |rest, byte| Box::new(byte.chain(rest)));
                let (mut lines, mut plain) = (PlainLines::new(&mut slow), String::new());
                lines.read_to_string(&mut plain).unwrap();
                assert_eq!(plain, "a,b\n1,2\n\n3,4\n", "{end:?}");
            }
        }
        assert_eq!(read(b"a\nb\rc\n"), "a\nbc\n", "one that ends no line");
    }

    #[test]
    fn both_orders_of_utf_16_are_read_with_and_without_their_mark() {
        let text = "emotion,pixels\r\n3,1 2\u{e9}";
        let expected = "emotion,pixels\n3,1 2?\n";
        for mark in ["", "\u{feff}"] {
            let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            assert_eq!(read(&little), expected);
            assert_eq!(read(&big), expected);
        }
        assert_eq!(read("\u{e9}\r\n".as_bytes()), "\u{e9}\n");
        assert_eq!(read(b""), "");
    }
}
