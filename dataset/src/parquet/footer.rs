//! What stands at the end of a Parquet file: its columns, and where their bytes lie.

use super::thrift::{Broken, Thrift};

/// What values are, as far as they are read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Physical {
    Int32,
    Int64,
    Bytes,
    Other,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Its names from the outermost to its own.
    pub path: Vec<String>,
    pub physical: Physical,
    /// The level at which a value is there and not null.
    pub defined: u32,
    /// Whether a row holds several of it.
    pub repeated: bool,
}

/// A column's bytes in a group of rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Chunk {
    pub codec: u64,
    pub values: u64,
    pub start: u64,
    pub length: u64,
}

#[derive(Debug, Default)]
pub(super) struct Footer {
    pub leaves: Vec<Leaf>,
    /// A chunk of each leaf for each group of rows.
    pub groups: Vec<Vec<Chunk>>,
    /// What the library `datasets` says about the columns, in JSON.
    pub features: Option<String>,
}

struct Element {
    name: String,
    physical: Physical,
    repetition: i64,
    children: u64,
}

impl Footer {
    pub(super) fn parse(bytes: &[u8]) -> Broken<Self> {
        let mut footer = Footer::default();
        let mut elements = Vec::new();
        Thrift::new(bytes).structure(&mut |thrift, id, _| {
            match id {
                2 => elements = thrift.list(Element::read)?,
                4 => footer.groups = thrift.list(group)?,
                5 => drop(thrift.list(|thrift| footer.read_metadata(thrift))?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        footer.leaves = leaves(&elements)?;
        let columns = footer.leaves.len();
        if footer.groups.iter().any(|group| group.len() != columns) {
            return Err("a group of rows has another number of columns".to_owned());
        }
        Ok(footer)
    }

    fn read_metadata(&mut self, thrift: &mut Thrift) -> Broken<()> {
        let (mut key, mut value) = (String::new(), String::new());
        thrift.structure(&mut |thrift, id, _| {
            match id {
                1 => key = thrift.text()?,
                2 => value = thrift.text()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if key == "huggingface" {
            self.features = Some(value);
        }
        Ok(())
    }
}

impl Element {
    fn read(thrift: &mut Thrift) -> Broken<Self> {
        let mut element = Element {
            name: String::new(),
            physical: Physical::Other,
            repetition: 0,
            children: 0,
        };
        thrift.structure(&mut |thrift, id, _| {
            match id {
                1 => {
                    element.physical = match thrift.number()? {
                        1 => Physical::Int32,
                        2 => Physical::Int64,
                        6 => Physical::Bytes,
                        _ => Physical::Other,
                    }
                }
                3 => element.repetition = thrift.number()?,
                4 => element.name = thrift.text()?,
                5 => element.children = thrift.count()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(element)
    }
}

/// The columns of a schema, whose elements stand in the order of a walk: first the root, then each with its children.
fn leaves(elements: &[Element]) -> Broken<Vec<Leaf>> {
    let mut leaves = Vec::new();
    // Elements whose children still come: how many, and what applies to them.
    let mut open: Vec<(u64, Leaf)> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        while open.last().is_some_and(|(left, _)| *left == 0) {
            open.pop();
        }
        let mut leaf = match open.last_mut() {
            Some((left, parent)) => {
                *left -= 1;
                parent.clone()
            }
            None if index == 0 => Leaf {
                path: Vec::new(),
                physical: Physical::Other,
                defined: 0,
                repeated: false,
            },
            None => return Err("its columns are described wrongly".to_owned()),
        };
        if index > 0 {
            leaf.path.push(element.name.clone());
            leaf.physical = element.physical;
            leaf.defined += u32::from(element.repetition != 0);
            leaf.repeated |= element.repetition == 2;
        }
        if leaf.path.len() > 16 {
            return Err("its columns are nested too deep".to_owned());
        }
        match element.children {
            0 => leaves.push(leaf),
            children => open.push((children, leaf)),
        }
    }
    Ok(leaves)
}

fn group(thrift: &mut Thrift) -> Broken<Vec<Chunk>> {
    let mut chunks = Vec::new();
    thrift.structure(&mut |thrift, id, _| {
        if id != 1 {
            return Ok(false);
        }
        chunks = thrift.list(chunk)?;
        Ok(true)
    })?;
    Ok(chunks)
}

fn chunk(thrift: &mut Thrift) -> Broken<Chunk> {
    let mut chunk = Chunk::default();
    thrift.structure(&mut |thrift, id, _| {
        match id {
            1 => return Err("its columns lie in other files".to_owned()),
            3 => read_chunk(thrift, &mut chunk)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(chunk)
}

fn read_chunk(thrift: &mut Thrift, chunk: &mut Chunk) -> Broken<()> {
    let (mut data, mut dictionary) = (0, None);
    thrift.structure(&mut |thrift, id, _| {
        match id {
            4 => chunk.codec = thrift.count()?,
            5 => chunk.values = thrift.count()?,
            7 => chunk.length = thrift.count()?,
            9 => data = thrift.count()?,
            // Some writers say 0 where there is none.
            11 => dictionary = Some(thrift.count()?).filter(|&start| start > 0),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    chunk.start = dictionary.map_or(data, |dictionary| data.min(dictionary));
    Ok(())
}
