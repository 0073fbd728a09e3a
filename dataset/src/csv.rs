//! FER2013 as it was published: a table with the columns `emotion,pixels,Usage`, one face a row.
//!
//! Any number of rows, the columns in any order and case. Rows are streamed, so memory grows with
//! the images kept and not with the file.

use std::io::{self, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

use super::error::printable;
use super::{Dataset, DatasetError, LoadOptions, Split};

/// The longest line that is read, in bytes: seven times the longest good row. Bounds the memory
/// that a file without line ends can claim.
const LONGEST_LINE: usize = 64 * 1024;

/// The most rows that are read, good or bad: an archive of a few megabytes can unpack to any number.
const MOST_ROWS: usize = 500_000;

/// The most lines that are read, blank ones as well: those cost nothing but time.
const MOST_LINES: usize = 2 * MOST_ROWS;

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// What is wrong with a row: what was found, and what was expected.
struct Problem(String, String);

/// Appends every row of `input` to `dataset`; `file` is its name in error messages.
pub(super) fn read(
    input: impl Read,
    file: &str,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let mut rows = reader(input);
    let mut row = ByteRecord::new();
    if !next_row(&mut rows, &mut row, file)? {
        return Err(DatasetError::Empty {
            file: file.to_owned(),
        });
    }
    let columns = Columns::find(&row, file)?;
    let mut image = [0; IMAGE_PIXELS];
    while next_row(&mut rows, &mut row, file)? {
        if dataset.len() + dataset.skipped >= MOST_ROWS {
            return Err(DatasetError::TooMuch {
                file: file.to_owned(),
                most: format!("{MOST_ROWS} rows"),
            });
        }
        match columns.parse(&row, &mut image) {
            Ok((emotion, split)) => dataset.push(&image, emotion, split),
            Err(Problem(found, expected)) => {
                // `PlainLines` ends every line, so the reader now stands on the line after this row.
                let line = rows.position().line() - 1;
                dataset.refuse(
                    DatasetError::BadRow {
                        file: file.to_owned(),
                        line,
                        found,
                        expected,
                    },
                    options,
                )?;
            }
        }
    }
    Ok(())
}

/// A CSV reader for which every line is a row, and quotes are letters like any other ([`text`] drops them).
pub(super) fn reader<R: Read>(input: R) -> Reader<PlainLines<R>> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .buffer_capacity(BUFFER)
        .from_reader(PlainLines {
            input,
            line_bytes: 0,
            lines: 0,
        })
}

/// Reads the next row that is not blank; false at the end of the file.
pub(super) fn next_row<R: Read>(
    rows: &mut Reader<R>,
    row: &mut ByteRecord,
    file: &str,
) -> Result<bool, DatasetError> {
    rows.read_byte_record(row)
        .map_err(|error| DatasetError::Unreadable {
            file: file.to_owned(),
            source: error.into(),
        })
}

/// Where the three columns stand in a row.
struct Columns {
    emotion: usize,
    pixels: usize,
    usage: usize,
    /// Fields in every row.
    count: usize,
}

impl Columns {
    /// Finds the columns in the header line.
    fn find(header: &ByteRecord, file: &str) -> Result<Self, DatasetError> {
        let names: Vec<String> = header.iter().map(|field| text(field).to_owned()).collect();
        let position = |column: &'static str| {
            names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(column))
                .ok_or_else(|| DatasetError::MissingColumn {
                    file: file.to_owned(),
                    column,
                    found: names
                        .iter()
                        .map(|name| shown(name))
                        .collect::<Vec<_>>()
                        .join(", "),
                })
        };
        Ok(Columns {
            emotion: position("emotion")?,
            pixels: position("pixels")?,
            usage: position("Usage")?,
            count: names.len(),
        })
    }

    /// Writes the row's pixels to `image`, and gives its emotion and split.
    fn parse(
        &self,
        row: &ByteRecord,
        image: &mut [u8; IMAGE_PIXELS],
    ) -> Result<(Emotion, Split), Problem> {
        if row.len() != self.count {
            return Err(Problem(
                format!("{} fields", row.len()),
                format!("{} fields, as in the first line", self.count),
            ));
        }
        let label = text(&row[self.emotion]);
        let emotion = label
            .parse()
            .ok()
            .and_then(Emotion::from_index)
            .ok_or_else(|| {
                let names: Vec<_> = Emotion::ALL
                    .iter()
                    .map(|emotion| format!("{} {emotion}", emotion.index()))
                    .collect();
                Problem(format!("the emotion {}", shown(label)), names.join(", "))
            })?;
        let usage = text(&row[self.usage]);
        let split = usage.parse().map_err(|_| {
            Problem(
                format!("the Usage {}", shown(usage)),
                Split::ALL.map(Split::name).join(", "),
            )
        })?;
        parse_pixels(&row[self.pixels], image)?;
        Ok((emotion, split))
    }
}

