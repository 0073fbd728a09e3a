//! FER2013 as it was published: a table with the columns `emotion,pixels,Usage`, one face a row.
//!
//! Any number of rows, the columns in any order and case among others, with commas, semicolons or tabs between them.
//! Rows are streamed, so memory grows with the images kept and not with the file.

use std::io::Read;

use csv::{ByteRecord, Reader, ReaderBuilder};
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

use crate::error::printable;
use crate::label::{self, Label, Numbers};
use crate::text::PlainLines;
use crate::{Dataset, DatasetError, Fault, LoadOptions, Split};

/// The most rows that are read, good or bad: an archive of a few megabytes can unpack to any number.
const MOST_ROWS: usize = 500_000;

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// What stands between two fields, most usual first. Spreadsheets write semicolons where commas are decimal points.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// What a table's first line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    separator: u8,
    names: Vec<String>,
    emotion: usize,
    pixels: usize,
    /// Where each row's split stands, if anywhere.
    usage: Option<usize>,
}

impl Header {
    /// Reads the first line that is not blank; `file` is its name in error messages.
    pub(crate) fn read(input: impl Read, file: &str) -> Result<Self, DatasetError> {
        // A separator that no text holds: the line is one field.
        let mut lines = reader(input, 0);
        let mut line = ByteRecord::new();
        if !next_row(&mut lines, &mut line, file)? {
            return Err(DatasetError::Empty {
                file: file.to_owned(),
            });
        }
        let line = line.get(0).unwrap_or_default();
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let headers = SEPARATORS.map(|separator| Header::of(line, separator, file));
        let mut problem = None;
        for header in headers {
            match header {
                Ok(header) => return Ok(header),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        Err(problem.unwrap_or(DatasetError::Empty {
            file: file.to_owned(),
        }))
    }

    fn of(line: &[u8], separator: u8, file: &str) -> Result<Self, DatasetError> {
        let fields = line.split(|&byte| byte == separator);
        let names: Vec<String> = fields.map(|field| text(field).to_owned()).collect();
        let optional = |column: &'static str| {
            let same = |(_, name): &(usize, &String)| name.eq_ignore_ascii_case(column);
            let mut places = names.iter().enumerate().filter(same);
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => Err(DatasetError::ColumnTwice {
                    file: file.to_owned(),
                    column,
                }),
                (place, _) => Ok(place.map(|(place, _)| place)),
            }
        };
        let required = |column: &'static str| {
            optional(column)?.ok_or_else(|| DatasetError::MissingColumn {
                file: file.to_owned(),
                column,
                found: shown_names(&names),
            })
        };
        Ok(Header {
            separator,
            emotion: required("emotion")?,
            pixels: required("pixels")?,
            usage: optional("Usage")?,
            names,
        })
    }

    /// Whether every row says its split.
    pub(crate) fn has_usage(&self) -> bool {
        self.usage.is_some()
    }

    /// Writes the row's pixels to `image`, and gives its emotion and split: that of the table, where it has no `Usage`.
    fn parse(
        &self,
        row: &ByteRecord,
        split: Split,
        image: &mut [u8; IMAGE_PIXELS],
    ) -> Result<(Emotion, Split), Fault> {
        let label = text(&row[self.emotion]);
        let read = Label::of(label);
        let fault = || label::fault(read, format!("the emotion {}", shown(label)));
        let emotion = read.emotion().ok_or_else(fault)?;
        let split = match self.usage {
            None => split,
            Some(usage) => {
                let usage = text(&row[usage]);
                Split::named(usage).ok_or_else(|| usage_fault(usage))?
            }
        };
        parse_pixels(&row[self.pixels], image)?;
        Ok((emotion, split))
    }

    fn check_fields(&self, row: &ByteRecord) -> Result<(), Fault> {
        if row.len() == self.names.len() {
            return Ok(());
        }
        Err(Fault::new(
            format!("{} fields", row.len()),
            format!("{} fields, as in the first line", self.names.len()),
        ))
    }
}

