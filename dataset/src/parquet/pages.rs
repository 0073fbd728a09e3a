//! A column's bytes, page by page, as values.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::footer::{Chunk, Leaf, Physical};
use super::levels::Levels;
use super::thrift::{Broken, Thrift};

/// The largest page, in bytes, packed or not: writers make pages of a megabyte.
const LARGEST_PAGE: u64 = 64 << 20;

/// The most values of a page: as many as a data set has rows.
const MOST_VALUES: u64 = 500_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

/// What is done with each value; a null is none.
pub(super) type Each<'f> = dyn FnMut(Option<Value>) -> Broken<()> + 'f;

#[derive(Default)]
struct Header {
    kind: u64,
    unpacked: u64,
    packed: u64,
    values: u64,
    encoding: u64,
    /// Of the second version of pages: lengths of what stands before the values, and whether those are packed.
    levels: [u64; 2],
    values_packed: bool,
}

const DATA: u64 = 0;
const DICTIONARY: u64 = 2;
const DATA_2: u64 = 3;

/// Shows every value of a chunk, whose bytes these are.
pub(super) fn read(bytes: &[u8], chunk: &Chunk, leaf: &Leaf, each: &mut Each) -> Broken<()> {
    let mut thrift = bytes;
    let mut dictionary: Cow<[u8]> = Cow::Borrowed(&[]);
    let mut places = Vec::new();
    let mut shown = 0;
    while shown < chunk.values {
        let header;
        (header, thrift) = Header::read(thrift)?;
        let length = usize::try_from(header.packed).unwrap_or(usize::MAX);
        let cut = || "a page ends in the middle".to_owned();
        let (body, rest) = thrift.split_at_checked(length).ok_or_else(cut)?;
        thrift = rest;
        match header.kind {
            DICTIONARY => {
                dictionary = unpack(body, header.unpacked, chunk.codec)?;
                places = dictionary_places(&dictionary, leaf.physical, header.values)?;
            }
            DATA | DATA_2 => {
                let page = Page::open(body, &header, chunk.codec, leaf)?;
                page.show(&header, leaf, &dictionary, &places, each)?;
                shown += header.values;
            }
            _ => {}
        }
    }
    Ok(())
}

