//! What can be wrong with data, in sentences.

use crate::Fault;
use crate::label::numbers;

/// Why a data set cannot be used: what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    #[error(
        "{file} does not exist. Check the path, or leave --data out to train on synthetic faces."
    )]
    Missing { file: String },
    #[error(
        "{file} is of a kind that cannot be read: found {found}, expected a table with the columns emotion and pixels, \
         images in train/<emotion>/, a Parquet file, or a folder, .zip, .tar or .gz of these. Pass one of them with --data."
    )]
    UnknownKind { file: String, found: String },
    #[error(
        "{file} cannot be read: {source}. Check that it is complete and that you may read it, or download it again."
    )]
    Unreadable {
        file: String,
        source: std::io::Error,
    },
    #[error("{file} is not a readable zip archive: {source}. Download it again.")]
    BrokenArchive {
        file: String,
        source: zip::result::ZipError,
    },
    #[error(
        "{file} is a link that leads to no file or folder{}. Fetch what links point to (git annex get, dvc pull, or mount \
         the disk), remove them, or pass --skip-bad-rows to read what is there.",
        one_of(*links)
    )]
    DeadLink { file: String, links: usize },
    #[error(
        "{file} is a link in an archive, to something that is not read from there{}. Pack the files themselves \
         (tar --hard-dereference -h, or zip without -y), or pass --skip-bad-rows to read what is there.",
        one_of(*links)
    )]
    PackedLink { file: String, links: usize },
    #[error(
        "{file} is {how}, which is not read. Unpack the archive and pass the folder, or pack it again without a password \
         and with the usual compression (deflate)."
    )]
    LockedEntry { file: String, how: &'static str },
    #[error(
        "{file} is empty: expected the columns emotion, pixels and Usage in its first line. Download it again."
    )]
    Empty { file: String },
    #[error(
        "{file}, line 1: found the columns {found}, but no column named {column}; expected emotion, pixels and Usage. \
         Add the missing column or name it so."
    )]
    MissingColumn {
        file: String,
        column: &'static str,
        found: String,
    },
    #[error(
        "{file}: found the columns {found}, expected one column of {kind}: image (bytes, or a struct of bytes and \
         path) and label, or emotion, pixels and Usage. Rename the columns so, and leave out others of these names."
    )]
    ParquetColumns {
        file: String,
        kind: &'static str,
        found: String,
    },
    #[error("{file}, line {line}: {}", fault.sentence("row"))]
    BadRow {
        file: String,
        line: u64,
        fault: Fault,
    },
    #[error("{file}: {}", fault.sentence("image"))]
    BadImage { file: String, fault: Fault },
    #[error(
        "{file}, line 1: found two columns named {column}, expected one. Delete or rename the other."
    )]
    ColumnTwice { file: String, column: &'static str },
    #[error(
        "{file} holds no training images (found {test} test images and left out {skipped} bad ones): expected rows \
         with Usage Training, or images in train/<emotion>/{}. Pass the complete data set with --data.",
        if found.is_empty() { String::new() } else { format!(", found {found}") }
    )]
    NoTraining {
        file: String,
        test: usize,
        skipped: usize,
        /// The splits by their names.
        found: String,
    },
    #[error(
        "{file} holds no faces: found {found}, expected a table with the columns emotion and pixels, or images in \
         train/<emotion>/ and test/<emotion>/. Pass another file or folder with --data."
    )]
    NoFaces { file: String, found: String },
    #[error(
        "{file} can be read in several ways: found {found}. Pass the one you mean with --data, unpacked if it lies in an archive, or move the others away."
    )]
    SeveralReadings { file: String, found: String },
    #[error(
        "{file} labels emotions by numbers of another data set: found {number}, expected {}. \
         Name the emotions, or number them so: subtract 1 from all where they begin at 1.",
        numbers()
    )]
    OtherNumbers { file: String, number: u64 },
    #[error(
        "{file} holds more than {most}: FER2013 has 35,887 faces in 0.3 GB, and more than this would fill the memory. \
         Pass a smaller data set."
    )]
    TooMuch { file: String, most: String },
    #[error(
        "{file} holds votes, but no column named {column}: expected FER+'s fer2013new.csv. Pass it with --votes."
    )]
    MissingVotes { file: String, column: &'static str },
    #[error(
        "{file}, line {line}: column {column} holds no number of votes. Download FER+'s fer2013new.csv again."
    )]
    BadVotes {
        file: String,
        line: u64,
        column: usize,
    },
    #[error(
        "{file} holds votes on images in another order: found {found}, expected the rows of the table that the votes \
         were cast on. Pass FER2013 as the table fer2013.csv."
    )]
    VotesInOtherOrder { file: String, found: String },
    #[error("{}", votes_of_others(file, *votes, *images, *skipped))]
    VotesOfOthers {
        file: String,
        votes: usize,
        images: usize,
        skipped: usize,
    },
}

impl DatasetError {
    pub(crate) fn unknown_kind(file: &str, found: &str) -> Self {
        DatasetError::UnknownKind {
            file: file.to_owned(),
            found: found.to_owned(),
        }
    }
}

fn one_of(links: usize) -> String {
    match links {
        1 => String::new(),
        _ => format!(" (one of {links} such links)"),
    }
}

fn votes_of_others(file: &str, votes: usize, images: usize, skipped: usize) -> String {
    let has = match skipped {
        0 => format!("the data set has {images}"),
        _ => format!("the data set has {images} and {skipped} bad ones were left out"),
    };
    let votes = match votes > images + skipped {
        true => format!("more than {} images", images + skipped),
        false => format!("{votes} images"),
    };
    format!(
        "{file} holds votes on {votes}, {has}: row for row they must be the same. Pass the table that the votes were cast on."
    )
}

/// Text from a file as it may be shown on a terminal: without letters that command it, and cut where it is long.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let shown = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    let mut letters = text.chars().map(shown);
    let mut text: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        text += "...";
    }
    text
}