/// Appends every row of `input` to `dataset`. A table is its name in error messages, its first line, and the split of
/// rows that do not say theirs.
pub(crate) fn read(
    input: impl Read,
    (file, header, split): (&str, &Header, Split),
    options: LoadOptions,
    numbers: &mut Numbers,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let mut rows = reader(input, header.separator);
    let mut row = ByteRecord::new();
    next_row(&mut rows, &mut row, file)?;
    let mut image = [0; IMAGE_PIXELS];
    while next_row(&mut rows, &mut row, file)? {
        bounded(dataset, file)?;
        let parsed = header.check_fields(&row).and_then(|()| {
            let label = text(&row[header.emotion]);
            numbers.count(Label::of(label), label);
            header.parse(&row, split, &mut image)
        });
        match parsed {
            Ok((emotion, split)) => dataset.push(&image, emotion, split),
            Err(fault) => {
                // `PlainLines` ends every line, so the reader now stands on the line after this row.
                let problem = DatasetError::BadRow {
                    file: file.to_owned(),
                    line: rows.position().line() - 1,
                    fault,
                };
                dataset.refuse(problem, 1, options)?;
            }
        }
    }
    Ok(())
}

/// Refuses the row after the last that fits the memory.
pub(crate) fn bounded(dataset: &Dataset, file: &str) -> Result<(), DatasetError> {
    if dataset.len() + dataset.skipped < MOST_ROWS {
        return Ok(());
    }
    Err(DatasetError::TooMuch {
        file: file.to_owned(),
        most: format!("{MOST_ROWS} rows"),
    })
}

/// A CSV reader for which every line is a row, and quotes are letters like any other ([`text`] drops them).
pub(crate) fn reader<R: Read>(input: R, separator: u8) -> Reader<PlainLines<R>> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .delimiter(separator)
        .buffer_capacity(BUFFER)
        .from_reader(PlainLines::new(input))
}

/// Reads the next row that is not blank; false at the end of the file.
pub(crate) fn next_row<R: Read>(
    rows: &mut Reader<PlainLines<R>>,
    row: &mut ByteRecord,
    file: &str,
) -> Result<bool, DatasetError> {
    rows.read_byte_record(row)
        .map_err(|error| DatasetError::Unreadable {
            file: file.to_owned(),
            source: error.into(),
        })
}

/// The names of columns, of which a table of single pixels has thousands.
fn shown_names(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| shown(name)).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What is wrong with a value of the column `Usage`.
pub(crate) fn usage_fault(usage: &str) -> Fault {
    Fault::new(format!("the Usage {}", shown(usage)), Split::names()).shared()
}

/// Reads an image's numbers, or says what is wrong with them.
pub(crate) fn pixels(field: &[u8]) -> Result<[u8; IMAGE_PIXELS], Fault> {
    let mut image = [0; IMAGE_PIXELS];
    parse_pixels(field, &mut image).map(|()| image)
}

/// Reads numbers from 0 to 255 with blanks between them.
fn parse_pixels(field: &[u8], image: &mut [u8; IMAGE_PIXELS]) -> Result<(), Fault> {
    let mut count = 0;
    for number in field
        .split(|byte| matches!(byte, b' ' | b'\t' | b'"'))
        .filter(|number| !number.is_empty())
    {
        let grey = parse_grey(number).ok_or_else(|| {
            Fault::new(
                format!(
                    "the pixel {} (number {} of the row)",
                    shown(text(number)),
                    count + 1
                ),
                "a whole number from 0 to 255",
            )
        })?;
        if let Some(pixel) = image.get_mut(count) {
            *pixel = grey;
        }
        count += 1;
    }
    if count == IMAGE_PIXELS {
        return Ok(());
    }
    Err(Fault::new(
        format!("{count} pixels"),
        format!("{IMAGE_PIXELS} pixels ({IMAGE_SIDE}x{IMAGE_SIDE})"),
    ))
}

/// A grey value of digits only, or `None`. By hand, because the table holds 80 million of them.
fn parse_grey(digits: &[u8]) -> Option<u8> {
    let mut grey = 0u8;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        grey = grey.checked_mul(10)?.checked_add(value)?;
    }
    Some(grey)
}

/// A field without blanks and quotes around it; empty when it is not text.
pub(crate) fn text(field: &[u8]) -> &str {
    let field = std::str::from_utf8(field).unwrap_or("\u{fffd}");
    field.trim_matches(|letter: char| letter == '"' || letter.is_whitespace())
}

