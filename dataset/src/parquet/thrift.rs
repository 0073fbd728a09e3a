//! Thrift's compact protocol, in which Parquet describes itself: as much of it as is read here.

/// What is wrong with a file, in words that follow "cannot be read: ".
pub(super) type Broken<T> = Result<T, String>;

/// How deep what is skipped may be nested.
const DEEPEST: u8 = 16;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

/// What is done with each field of a structure: its number and its type. Says whether it was read.
pub(super) type Field<'f, 'a> = dyn FnMut(&mut Thrift<'a>, i64, u8) -> Broken<bool> + 'f;

pub(super) struct Thrift<'a> {
    left: &'a [u8],
    depth: u8,
}

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Thrift {
            left: bytes,
            depth: 0,
        }
    }

    /// What follows.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.left
    }

    fn take(&mut self, count: usize) -> Broken<&'a [u8]> {
        let cut = || "its description ends in the middle".to_owned();
        let (taken, left) = self.left.split_at_checked(count).ok_or_else(cut)?;
        self.left = left;
        Ok(taken)
    }

    fn byte(&mut self) -> Broken<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(super) fn varint(&mut self) -> Broken<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("its description holds a damaged number".to_owned())
    }

    /// A whole number of any width.
    pub(super) fn number(&mut self) -> Broken<i64> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A number of things, which is none below zero.
    pub(super) fn count(&mut self) -> Broken<u64> {
        let number = self.number()?;
        u64::try_from(number).map_err(|_| "its description holds a number below zero".to_owned())
    }

    pub(super) fn binary(&mut self) -> Broken<&'a [u8]> {
        let length = self.varint()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    pub(super) fn text(&mut self) -> Broken<String> {
        self.binary()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Reads a structure's fields, and skips those that `each` does not read.
    pub(super) fn structure(&mut self, each: &mut Field<'_, 'a>) -> Broken<()> {
        let mut id = 0i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            id = match head >> 4 {
                0 => self.number()?,
                step => id.saturating_add(i64::from(step)),
            };
            let kind = head & 0x0f;
            if !each(self, id, kind)? {
                self.skip(kind)?;
            }
        }
    }

    /// Reads a list's elements one by one.
    pub(super) fn list<T>(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Broken<T>,
    ) -> Broken<Vec<T>> {
        let (length, _) = self.list_head()?;
        (0..length).map(|_| each(self)).collect()
    }

    fn list_head(&mut self) -> Broken<(u64, u8)> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => self.varint()?,
            length => u64::from(length),
        };
        Ok((length, head & 0x0f))
    }

    fn skip(&mut self, kind: u8) -> Broken<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("its description is nested too deep".to_owned());
        }
        match kind {
            TRUE | FALSE => {}
            BYTE => drop(self.byte()?),
            I16..=I64 => drop(self.varint()?),
            DOUBLE => drop(self.take(8)?),
            BINARY => drop(self.binary()?),
            LIST | SET => {
                let (length, kind) = self.list_head()?;
                (0..length).try_for_each(|_| self.skip_element(kind))?;
            }
            MAP => {
                let length = self.varint()?;
                let kinds = if length > 0 { self.byte()? } else { 0 };
                for _ in 0..length {
                    self.skip_element(kinds >> 4)?;
                    self.skip_element(kinds & 0x0f)?;
                }
            }
            STRUCT => self.structure(&mut |_, _, _| Ok(false))?,
            _ => return Err("its description holds something unknown".to_owned()),
        }
        self.depth -= 1;
        Ok(())
    }

    /// In a list a truth value takes a byte.
    fn skip_element(&mut self, kind: u8) -> Broken<()> {
        match kind {
            TRUE | FALSE => self.byte().map(drop),
            kind => self.skip(kind),
        }
    }
}
