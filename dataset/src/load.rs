//! The data set among files: found, chosen, read and reported.

use crate::candidate::{self, Candidate, Location};
use crate::files::{Files, LARGEST_ARCHIVE};
use crate::find::{Found, find, within};
use crate::report::{PassedOver, Report};
use crate::{Dataset, DatasetError, LoadOptions, Split, read};

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
    let links = std::mem::take(&mut found.dead_links);
    if found.candidates.is_empty() {
        if let Some((_, _, problem)) = links.into_iter().next() {
            return Err(problem);
        }
        return Err(nothing(found, files, file));
    }
    let chosen = candidate::choose(&mut found.candidates, file)?;
    let archives = &chosen.location.archives;
    for (place, count, problem) in links {
        if archives.starts_with(&place.archives) {
            dataset.refuse(problem, count, options)?;
        }
    }
    within(files, archives, LARGEST_ARCHIVE, &mut |files, room| {
        read::read(files, &chosen, room, options, dataset)
    })?;
    let left_out = dataset.report.left_out.said();
    dataset.report.warnings.extend(left_out);
    dataset.report.passed_over_others(&chosen, found);
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

impl Report {
    /// Reports what was found beside the data set.
    fn passed_over_others(&mut self, chosen: &Candidate, found: Found) {
        let mut passed = found.passed;
        passed.extend(found.candidates.iter().map(|other| PassedOver {
            what: other.shown.clone(),
            files: other.files(),
            why: other.why_not(chosen).to_owned(),
            matters: true,
        }));
        self.pass_over(passed);
    }
}
