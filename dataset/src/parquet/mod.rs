//! Parquet as image sets are distributed: a column of image bytes, or a struct of bytes and path, beside a column of
//! labels; and FER2013's table with its pixels as text.
//!
//! Own, because the crate `parquet` turns on a feature of `ahash` for which all of Burn compiles again and hashes
//! differently in every process, and trusts the sizes that a file claims. What sets of images are written with is a
//! small part of the format: plain and dictionary encoding; Snappy, gzip or no compression.

mod columns;
mod footer;
mod levels;
mod pages;
mod thrift;

use std::io::{Read, SeekFrom};

use model_core::pixels::IMAGE_PIXELS;

use crate::files::{LARGEST_ARCHIVE, ReadSeek};
use crate::label::{self, Label, Numbers};
use crate::{Dataset, DatasetError, Fault, LoadOptions, Split, image_file, table};

pub(crate) use columns::Columns;
use columns::Content;
use footer::Footer;
use pages::Value;
use thrift::Broken;

/// What stands at the start and at the end.
const MAGIC: &[u8; 4] = b"PAR1";

/// The longest description of a file, in bytes.
const LONGEST_FOOTER: u64 = 16 << 20;

/// A Parquet file that was opened: what it holds, and where.
pub(crate) struct Parquet<'a> {
    input: &'a mut dyn ReadSeek,
    file: &'a str,
    footer: Footer,
    columns: Columns,
}

/// A row's label and how it was written, and its split or what stands there instead.
struct Row {
    label: Label,
    shown: String,
    split: Result<Split, String>,
}

impl<'a> Parquet<'a> {
    /// Reads the description; `file` is its name in error messages.
    pub(crate) fn open(input: &'a mut dyn ReadSeek, file: &'a str) -> Result<Self, DatasetError> {
        let footer = read_footer(input).and_then(|bytes| Footer::parse(&bytes));
        let footer = footer.map_err(|problem| broken(file, problem))?;
        let columns = Columns::find(&footer, file)?;
        Ok(Parquet {
            input,
            file,
            footer,
            columns,
        })
    }

    /// How its columns are to be understood.
    pub(crate) fn into_columns(self) -> Columns {
        self.columns
    }

    /// Appends every row; `split` is that of rows that do not say theirs.
    pub(crate) fn read(
        &mut self,
        split: Split,
        options: LoadOptions,
        numbers: &mut Numbers,
        dataset: &mut Dataset,
    ) -> Result<(), DatasetError> {
        let mut before = 0;
        for group in 0..self.footer.groups.len() {
            let rows = self.rows(group, split)?;
            for row in &rows {
                numbers.count(row.label, &row.shown);
            }
            self.read_images(group, &rows, before, options, dataset)?;
            before += rows.len();
        }
        Ok(())
    }

    /// The labels and splits of a group of rows.
    fn rows(&mut self, group: usize, split: Split) -> Result<Vec<Row>, DatasetError> {
        let names = self.columns.names.clone();
        let mut rows = Vec::new();
        self.values(group, self.columns.label, &mut |value| {
            let (label, shown) = label_of(value, names.as_deref());
            rows.push(Row {
                label,
                shown,
                split: Ok(split),
            });
            Ok(())
        })?;
        if let Some(usage) = self.columns.usage {
            let mut next = 0;
            self.values(group, usage, &mut |value| {
                let row: Option<&mut Row> = rows.get_mut(next);
                row.ok_or("its columns differ in length")?.split = match value {
                    Some(Value::Bytes(text)) => {
                        let text = table::text(text);
                        Split::named(text).ok_or_else(|| text.to_owned())
                    }
                    _ => Err(String::new()),
                };
                next += 1;
                Ok(())
            })?;
            if next != rows.len() {
                return Err(broken(self.file, "its columns differ in length".to_owned()));
            }
        }
        Ok(rows)
    }

    fn read_images(
        &mut self,
        group: usize,
        rows: &[Row],
        before: usize,
        options: LoadOptions,
        dataset: &mut Dataset,
    ) -> Result<(), DatasetError> {
        let (file, content) = (self.file, self.columns.content);
        let mut next = 0;
        let mut stopped = None;
        let read = self.values(group, self.columns.image, &mut |value| {
            let row = rows.get(next).ok_or("its columns differ in length")?;
            next += 1;
            let parsed = row.image(value, content);
            let name = || format!("{file}, row {}", before + next);
            let added =
                table::bounded(dataset, file).and_then(|()| add(parsed, name, options, dataset));
            added.map_err(|problem| {
                stopped = Some(problem);
                String::new()
            })
        });
        match stopped {
            Some(problem) => Err(problem),
            None if read.is_ok() && next != rows.len() => {
                Err(broken(file, "its columns differ in length".to_owned()))
            }
            None => read,
        }
    }