/// Reads numbers from 0 to 255 with blanks between them.
fn parse_pixels(field: &[u8], image: &mut [u8; IMAGE_PIXELS]) -> Result<(), Problem> {
    let mut count = 0;
    for number in field
        .split(|byte| matches!(byte, b' ' | b'\t' | b'"'))
        .filter(|number| !number.is_empty())
    {
        let grey = parse_grey(number).ok_or_else(|| {
            Problem(
                format!(
                    "the pixel {} (number {} of the row)",
                    shown(text(number)),
                    count + 1
                ),
                "a whole number from 0 to 255".into(),
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
    Err(Problem(
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
pub(super) fn text(field: &[u8]) -> &str {
    let field = std::str::from_utf8(field).unwrap_or("\u{fffd}");
    field.trim_matches(|letter: char| letter == '"' || letter.is_whitespace())
}

/// Quoted for a message, and cut where it is long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 24;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("'{}...'", printable(&text[..end])),
        None => format!("'{}'", printable(text)),
    }
}

/// Makes every line end in a line feed and nothing else, so that the CSV reader counts lines as an
/// editor does (it counts a line feed after a carriage return to the next row), and refuses a line
/// longer than [`LONGEST_LINE`].
pub(super) struct PlainLines<R> {
    input: R,
    /// Bytes since the last line feed.
    line_bytes: usize,
    /// Line feeds so far.
    lines: usize,
}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let found = self.input.read(buffer)?;
            if found == 0 {
                return Ok(self.end_last_line(buffer));
            }
            let kept = drop_carriage_returns(&mut buffer[..found]);
            self.line_bytes = match buffer[..kept].iter().rposition(|&byte| byte == b'\n') {
                Some(end) => kept - end - 1,
                None => self.line_bytes + found,
            };
            self.lines += buffer[..kept].iter().filter(|byte| **byte == b'\n').count();
            if self.line_bytes > LONGEST_LINE {
                return Err(io::Error::other(format!(
                    "found a line of more than {LONGEST_LINE} bytes, expected {IMAGE_PIXELS} pixels a line"
                )));
            }
            if self.lines > MOST_LINES {
                return Err(io::Error::other(format!(
                    "found more than {MOST_LINES} lines, expected at most {MOST_ROWS} faces"
                )));
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R> PlainLines<R> {
    /// One line feed where the file's last line has none, then nothing.
    fn end_last_line(&mut self, buffer: &mut [u8]) -> usize {
        if self.line_bytes == 0 || buffer.is_empty() {
            return 0;
        }
        self.line_bytes = 0;
        buffer[0] = b'\n';
        1
    }
}

/// Closes the gaps that carriage returns leave; the number of bytes left.
fn drop_carriage_returns(bytes: &mut [u8]) -> usize {
    let Some(first) = bytes.iter().position(|&byte| byte == b'\r') else {
        return bytes.len();
    };
    let mut kept = first;
    for index in first..bytes.len() {
        if bytes[index] != b'\r' {
            bytes[kept] = bytes[index];
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let mut dataset = Dataset::new("test");
        read(text.as_bytes(), "faces.csv", options, &mut dataset).map(|()| dataset)
    }

    /// The table with a bad row as line 3 stops with `message`, and loses that row where it may.
    fn assert_bad_row(row: &str, message: &str) {
        let text = format!(
            "{HEADER}{}{row}\n{}",
            good(3, 9, "Training"),
            good(4, 8, "PublicTest")
        );
        let error = parse(&text, STRICT).unwrap_err().to_string();
        let whole = format!(
            "faces.csv, line 3: {message}. Correct or delete this row, or pass --skip-bad-rows to leave such rows out."
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
        assert_bad_row(
            good(7, 0, "Training").trim(),
            &format!("found the emotion '7', expected {expected}"),
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
            good(0, 0, "Test").trim(),
            "found the Usage 'Test', expected Training, PublicTest, PrivateTest",
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
        let mut dataset = Dataset::new("test");
        let bytes = [HEADER.as_bytes(), b"\xff\xfe,1,Training\n"].concat();
        let error = read(&bytes[..], "faces.csv", STRICT, &mut dataset)
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
        let error = parse("emotion,pixels\n", LENIENT).unwrap_err().to_string();
        let start =
            "faces.csv, line 1: found the columns 'emotion', 'pixels', but no column named Usage;";
        assert!(error.starts_with(start), "{error}");
    }

    #[test]
    fn a_table_without_training_rows_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("faces.csv");
        std::fs::write(
            &path,
            format!("{HEADER}{}7,1,Training\n", good(0, 0, "PublicTest")),
        )
        .unwrap();
        let error = Dataset::load(&path, LENIENT).unwrap_err().to_string();
        assert!(
            error
                .contains("holds no training images (found 1 test images and left out 1 bad ones)"),
            "{error}"
        );
        std::fs::write(&path, HEADER).unwrap();
        let error = Dataset::load(&path, STRICT).unwrap_err().to_string();
        assert!(
            error.contains("holds no training images (found 0 test images"),
            "{error}"
        );
    }

    #[test]
    fn a_file_without_line_ends_is_refused_before_it_fills_the_memory() {
        let endless = io::repeat(b'1');
        let mut dataset = Dataset::new("test");
        let error = read(endless, "faces.csv", LENIENT, &mut dataset)
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