/// Quoted for a message, and cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 24;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("'{}...'", printable(&text[..end])),
        None => format!("'{}'", printable(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    use crate::{LENIENT, STRICT};

    const HEADER: &str = "emotion,pixels,Usage\n";

    /// `count` pixels of one grey.
    fn pixels(grey: impl ToString, count: usize) -> String {
        vec![grey.to_string(); count].join(" ")
    }

    fn good(label: usize, grey: u8, usage: &str) -> String {
        format!("{label},{},{usage}\n", pixels(grey, IMAGE_PIXELS))
    }

    fn parse(text: &str, options: LoadOptions) -> Result<Dataset, DatasetError> {
        let (mut dataset, mut numbers) = (Dataset::new("test"), Numbers::default());
        let (split, bytes) = (Split::Training, text.as_bytes());
        let header = Header::read(bytes, "faces.csv")?;
        let table = ("faces.csv", &header, split);
        read(bytes, table, options, &mut numbers, &mut dataset)?;
        Ok(dataset)
    }

    /// The table with a bad row as line 3 stops with `message`, and loses that row where it may.
    fn assert_bad_row(row: &str, message: &str) {
        assert_advised(row, message, "Correct or delete this row");
    }

    fn assert_advised(row: &str, message: &str, advice: &str) {
        let text = format!(
            "{HEADER}{}{row}\n{}",
            good(0, 9, "Training"),
            good(4, 8, "PublicTest")
        );
        let error = parse(&text, STRICT).unwrap_err().to_string();
        let whole = format!(
            "faces.csv, line 3: {message}. {advice}, or pass --skip-bad-rows to leave such rows out."
        );
        assert_eq!(error, whole);
        let dataset = parse(&text, LENIENT).unwrap();
        assert_eq!((dataset.len(), dataset.skipped), (2, 1));
        assert_eq!(dataset.image(1), [8; IMAGE_PIXELS]);
    }

    #[test]
    fn rows_keep_their_order_label_pixels_and_split() {
        let ramp: Vec<String> = (0..IMAGE_PIXELS)
            .map(|index| (index % 256).to_string())
            .collect();
        let text = format!(
            "{HEADER}0,{},Training\n{}{}",
            ramp.join(" "),
            good(6, 7, "PublicTest"),
            good(1, 255, "PrivateTest")
        );
        let dataset = parse(&text, STRICT).unwrap();
        assert_eq!(dataset.len(), 3);
        assert!(
            dataset
                .image(0)
                .iter()
                .enumerate()
                .all(|(index, &grey)| usize::from(grey) == index % 256)
        );
        assert_eq!(
            (dataset.label(1), dataset.split(1)),
            (Emotion::Neutral, Split::PublicTest)
        );
        assert_eq!(
            (dataset.label(2), dataset.split(2)),
            (Emotion::Disgust, Split::PrivateTest)
        );
        assert_eq!(dataset.image(2), [255; IMAGE_PIXELS]);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_case_among_others() {
        let text = format!(
            "USAGE, Emotion,id, \"Pixels\"\ntraining,5,x1,\"{}\"\n",
            pixels(4, IMAGE_PIXELS)
        );
        let dataset = parse(&text, STRICT).unwrap();
        assert_eq!(
            (dataset.label(0), dataset.split(0)),
            (Emotion::Surprise, Split::Training)
        );
        assert_eq!(dataset.image(0), [4; IMAGE_PIXELS]);
    }

    #[test]
    fn a_byte_order_mark_windows_line_ends_and_a_missing_last_line_end_are_fine() {
        let text = format!(
            "\u{feff}{HEADER}{}{}",
            good(0, 1, "Training"),
            good(1, 2, "Training")
        );
        let dataset = parse(text.replace('\n', "\r\n").trim_end(), STRICT).unwrap();
        assert_eq!(dataset.len(), 2);
    }

    #[test]
    fn the_line_is_right_after_windows_line_ends_and_blank_lines_and_at_the_end() {
        for line_end in ["\n", "\r\n"] {
            let text = format!("{HEADER}\n{}\n\n7,1,Training", good(0, 1, "Training"))
                .replace('\n', line_end);
            let error = parse(&text, STRICT).unwrap_err().to_string();
            assert!(
                error.starts_with("faces.csv, line 6: found the emotion '7'"),
                "{line_end:?}: {error}"
            );
        }
    }

    #[test]
    fn a_label_of_seven_is_an_error_that_names_the_line() {
        let expected = "0 angry, 1 disgust, 2 fear, 3 happy, 4 sad, 5 surprise, 6 neutral";
        assert_advised(
            good(7, 0, "Training").trim(),
            &format!("found the emotion '7', expected {expected}"),
            "If the numbers begin at 1, they are another data set's: subtract 1 from all. Else correct this one",
        );
        assert_bad_row(
            "joy,1 2,Training",
            &format!("found the emotion 'joy', expected {expected}"),
        );
        assert_bad_row(
            ",1 2,Training",
            &format!("found the emotion '', expected {expected}"),
        );
    }

    #[test]
    fn a_pixel_that_is_no_grey_is_an_error_that_names_it() {
        for wrong in ["256", "-1", "1.5", "x", "99999999999999999999"] {
            let row = format!(
                "0,{} {wrong} {},Training",
                pixels(0, 9),
                pixels(0, IMAGE_PIXELS - 10)
            );
            let message = format!(
                "found the pixel {} (number 10 of the row), expected a whole number from 0 to 255",
                shown(wrong)
            );
            assert_bad_row(&row, &message);
        }
    }

    #[test]
    fn a_pixel_too_few_or_too_many_is_an_error_with_both_counts() {
        for count in [0, 2303, 2305] {
            let row = format!("0,{},Training", pixels(0, count));
            assert_bad_row(
                &row,
                &format!("found {count} pixels, expected 2304 pixels (48x48)"),
            );
        }
    }

    #[test]
    fn an_unknown_usage_is_an_error_that_lists_the_splits() {
        assert_bad_row(
            good(0, 0, "Holdout").trim(),
            &format!("found the Usage 'Holdout', expected {}", Split::names()),
        );
    }

    #[test]
    fn a_wrong_number_of_fields_is_an_error_with_both_counts() {
        assert_bad_row(
            "0,1 2 3",
            "found 2 fields, expected 3 fields, as in the first line",
        );
        assert_bad_row(
            "0,1,2,Training",
            "found 4 fields, expected 3 fields, as in the first line",
        );
    }

    #[test]
    fn text_that_is_not_utf8_is_an_error_and_long_text_is_cut() {
        let bytes = [HEADER.as_bytes(), b"\xff\xfe,1,Training\n"].concat();
        let error = Dataset::read(io::Cursor::new(bytes), "faces.csv", STRICT)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 2: found the emotion '\u{fffd}'"),
            "{error}"
        );
        assert_eq!(shown(&"é".repeat(25)), format!("'{}...'", "é".repeat(24)));
    }

    #[test]
    fn an_empty_file_is_its_own_error() {
        for text in ["", "\n\r\n"] {
            let error = parse(text, LENIENT).unwrap_err().to_string();
            assert!(
                error.starts_with(
                    "faces.csv is empty: expected the columns emotion, pixels and Usage"
                ),
                "{error}"
            );
        }
    }

    #[test]
    fn a_missing_column_is_an_error_that_names_the_columns_found() {
        let error = parse("emotion,Usage\n", LENIENT).unwrap_err().to_string();
        let start =
            "faces.csv, line 1: found the columns 'emotion', 'Usage', but no column named pixels;";
        assert!(error.starts_with(start), "{error}");
    }

    #[test]
    fn a_table_without_training_rows_is_an_error() {
        let load = |text: String, options| {
            Dataset::read(io::Cursor::new(text), "faces.csv", options)
                .unwrap_err()
                .to_string()
        };
        let error = load(
            format!("{HEADER}{}9,1,Training\n", good(0, 0, "PublicTest")),
            LENIENT,
        );
        assert!(
            error
                .contains("holds no training images (found 1 test images and left out 1 bad ones)"),
            "{error}"
        );
        let error = load(HEADER.to_owned(), STRICT);
        assert!(
            error.contains("holds no training images (found 0 test images"),
            "{error}"
        );
    }

    #[test]
    fn fields_may_be_separated_by_semicolons_and_tabs() {
        let text = HEADER.to_owned() + &good(5, 9, "Training");
        for separator in [";", "\t"] {
            let dataset = parse(&text.replace(',', separator), STRICT).unwrap();
            assert_eq!((dataset.len(), dataset.label(0)), (1, Emotion::Surprise));
        }
    }

    #[test]
    fn a_column_that_stands_there_twice_is_an_error() {
        let error = parse("emotion,pixels,Emotion\n", LENIENT).unwrap_err();
        let said = "faces.csv, line 1: found two columns named emotion";
        assert!(error.to_string().starts_with(said), "{error}");
    }

    #[test]
    fn a_file_without_line_ends_is_refused_before_it_fills_the_memory() {
        let error = Header::read(io::repeat(b'1'), "faces.csv")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("faces.csv cannot be read: found a line of more than 65536 bytes"),
            "{error}"
        );
    }

    #[test]
    fn a_table_without_end_is_an_error() {
        let text = HEADER.to_owned() + &"x,x,x\n".repeat(MOST_ROWS + 1);
        let message = parse(&text, LENIENT).unwrap_err().to_string();
        assert!(
            message.contains("faces.csv holds more than 500000 rows"),
            "{message}"
        );
    }
}