    /// Shows every value of a column in a group of rows.
    fn values(
        &mut self,
        group: usize,
        column: usize,
        each: &mut pages::Each,
    ) -> Result<(), DatasetError> {
        let chunk = &self.footer.groups[group][column];
        if chunk.length > LARGEST_ARCHIVE {
            return Err(DatasetError::TooMuch {
                file: self.file.to_owned(),
                most: "256 MiB in a group of rows".to_owned(),
            });
        }
        let mut bytes = Vec::new();
        let read = self
            .input
            .seek(SeekFrom::Start(chunk.start))
            .and_then(|_| (&mut self.input).take(chunk.length).read_to_end(&mut bytes));
        read.map_err(|source| DatasetError::Unreadable {
            file: self.file.to_owned(),
            source,
        })?;
        let leaf = &self.footer.leaves[column];
        pages::read(&bytes, chunk, leaf, each).map_err(|problem| broken(self.file, problem))
    }
}

/// An image or what is wrong with it.
type Parsed = Result<([u8; IMAGE_PIXELS], model_core::emotion::Emotion, Split), Fault>;

impl Row {
    fn image(&self, value: Option<Value>, content: Content) -> Parsed {
        let fault = || {
            label::fault(
                self.label,
                format!("the label {}", table::shown(&self.shown)),
            )
        };
        let emotion = self.label.emotion().ok_or_else(fault)?;
        let split = self.split.as_ref();
        let split = *split.map_err(|usage| table::usage_fault(usage))?;
        let Some(Value::Bytes(bytes)) = value else {
            return Err(Fault::new("no image", "an image in every row"));
        };
        let image = match content {
            Content::Files => image_file::decode(bytes)?,
            Content::Pixels => table::pixels(bytes)?,
        };
        Ok((image, emotion, split))
    }
}

/// Appends an image, or refuses it by its name.
fn add(
    parsed: Parsed,
    name: impl Fn() -> String,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    match parsed {
        Ok((image, emotion, split)) => {
            dataset.push(&image, emotion, split);
            Ok(())
        }
        Err(fault) => {
            let file = name();
            let problem = DatasetError::BadImage { file, fault };
            dataset.refuse(problem, 1, options)
        }
    }
}

/// A label, and how it was written: a number that stands for a name where the file has names, else for an emotion.
fn label_of(value: Option<Value>, names: Option<&[String]>) -> (Label, String) {
    let text = match value {
        None => String::new(),
        Some(Value::Bytes(text)) => table::text(text).to_owned(),
        Some(Value::Number(number)) => match names {
            None => number.to_string(),
            Some(names) => {
                let name = usize::try_from(number)
                    .ok()
                    .and_then(|number| names.get(number));
                return match name {
                    Some(name) => (Label::of(name), name.clone()),
                    None => (Label::Unknown, number.to_string()),
                };
            }
        },
    };
    (Label::of(&text), text)
}

fn broken(file: &str, problem: String) -> DatasetError {
    DatasetError::Unreadable {
        file: file.to_owned(),
        source: std::io::Error::other(problem),
    }
}

/// The bytes of the description, whose length stands after it.
fn read_footer(input: &mut dyn ReadSeek) -> Broken<Vec<u8>> {
    let said = |error: std::io::Error| error.to_string();
    let size = input.seek(SeekFrom::End(0)).map_err(said)?;
    let mut end = [0; 8];
    input
        .seek(SeekFrom::Start(size.saturating_sub(8)))
        .and_then(|_| input.read_exact(&mut end))
        .map_err(said)?;
    let [a, b, c, d, magic @ ..] = end;
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if &magic != MAGIC || length > LONGEST_FOOTER || length + 12 > size {
        return Err("it does not end as a Parquet file does".to_owned());
    }
    let mut bytes = vec![0; length as usize];
    input
        .seek(SeekFrom::Start(size - 8 - length))
        .and_then(|_| input.read_exact(&mut bytes))
        .map_err(said)?;
    Ok(bytes)
}