impl Header {
    fn read(bytes: &[u8]) -> Broken<(Self, &[u8])> {
        let mut header = Header {
            values_packed: true,
            ..Header::default()
        };
        let mut thrift = Thrift::new(bytes);
        thrift.structure(&mut |thrift, id, _| {
            match id {
                1 => header.kind = thrift.count()?,
                2 => header.unpacked = thrift.count()?,
                3 => header.packed = thrift.count()?,
                5 | 7 => header.read_page(thrift)?,
                8 => header.read_page_2(thrift)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if header.packed > LARGEST_PAGE
            || header.unpacked > LARGEST_PAGE
            || header.values > MOST_VALUES
        {
            return Err("a page of more than 64 MiB or 500000 values".to_owned());
        }
        Ok((header, thrift.rest()))
    }

    /// A page of data or of a dictionary.
    fn read_page(&mut self, thrift: &mut Thrift) -> Broken<()> {
        thrift.structure(&mut |thrift, id, _| {
            match id {
                1 => self.values = thrift.count()?,
                2 => self.encoding = thrift.count()?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    fn read_page_2(&mut self, thrift: &mut Thrift) -> Broken<()> {
        thrift.structure(&mut |thrift, id, kind| {
            match id {
                1 => self.values = thrift.count()?,
                4 => self.encoding = thrift.count()?,
                5 => self.levels[1] = thrift.count()?,
                6 => self.levels[0] = thrift.count()?,
                // A truth value is its own type.
                7 => self.values_packed = kind == 1,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

/// A page of data, unpacked: which values are there, and the values.
struct Page<'a> {
    levels: Cow<'a, [u8]>,
    values: Cow<'a, [u8]>,
}

impl<'a> Page<'a> {
    fn open(body: &'a [u8], header: &Header, codec: u64, leaf: &Leaf) -> Broken<Self> {
        let cut = || "a page ends in the middle".to_owned();
        if header.kind == DATA_2 {
            let lengths = header
                .levels
                .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
            let (_, body) = body.split_at_checked(lengths[0]).ok_or_else(cut)?;
            let (levels, body) = body.split_at_checked(lengths[1]).ok_or_else(cut)?;
            let before = header.levels[0].saturating_add(header.levels[1]);
            let values = match header.values_packed {
                true => unpack(body, header.unpacked.saturating_sub(before), codec)?,
                false => Cow::Borrowed(body),
            };
            let levels = Cow::Borrowed(levels);
            return Ok(Page { levels, values });
        }
        let unpacked = unpack(body, header.unpacked, codec)?;
        if leaf.defined == 0 {
            let levels = Cow::Borrowed(&[][..]);
            return Ok(Page {
                levels,
                values: unpacked,
            });
        }
        let mut rest = &unpacked[..];
        let levels = take_bytes(&mut rest)?.to_vec();
        Ok(Page {
            levels: Cow::Owned(levels),
            values: Cow::Owned(rest.to_vec()),
        })
    }

    fn show(
        &self,
        header: &Header,
        leaf: &Leaf,
        dictionary: &[u8],
        places: &[usize],
        each: &mut Each,
    ) -> Broken<()> {
        let mut defined = Levels::new(&self.levels, u32::BITS - leaf.defined.leading_zeros())?;
        let mut values = Values::of(&self.values, header.encoding)?;
        for _ in 0..header.values {
            if leaf.defined > 0 && defined.next()? != leaf.defined {
                each(None)?;
                continue;
            }
            let value = match &mut values {
                Values::Plain(rest) => plain(rest, leaf.physical)?,
                Values::Places(indices) => {
                    let place = places.get(indices.next()? as usize);
                    let place =
                        *place.ok_or("a page asks for a value that its dictionary lacks")?;
                    plain(&mut &dictionary[place..], leaf.physical)?
                }
            };
            each(Some(value))?;
        }
        Ok(())
    }
}

/// A page's values, or their places in the dictionary.
enum Values<'a> {
    Plain(&'a [u8]),
    Places(Levels<'a>),
}

impl<'a> Values<'a> {
    fn of(bytes: &'a [u8], encoding: u64) -> Broken<Self> {
        match encoding {
            0 => Ok(Values::Plain(bytes)),
            2 | 8 => {
                let (width, rest) = bytes.split_first().unwrap_or((&0, &[]));
                Ok(Values::Places(Levels::new(rest, u32::from(*width))?))
            }
            other => Err(format!(
                "its values are encoded in a way that is not read here (number {other}): write it with plain or \
                 dictionary encoding"
            )),
        }
    }
}

/// Where the values of a dictionary start.
fn dictionary_places(dictionary: &[u8], physical: Physical, values: u64) -> Broken<Vec<usize>> {
    let mut rest = dictionary;
    let mut places = Vec::new();
    for _ in 0..values {
        places.push(dictionary.len() - rest.len());
        plain(&mut rest, physical)?;
    }
    Ok(places)
}

/// The next of values that stand as they are.
fn plain<'a>(bytes: &mut &'a [u8], physical: Physical) -> Broken<Value<'a>> {
    match physical {
        Physical::Int32 => Ok(Value::Number(i64::from(i32::from_le_bytes(take(bytes)?)))),
        Physical::Int64 => Ok(Value::Number(i64::from_le_bytes(take(bytes)?))),
        Physical::Bytes => take_bytes(bytes).map(Value::Bytes),
        Physical::Other => Err("a column of another type than numbers and bytes".to_owned()),
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Broken<[u8; N]> {
    let (taken, rest) = bytes
        .split_first_chunk()
        .ok_or("a page ends in the middle")?;
    *bytes = rest;
    Ok(*taken)
}

/// Bytes with their length before them.
fn take_bytes<'a>(bytes: &mut &'a [u8]) -> Broken<&'a [u8]> {
    let length = u32::from_le_bytes(take(bytes)?) as usize;
    let (taken, rest) = bytes
        .split_at_checked(length)
        .ok_or("a page ends in the middle")?;
    *bytes = rest;
    Ok(taken)
}

/// Undoes a page's compression.
fn unpack(bytes: &[u8], unpacked: u64, codec: u64) -> Broken<Cow<'_, [u8]>> {
    match codec {
        0 => Ok(Cow::Borrowed(bytes)),
        1 => {
            let length = snap::raw::decompress_len(bytes).map_err(|error| error.to_string())?;
            if length as u64 != unpacked {
                return Err("a page unpacks to another size than it says".to_owned());
            }
            let unpacked = snap::raw::Decoder::new().decompress_vec(bytes);
            unpacked.map(Cow::Owned).map_err(|error| error.to_string())
        }
        2 => {
            let mut read = Vec::new();
            let mut input = MultiGzDecoder::new(bytes).take(unpacked);
            input
                .read_to_end(&mut read)
                .map_err(|error| error.to_string())?;
            Ok(Cow::Owned(read))
        }
        other => {
            let names = ["", "", "", "LZO", "Brotli", "LZ4", "Zstandard", "LZ4"];
            let name = usize::try_from(other)
                .ok()
                .and_then(|other| names.get(other));
            let name = name.unwrap_or(&"something unknown");
            Err(format!(
                "it is compressed by {name}: write it with Snappy, gzip or without compression"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of data whose header claims these sizes and this number of values, and which holds four bytes.
    fn page(unpacked: u64, packed: u64, values: u64) -> Vec<u8> {
        let mut bytes = vec![0x15, 0];
        let number = |bytes: &mut Vec<u8>, mut number: u64| {
            number *= 2;
            while number > 0x7f {
                bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            bytes.push(number as u8);
        };
        for size in [unpacked, packed] {
            bytes.push(0x15);
            number(&mut bytes, size);
        }
        bytes.extend([0x2c, 0x15]);
        number(&mut bytes, values);
        bytes.extend([0x15, 0, 0, 0]);
        bytes.extend(7i32.to_le_bytes());
        bytes
    }

    fn shown(page: &[u8], codec: u64) -> Broken<Vec<i64>> {
        let chunk = Chunk {
            codec,
            values: 1,
            start: 0,
            length: page.len() as u64,
        };
        let leaf = Leaf {
            path: vec!["label".to_owned()],
            physical: Physical::Int32,
            defined: 0,
            repeated: false,
        };
        let mut numbers = Vec::new();
        read(page, &chunk, &leaf, &mut |value| {
            if let Some(Value::Number(number)) = value {
                numbers.push(number);
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    #[test]
    fn sizes_and_numbers_of_values_that_a_page_claims_are_not_believed() {
        assert_eq!(shown(&page(4, 4, 1), 0), Ok(vec![7]));
        let wrong = [
            (page(1 << 30, 4, 1), 0, "more than 64 MiB"),
            (page(4, 1 << 30, 1), 0, "more than 64 MiB"),
            (page(4, 4, 1 << 40), 0, "500000 values"),
            (page(4, 5, 1), 0, "ends in the middle"),
            (page(4, 4, 2), 0, "ends in the middle"),
            (page(4, 4, 0), 0, "ends in the middle"),
            (page(4, 4, 1), 1, "unpacks to another size"),
        ];
        for (page, codec, said) in wrong {
            let error = shown(&page, codec).unwrap_err();
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
