//! A data set that was chosen, read: its tables or its images.

use std::io::{BufReader, Read};

use flate2::read::MultiGzDecoder;

use crate::candidate::{Candidate, Columns, Content, Part};
use crate::files::Files;
use crate::label::{self, Label, Numbers};
use crate::parquet::Parquet;
use crate::report::Kind;
use crate::tree::{Image, two_folders};
use crate::{Dataset, DatasetError, LoadOptions, Split, image_file, table};

/// Appends the faces of a candidate; `room` bytes of its files may lie in memory.
pub(crate) fn read(
    files: &mut dyn Files,
    chosen: &Candidate,
    room: u64,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    dataset.report.source = chosen.shown.clone();
    match &chosen.content {
        Content::Tables(parts) => read_tables(files, parts, room, options, dataset),
        Content::Images(images) => read_images(files, images, chosen, options, dataset),
    }
}

fn read_tables(
    files: &mut dyn Files,
    parts: &[Part],
    room: u64,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let mut numbers = Numbers::default();
    for part in parts {
        let (before, read) = (dataset.len(), numbers.read);
        read_table(files, part, room, options, &mut numbers, dataset)?;
        if matches!(part.columns, Columns::Parquet(_)) && numbers.read > read {
            let said = format!(
                "{} was read with the labels {}",
                part.shown,
                label::numbers()
            );
            dataset.report.warnings.push(said);
        }
        if !part.columns.has_usage() {
            let rows = dataset.len() - before;
            dataset.report.warnings.extend(without_usage(part, rows));
        }
    }
    if let Some(number) = numbers.of_another_data_set() {
        return Err(DatasetError::OtherNumbers {
            file: dataset.report.source.clone(),
            number,
        });
    }
    dataset.report.warnings.extend(numbers.without_zero());
    dataset.report_splits(|split| split.name().to_owned());
    Ok(())
}

fn read_table(
    files: &mut dyn Files,
    part: &Part,
    room: u64,
    options: LoadOptions,
    numbers: &mut Numbers,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let split = part.split.unwrap_or(Split::Training);
    let header = match &part.columns {
        Columns::Text(header) => header,
        Columns::Parquet(_) => {
            dataset.report.kind = Kind::Parquet;
            let mut opened = files.open(part.index, room)?;
            let mut parquet = Parquet::open(&mut opened.input, &part.shown)?;
            return parquet.read(split, options, numbers, dataset);
        }
    };
    dataset.report.kind = Kind::Table;
    files.visit(&[part.index], &mut |_, input| {
        let input: Box<dyn Read + '_> = match part.gzip {
            true => Box::new(MultiGzDecoder::new(BufReader::new(input))),
            false => Box::new(input),
        };
        let table = (&part.shown[..], header, split);
        table::read(input, table, options, numbers, dataset)
    })
}

/// A warning where nothing but the name of a table says its split, or not even that. Parquet files have no `Usage`.
fn without_usage(part: &Part, rows: usize) -> Option<String> {
    let table = matches!(part.columns, Columns::Text(_));
    match part.split {
        None => Some(format!(
            "{} has no column Usage: all {rows} rows are for training",
            part.shown
        )),
        Some(split) => table.then(|| {
            let name = &part.shown;
            format!("{name} has no column Usage: by its name all {rows} rows are {split}")
        }),
    }
}

fn read_images(
    files: &mut dyn Files,
    images: &[Image],
    chosen: &Candidate,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    check_names(images, &chosen.shown)?;
    dataset.report.kind = Kind::Images;
    let wanted: Vec<usize> = images.iter().map(|image| image.index).collect();
    let shown: Vec<String> = wanted.iter().map(|&index| files.shown(index)).collect();
    let mut next = 0;
    let mut order = Vec::new();
    files.visit(&wanted, &mut |index, input| {
        let before = dataset.len();
        image_file::add(input, &images[next], &shown[next], options, dataset)?;
        if dataset.len() > before {
            order.push(index);
        }
        next += 1;
        Ok(())
    })?;
    // A folder and a zip archive are listed in the order of their paths; a tar archive is read as it lies.
    let names = files.names();
    dataset.sort_by_key(|place| &names[order[place]]);
    report_images(images, dataset);
    Ok(())
}

/// Refuses folders that mean something else, or the same.
fn check_names(images: &[Image], shown: &str) -> Result<(), DatasetError> {
    let beyond = images.iter().find_map(|image| match image.label {
        Label::Beyond(number) => Some(number),
        _ => None,
    });
    if let Some(number) = beyond {
        return Err(DatasetError::OtherNumbers {
            file: shown.to_owned(),
            number,
        });
    }
    match two_folders(images) {
        None => Ok(()),
        Some((one, other)) => Err(DatasetError::SeveralReadings {
            file: shown.to_owned(),
            found: format!("the folders {one}/ and {other}/, which mean the same split,"),
        }),
    }
}

fn report_images(images: &[Image], dataset: &mut Dataset) {
    dataset.report_splits(|split| {
        let named = images.iter().find(|image| image.split == Some(split));
        match named.map(|image| &image.split_name[..]) {
            None | Some("") => split.name().to_owned(),
            Some(name) => name.to_owned(),
        }
    });
    if images.iter().all(|image| image.split.is_none()) {
        let (source, all) = (&dataset.report.source, dataset.len());
        let said = format!("{source} names no split: all {all} images are for training");
        dataset.report.warnings.push(said);
    }
    let mut numbers = Numbers::default();
    for image in images {
        numbers.count(image.label, &image.folder);
    }
    if numbers.read > 0 {
        let said = format!(
            "folders are numbered, and were read as {}",
            label::numbers()
        );
        dataset.report.warnings.push(said);
    }
    dataset.report.warnings.extend(numbers.without_zero());
}
