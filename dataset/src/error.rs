//! What can be wrong with data, in sentences.

/// Why a data set cannot be used: what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    #[error(
        "{file} does not exist. Check the path, or leave --data out to train on synthetic faces."
    )]
    Missing { file: String },
    #[error(
        "{file} is of a kind that cannot be read: expected a .csv, .csv.gz or .zip file, or a folder \
         train/<emotion>/*.jpg. Pass one of these with --data."
    )]
    UnknownKind { file: String },
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
        "{file}, line {line}: found {found}, expected {expected}. \
         Correct or delete this row, or pass --skip-bad-rows to leave such rows out."
    )]
    BadRow {
        file: String,
        line: u64,
        found: String,
        expected: String,
    },
    #[error(
        "{file}: found {found}, expected {expected}. \
         Correct or delete this image, or pass --skip-bad-rows to leave such images out."
    )]
    BadImage {
        file: String,
        found: String,
        expected: String,
    },
    #[error(
        "{file} holds no training images (found {test} test images and left out {skipped} bad ones): expected rows \
         with Usage Training, or images in train/<emotion>/. Pass the complete data set with --data."
    )]
    NoTraining {
        file: String,
        test: usize,
        skipped: usize,
    },
    #[error(
        "{file} holds no faces: expected {expected}train/<emotion>/ and test/<emotion>/ with .jpg, .jpeg or .png images. \
         Pass another file or folder with --data."
    )]
    NoFaces {
        file: String,
        expected: &'static str,
    },
    #[error(
        "{file} holds several tables: found {found}, expected one .csv file or one named fer2013.csv. Unpack the one you mean."
    )]
    SeveralTables { file: String, found: String },
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
    #[error("{}", votes_of_others(file, *votes, *images, *skipped))]
    VotesOfOthers {
        file: String,
        votes: usize,
        images: usize,
        skipped: usize,
    },
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
