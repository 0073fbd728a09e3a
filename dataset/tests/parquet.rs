//! Parquet files, as pyarrow writes them (`parquet/make.py`): a flat face of each emotion.

use std::io::Cursor;

use dataset::{Dataset, Kind, LoadOptions, Split};
use model_core::emotion::Emotion;

const TRAIN: &[u8] = include_bytes!("parquet/train-00000-of-00001.parquet");
const TEST: &[u8] = include_bytes!("parquet/test-00000-of-00001.parquet");
const ZSTD: &[u8] = include_bytes!("parquet/zstd.parquet");
const WORDS: &[u8] = include_bytes!("parquet/words.parquet");
const NUMBERS: &[u8] = include_bytes!("parquet/numbers.parquet");
const STRINGS: &[u8] = include_bytes!("parquet/strings.parquet");
const FROM_ONE: &[u8] = include_bytes!("parquet/from_one.parquet");
const TO_SEVEN: &[u8] = include_bytes!("parquet/to_seven.parquet");
const TABLE: &[u8] = include_bytes!("parquet/fer2013.parquet");

fn read(bytes: &[u8], skip_bad_rows: bool) -> Result<Dataset, String> {
    let options = LoadOptions { skip_bad_rows };
    Dataset::read(Cursor::new(bytes), "faces.parquet", options).map_err(|error| error.to_string())
}

/// How many images each split has, after a look at whether each has its emotion's grey.
fn counts(dataset: &Dataset) -> [usize; 3] {
    assert_eq!(dataset.report.kind, Kind::Parquet);
    for index in 0..dataset.len() {
        let grey = 10 * dataset.label(index) as u8 + 5;
        assert!(
            dataset.image(index).iter().all(|&found| found == grey),
            "{index}"
        );
    }
    Split::ALL.map(|split| dataset.indices(split).len())
}

#[test]
fn splits_lie_in_files_of_their_own_and_labels_go_by_their_names() {
    let files = [
        ("README.md".to_owned(), b"x".to_vec()),
        (
            "data/train-00000-of-00001.parquet".to_owned(),
            TRAIN.to_vec(),
        ),
        ("data/test-00000-of-00001.parquet".to_owned(), TEST.to_vec()),
    ];
    let dataset = Dataset::from_files("faces", &files, LoadOptions::default()).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 7]);
    assert_eq!(dataset.report.warnings, Vec::<String>::new());
    let labels: Vec<Emotion> = (0..7).map(|index| dataset.label(index)).collect();
    assert_eq!(labels, Emotion::ALL, "images keep their order");
}

#[test]
fn a_file_alone_is_for_training_and_says_so() {
    let dataset = read(TRAIN, false).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 0]);
    let said = dataset.report.warnings.join("\n");
    assert!(said.contains("all 7 rows are for training"), "{said}");
}

#[test]
fn images_may_be_plain_bytes_and_labels_words_or_numbers() {
    let said = read(WORDS, false).unwrap_err();
    assert!(
        said.contains("faces.parquet, row 8: found no image"),
        "{said}"
    );
    let dataset = read(WORDS, true).unwrap();
    assert_eq!((counts(&dataset), dataset.skipped), ([7, 0, 0], 1));
    let dataset = read(NUMBERS, false).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 0]);
    let said = dataset.report.warnings.join("\n");
    assert!(
        said.contains("with the labels 0 angry, 1 disgust"),
        "{said}"
    );
}

#[test]
fn numbers_kept_as_text_or_as_names_say_how_they_were_read() {
    for (bytes, images, begins_at_1) in [(STRINGS, 7, false), (FROM_ONE, 6, true)] {
        let dataset = read(bytes, false).unwrap();
        assert_eq!(counts(&dataset), [images, 0, 0]);
        let said = dataset.report.warnings.join("\n");
        let read = "faces.parquet was read with the labels 0 angry, 1 disgust";
        assert!(said.contains(read), "{said}");
        let none = said.contains("no image has the number 0 (angry)");
        assert_eq!(none, begins_at_1, "{said}");
    }
    let words = read(WORDS, true).unwrap().report.warnings.join("\n");
    assert!(!words.contains("with the labels"), "{words}");
    let said = read(TO_SEVEN, true).unwrap_err();
    assert!(
        said.contains("numbers of another data set: found 7"),
        "{said}"
    );
}

#[test]
fn the_table_of_fer2013_says_its_splits() {
    assert_eq!(counts(&read(TABLE, false).unwrap()), [7, 7, 7]);
}

#[test]
fn what_is_not_read_is_an_error_that_says_what_to_do() {
    let said = read(ZSTD, false).unwrap_err();
    assert!(
        said.contains("compressed by Zstandard: write it with Snappy, gzip or without"),
        "{said}"
    );
    let said = read(&TRAIN[..TRAIN.len() / 2], false).unwrap_err();
    assert!(
        said.contains("it does not end as a Parquet file does"),
        "{said}"
    );
}

#[test]
fn the_size_of_its_description_that_a_file_claims_is_not_believed() {
    for length in [u32::MAX, TRAIN.len() as u32] {
        let mut bytes = TRAIN.to_vec();
        let end = bytes.len() - 8;
        bytes[end..end + 4].copy_from_slice(&length.to_le_bytes());
        let said = read(&bytes, true).unwrap_err();
        assert!(
            said.contains("it does not end as a Parquet file does"),
            "{said}"
        );
    }
}
