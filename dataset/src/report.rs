//! What was read and what was passed over.

use std::fmt;

use crate::error::printable;
use crate::fault::LeftOut;
use crate::{Dataset, Split};

/// In which form the faces lay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Drawn, or put together by hand.
    #[default]
    Made,
    Table,
    Images,
    Parquet,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Made => "made here",
            Kind::Table => "table",
            Kind::Images => "images",
            Kind::Parquet => "Parquet",
        })
    }
}

/// A split under the name that the data set gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSplit {
    /// Such as `validation`.
    pub name: String,
    pub split: Split,
    pub images: usize,
}

/// Files that were not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// A file or a folder.
    pub what: String,
    pub files: usize,
    pub why: String,
    /// Whether faces may be among them: such files are named in a warning.
    pub matters: bool,
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.files {
            1 => write!(f, "{}: {}", self.what, self.why),
            files => write!(f, "{} ({files} files): {}", self.what, self.why),
        }
    }
}

/// What a load read, and what it passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was read, such as `archive.zip/fer2013.csv`.
    pub source: String,
    pub kind: Kind,
    pub splits: Vec<FoundSplit>,
    pub passed_over: Vec<PassedOver>,
    /// What a reader of the data set should know, in sentences.
    pub warnings: Vec<String>,
    pub(crate) left_out: LeftOut,
}

impl Report {
    /// The most files that are named one by one.
    const MOST_NAMED: usize = 8;

    /// Takes over what was not read, and warns where faces may be in it.
    pub(crate) fn pass_over(&mut self, mut passed: Vec<PassedOver>) {
        passed.sort_by(|one, other| (other.matters, &one.what).cmp(&(one.matters, &other.what)));
        let mattering = passed.iter().filter(|passed| passed.matters);
        let named = mattering.clone().take(Self::MOST_NAMED);
        self.warnings
            .extend(named.map(|passed| printable(&format!("not read: {passed}"))));
        let more = mattering.count().saturating_sub(Self::MOST_NAMED);
        if more > 0 {
            self.warnings
                .push(format!("not read: {more} more folders or files"));
        }
        self.passed_over = passed;
    }

    /// The splits with their counts: `Training 28709, PublicTest 3589 (as validation)`.
    pub(crate) fn shown_splits(&self) -> String {
        let shown = self.splits.iter().map(|found| {
            let renamed = found.name != found.split.name();
            let name = if renamed {
                format!(" (as {})", found.name)
            } else {
                String::new()
            };
            format!("{} {}{name}", found.split, found.images)
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

impl Dataset {
    /// Reports how many images each split has, under the name that the data set gives it.
    pub(crate) fn report_splits(&mut self, name: impl Fn(Split) -> String) {
        let found = Split::ALL.map(|split| FoundSplit {
            name: name(split),
            split,
            images: self.indices(split).len(),
        });
        self.report.splits = found.into_iter().filter(|found| found.images > 0).collect();
    }
}

impl fmt::Display for Report {
    /// Lines of a word and what it stands for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "read     {} ({})", self.source, self.kind)?;
        writeln!(f, "splits   {}", self.shown_splits())?;
        for passed in self.passed_over.iter().take(Self::MOST_NAMED) {
            writeln!(f, "ignored  {}", printable(&passed.to_string()))?;
        }
        let more = self.passed_over.len().saturating_sub(Self::MOST_NAMED);
        if more > 0 {
            writeln!(f, "ignored  {more} more folders or files")?;
        }
        Ok(())
    }
}
