//! What may be the data set: tables or images that belong together, and the rule that chooses among several.

use crate::kind::Form;
use crate::parquet;
use crate::table::Header;
use crate::tree::Image;
use crate::{DatasetError, Split};

/// An archive in a list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Archive {
    pub index: usize,
    pub form: Form,
}

/// Where the files of a candidate lie.
#[derive(Debug, Clone, Default)]
pub(crate) struct Location {
    /// From the outermost archive to the innermost.
    pub archives: Vec<Archive>,
    /// How many folders and archives lie around it.
    pub depth: usize,
    /// What the names of the folder or the archives around it say about the split.
    pub split: Option<Split>,
}

/// One table of labelled faces.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub index: usize,
    pub gzip: bool,
    pub shown: String,
    /// What the name says about the split.
    pub split: Option<Split>,
    pub columns: Columns,
}

/// How a table's columns are found.
#[derive(Debug, Clone)]
pub(crate) enum Columns {
    Text(Header),
    Parquet(parquet::Columns),
}

impl Columns {
    /// Whether every row says its split.
    pub(crate) fn has_usage(&self) -> bool {
        match self {
            Columns::Text(header) => header.has_usage(),
            Columns::Parquet(columns) => columns.has_usage(),
        }
    }
}

#[derive(Debug)]
pub(crate) enum Content {
    Tables(Vec<Part>),
    Images(Vec<Image>),
}

/// What may be the data set.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub location: Location,
    /// Its name in messages.
    pub shown: String,
    pub content: Content,
}

impl Candidate {
    pub(crate) fn depth(&self) -> usize {
        self.location.depth
    }

    /// Whether it tells training from held-out faces.
    pub(crate) fn tells_splits(&self) -> bool {
        let splits: Vec<Split> = match &self.content {
            Content::Tables(parts) => {
                if parts.iter().any(|part| part.columns.has_usage()) {
                    return true;
                }
                parts.iter().filter_map(|part| part.split).collect()
            }
            Content::Images(images) => images.iter().filter_map(|image| image.split).collect(),
        };
        splits.contains(&Split::Training) && splits.iter().any(|&split| split != Split::Training)
    }

    /// How many files it is.
    pub(crate) fn files(&self) -> usize {
        match &self.content {
            Content::Tables(parts) => parts.len(),
            Content::Images(images) => images.len(),
        }
    }

    /// Why it was passed over for another.
    pub(crate) fn why_not(&self, chosen: &Candidate) -> &'static str {
        match &self.content {
            Content::Images(images) if images.iter().all(|image| image.split.is_none()) => {
                "faces in folders that name no split"
            }
            _ if chosen.tells_splits() && !self.tells_splits() => {
                "faces too, but it does not tell training from held-out ones"
            }
            _ => "faces too, but further from the top",
        }
    }

    /// Whether nothing speaks for `other`: it lies deeper or as deep, and says no more about splits.
    fn goes_before(&self, other: &Candidate) -> bool {
        let mine = (self.depth(), !self.tells_splits());
        let others = (other.depth(), !other.tells_splits());
        mine.0 <= others.0 && mine.1 <= others.1 && mine != others
    }
}

/// Takes the candidate that is nearest to the top and tells training from held-out faces, or names those among which
/// nothing decides.
pub(crate) fn choose(
    candidates: &mut Vec<Candidate>,
    file: &str,
) -> Result<Candidate, DatasetError> {
    let best = (0..candidates.len()).find(|&one| {
        let others = (0..candidates.len()).filter(|&other| other != one);
        others
            .into_iter()
            .all(|other| candidates[one].goes_before(&candidates[other]))
    });
    if let Some(best) = best {
        return Ok(candidates.remove(best));
    }
    let beaten = |one: &Candidate| candidates.iter().any(|other| other.goes_before(one));
    let found = candidates.iter().filter(|candidate| !beaten(candidate));
    let mut found: Vec<String> = found.map(|candidate| candidate.shown.clone()).collect();
    found.sort();
    Err(DatasetError::SeveralReadings {
        file: file.to_owned(),
        found: found.join(" and "),
    })
}
