//! The data set among files: found, chosen, read and reported.

use std::io::{BufReader, Read};

use flate2::read::MultiGzDecoder;

use crate::candidate::{self, Candidate, Columns, Content, Location, Part};
use crate::files::{Files, LARGEST_ARCHIVE};
use crate::find::{Found, find, within};
use crate::label::Beyond;
use crate::report::{Kind, PassedOver, Report};
use crate::tree::{Image, two_names};
use crate::{Dataset, DatasetError, LoadOptions, Split, image_file, table};

/// Reads the data set that lies among `files`; `file` is what they are called together in messages.
pub(crate) fn load(
    files: &mut dyn Files,
    file: &str,
    around: Option<Split>,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let top = Location {
        split: around,
        ..Location::default()
    };
    let mut found = find(files, top)?;
    if found.candidates.is_empty() {
        return Err(nothing(found, files, file));
    }
    let chosen = candidate::choose(&mut found.candidates, file)?;
    within(
        files,
        &chosen.location.archives,
        LARGEST_ARCHIVE,
        &mut |files| read(files, &chosen, options, dataset),
    )?;
    dataset.report.passed_over_others(&chosen, found);
    if dataset.skipped > 0 {
        let skipped = format!("{} bad rows or images were left out", dataset.skipped);
        dataset.report.warnings.push(skipped);
    }
    dataset.with_training_images(file)
}

/// Why there is no data set among the files.
fn nothing(mut found: Found, files: &dyn Files, file: &str) -> DatasetError {
    let alone = (files.names().len() == 1).then(|| files.shown(0));
    let counts = |problem: &DatasetError| match problem {
        // Files that are no data lie beside every data set: one that was asked for by its name is meant.
        DatasetError::UnknownKind { file, .. } => alone.as_ref() == Some(file),
        _ => true,
    };
    if let Some(problem) = found.problems.iter().position(counts) {
        return found.problems.swap_remove(problem);
    }
    let mut report = Report::default();
    report.pass_over(found.passed);
    let passed = report.passed_over.iter().take(3);
    let passed: Vec<String> = passed.map(PassedOver::to_string).collect();
    DatasetError::NoFaces {
        file: file.to_owned(),
        found: match passed.is_empty() {
            true => "nothing".to_owned(),
            false => passed.join("; "),
        },
    }
}

fn read(
    files: &mut dyn Files,
    chosen: &Candidate,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    dataset.report.source = chosen.shown.clone();
    match &chosen.content {
        Content::Tables(parts) => read_tables(files, parts, options, dataset),
        Content::Images(images) => read_images(files, images, chosen, options, dataset),
    }
}

fn read_tables(
    files: &mut dyn Files,
    parts: &[Part],
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let mut beyond = Beyond::default();
    for part in parts {
        let split = part.split.unwrap_or(Split::Training);
        let before = dataset.len();
        match &part.columns {
            Columns::Text(header) => {
                dataset.report.kind = Kind::Table;
                files.visit(&[part.index], &mut |_, input| {
                    let input: Box<dyn Read + '_> = match part.gzip {
                        true => Box::new(MultiGzDecoder::new(BufReader::new(input))),
                        false => Box::new(input),
                    };
                    table::read(
                        input,
                        &part.shown,
                        header,
                        split,
                        options,
                        &mut beyond,
                        dataset,
                    )
                })?;
                if !header.has_usage() {
                    let rows = dataset.len() - before;
                    dataset.report.warnings.push(without_usage(part, rows));
                }
            }
            Columns::Parquet => {
                return Err(DatasetError::unknown_kind(&part.shown, "a Parquet file"));
            }
        }
    }
    if let Some(number) = beyond.of_another_data_set() {
        return Err(DatasetError::OtherNumbers {
            file: dataset.report.source.clone(),
            number,
        });
    }
    let names = |split: Split| split.name().to_owned();
    let mut report = std::mem::take(&mut dataset.report);
    report.count_splits(dataset, names);
    dataset.report = report;
    Ok(())
}

fn without_usage(part: &Part, rows: usize) -> String {
    match part.split {
        None => format!(
            "{} has no column Usage: all {rows} rows are for training",
            part.shown
        ),
        Some(split) => format!(
            "{} has no column Usage: by its name all {rows} rows are {split}",
            part.shown
        ),
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
        crate::label::Label::Beyond(number) => Some(number),
        _ => None,
    });
    if let Some(number) = beyond {
        return Err(DatasetError::OtherNumbers {
            file: shown.to_owned(),
            number,
        });
    }
    match two_names(images) {
        None => Ok(()),
        Some((one, other)) => Err(DatasetError::SeveralReadings {
            file: shown.to_owned(),
            found: format!("the folders {one} and {other}, which mean the same split,"),
        }),
    }
}

fn report_images(images: &[Image], dataset: &mut Dataset) {
    let mut report = std::mem::take(&mut dataset.report);
    report.count_splits(dataset, |split| {
        let named = images.iter().find(|image| image.split == Some(split));
        match named.map(|image| &image.split_name[..]) {
            None | Some("") => split.name().to_owned(),
            Some(name) => name.to_owned(),
        }
    });
    if images.iter().all(|image| image.split.is_none()) {
        let all = dataset.len();
        report.warnings.push(format!(
            "{} names no split: all {all} images are for training",
            report.source
        ));
    }
    let number = |image: &Image| {
        image
            .folder
            .trim()
            .bytes()
            .all(|letter| letter.is_ascii_digit())
    };
    if images.iter().any(number) {
        report.warnings.push(format!(
            "folders are numbered, and were read as {}",
            crate::label::numbers()
        ));
    }
    dataset.report = report;
}

impl Report {
    /// Reports what was found beside the data set.
    fn passed_over_others(&mut self, chosen: &Candidate, found: Found) {
        let mut passed = found.passed;
        passed.extend(found.candidates.iter().map(|other| PassedOver {
            what: other.shown.clone(),
            files: other.files(),
            why: match other.depth() > chosen.depth() {
                true => "faces too, but further from the top".to_owned(),
                false => "faces too, but it does not tell training from held-out ones".to_owned(),
            },
            matters: true,
        }));
        self.pass_over(passed);
    }
}
