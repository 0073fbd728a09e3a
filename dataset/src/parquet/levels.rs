//! Small numbers as Parquet packs them: runs of one number, and numbers of a few bits each.

use super::thrift::{Broken, Thrift};

pub(super) struct Levels<'a> {
    left: &'a [u8],
    /// Bits of a number.
    width: u32,
    run: Run<'a>,
}

enum Run<'a> {
    Same {
        number: u32,
        left: u64,
    },
    Packed {
        bytes: &'a [u8],
        next: u64,
        left: u64,
    },
}

impl<'a> Levels<'a> {
    pub(super) fn new(bytes: &'a [u8], width: u32) -> Broken<Self> {
        if width > 32 {
            return Err("a page packs numbers of more than 32 bits".to_owned());
        }
        Ok(Levels {
            left: bytes,
            width,
            run: Run::Same { number: 0, left: 0 },
        })
    }

    pub(super) fn next(&mut self) -> Broken<u32> {
        loop {
            match &mut self.run {
                Run::Same { number, left } if *left > 0 => {
                    *left -= 1;
                    return Ok(*number);
                }
                Run::Packed { bytes, next, left } if *left > 0 => {
                    *left -= 1;
                    let bit = *next * u64::from(self.width);
                    *next += 1;
                    return Ok(bits(bytes, bit, self.width));
                }
                _ => self.run = self.next_run()?,
            }
        }
    }

    fn next_run(&mut self) -> Broken<Run<'a>> {
        let mut thrift = Thrift::new(self.left);
        let head = thrift.varint()?;
        let rest = thrift.rest();
        let (groups, packed) = (head >> 1, head & 1 == 1);
        let length = match packed {
            true => groups.saturating_mul(u64::from(self.width)),
            false => u64::from(self.width.div_ceil(8)),
        };
        // The last group may be cut where its numbers end.
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (bytes, left) = rest.split_at(length.min(rest.len()));
        if groups == 0 || (bytes.len() < length && !packed) {
            return Err("a page ends in the middle".to_owned());
        }
        self.left = left;
        Ok(match packed {
            true if self.width == 0 => Run::Same {
                number: 0,
                left: groups.saturating_mul(8),
            },
            true => Run::Packed {
                bytes,
                next: 0,
                left: (bytes.len() as u64 * 8) / u64::from(self.width),
            },
            false => Run::Same {
                number: bits(bytes, 0, bytes.len() as u32 * 8),
                left: groups,
            },
        })
    }
}

/// The number in some bits, the lowest first.
fn bits(bytes: &[u8], start: u64, width: u32) -> u32 {
    (0..u64::from(width)).fold(0, |number, place| {
        let bit = start + place;
        let byte = bytes.get((bit / 8) as usize).copied().unwrap_or(0);
        number | u32::from(byte >> (bit % 8) & 1) << place
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], width: u32, count: usize) -> Broken<Vec<u32>> {
        let mut levels = Levels::new(bytes, width)?;
        (0..count).map(|_| levels.next()).collect()
    }

    #[test]
    fn runs_and_packed_numbers_are_read() {
        // Three times 5, then 0 to 7 in three bits each, as the format's own example packs them.
        let bytes = [6, 5, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let read = read(&bytes, 3, 11).unwrap();
        assert_eq!(read, [5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_ends_in_the_middle_is_an_error() {
        assert!(read(&[], 1, 1).is_err());
        assert!(read(&[2], 9, 1).is_err());
        assert!(read(&[0, 0, 0], 1, 1).is_err());
        assert!(Levels::new(&[], 33).is_err());
    }
}
