//! FER2013 in an archive: `.csv.gz`, or a `.zip` that holds the table or the folders of images.
//!
//! Nothing is unpacked to disk: tables are streamed, images are read one at a time.

use std::io::{BufReader, Read, Seek};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::error::printable;
use super::folder::{self, Place};
use super::{Dataset, DatasetError, LoadOptions, csv, metered};

/// The name under which the table is distributed; preferred where an archive holds several.
const USUAL_TABLE: &str = "fer2013.csv";

/// Appends the rows of a gzipped table.
pub(super) fn read_gzip(
    input: impl Read,
    file: &str,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let input = MultiGzDecoder::new(BufReader::new(input));
    csv::read(input, file, options, dataset)
}

/// Appends the rows of the archive's table, or its images where it holds no table.
pub(super) fn read_zip(
    input: impl Read + Seek,
    file: &str,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let broken = |source| DatasetError::BrokenArchive {
        file: file.to_owned(),
        source,
    };
    let mut archive = metered::open(input, file)?;
    match find_table(&archive, file)? {
        Some(table) => {
            let input = archive.by_name(&table).map_err(broken)?;
            csv::read(
                input,
                &format!("{file}/{}", printable(&table)),
                options,
                dataset,
            )
        }
        None => read_images(&mut archive, file, options, dataset),
    }
}

/// The only table in the archive, or the one with the usual name.
fn find_table<R: Read + Seek>(
    archive: &ZipArchive<R>,
    file: &str,
) -> Result<Option<String>, DatasetError> {
    let mut tables: Vec<&str> = archive.file_names().filter(|name| is_table(name)).collect();
    tables.sort_unstable();
    let usual = tables
        .iter()
        .find(|name| base_name(name).eq_ignore_ascii_case(USUAL_TABLE));
    match (usual, &tables[..]) {
        (Some(table), _) | (None, [table]) => Ok(Some((*table).to_owned())),
        (None, []) => Ok(None),
        (None, _) => Err(DatasetError::SeveralTables {
            file: file.to_owned(),
            found: printable(&tables.join(", ")),
        }),
    }
}

fn is_table(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".csv")
        && !name.starts_with("__MACOSX/")
        && !base_name(name).starts_with('.')
}

fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Appends the images of `train|test/<emotion>/`, in the order of the sorted paths.
fn read_images(
    archive: &mut ZipArchive<impl Read + Seek>,
    file: &str,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let mut images: Vec<(String, Place)> = archive
        .file_names()
        .filter_map(|name| Some((name.to_owned(), Place::of(name)?)))
        .collect();
    images.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    // As in a folder: the images at the top if there are any, else those of the first folder that holds some.
    let Some(base) = images.iter().map(|(_, place)| place.base.clone()).min() else {
        return Err(DatasetError::NoFaces {
            file: file.to_owned(),
            expected: "one .csv file, or ",
        });
    };
    for (name, place) in images.iter().filter(|(_, place)| place.base == base) {
        let image_file = format!("{file}/{}", printable(name));
        let input =
            archive
                .by_name(name)
                .map_err(|source: ZipError| DatasetError::BrokenArchive {
                    file: image_file.clone(),
                    source,
                })?;
        folder::add_image(input, place, &image_file, options, dataset)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Cursor, Write};
    use std::path::PathBuf;

    use super::*;
    use crate::Split;
    use crate::{LENIENT, STRICT};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use image::{GrayImage, ImageFormat, Luma};
    use model_core::emotion::Emotion;
    use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
    use tempfile::TempDir;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    /// A table of one training face of one grey.
    fn table(grey: u8) -> Vec<u8> {
        let pixels = vec![grey.to_string(); IMAGE_PIXELS].join(" ");
        format!("emotion,pixels,Usage\n3,{pixels},Training\n").into_bytes()
    }

    fn png(grey: u8) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = GrayImage::from_pixel(IMAGE_SIDE as u32, IMAGE_SIDE as u32, Luma([grey]));
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn zip(files: &[(&str, &[u8])]) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("faces.zip");
        let mut writer = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in files {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap();
        (directory, path)
    }

    fn error(files: &[(&str, &[u8])]) -> String {
        let (_directory, path) = zip(files);
        Dataset::load(&path, STRICT).unwrap_err().to_string()
    }

    #[test]
    fn a_gzipped_table_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("faces.csv.gz");
        let mut encoder = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
        encoder.write_all(&table(9)).unwrap();
        encoder.finish().unwrap();
        let dataset = Dataset::load(&path, STRICT).unwrap();
        assert_eq!(
            (dataset.name.as_str(), dataset.len(), dataset.image(0)[0]),
            ("faces", 1, 9)
        );

        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let message = Dataset::load(&path, LENIENT).unwrap_err().to_string();
        assert!(
            message.contains("faces.csv.gz cannot be read: "),
            "{message}"
        );
    }

    #[test]
    fn the_only_table_in_a_zip_is_read_wherever_it_lies() {
        let (_directory, path) = zip(&[
            ("a/b/votes.txt", b"x"),
            ("a/b/faces.CSV", &table(5)),
            ("__MACOSX/a/b/._faces.csv", b"x"),
        ]);
        let dataset = Dataset::load(&path, STRICT).unwrap();
        assert_eq!(
            (dataset.len(), dataset.label(0), dataset.image(0)[0]),
            (1, Emotion::Happy, 5)
        );
    }

    #[test]
    fn fer2013_csv_is_preferred_among_several_tables() {
        let (_directory, path) = zip(&[
            ("a.csv", b"x"),
            ("fer2013/fer2013.csv", &table(6)),
            ("z.csv", b"x"),
        ]);
        assert_eq!(Dataset::load(&path, STRICT).unwrap().image(0)[0], 6);
        let message = error(&[("z.csv", b"x"), ("a.csv", b"x")]);
        assert!(
            message.contains("faces.zip holds several tables: found a.csv, z.csv, expected one"),
            "{message}"
        );
    }

    #[test]
    fn a_bad_row_in_a_zip_names_the_archive_and_the_table() {
        let message = error(&[("fer2013.csv", b"emotion,pixels,Usage\n7,1,Training\n")]);
        assert!(
            message.contains("faces.zip/fer2013.csv, line 2: found the emotion '7'"),
            "{message}"
        );
    }

    #[test]
    fn folders_in_a_zip_are_read_in_the_order_of_the_paths() {
        for base in ["", "archive/"] {
            let names = [
                "train/sad/b.png",
                "train/angry/z.png",
                "train/sad/a.png",
                "test/happy/c.png",
            ]
            .map(|name| format!("{base}{name}"));
            let images = [1, 2, 3, 4].map(png);
            let mut files: Vec<(&str, &[u8])> = names
                .iter()
                .map(String::as_str)
                .zip(images.iter().map(Vec::as_slice))
                .collect();
            files.push(("__MACOSX/train/sad/._b.png", b"x"));
            let (_directory, path) = zip(&files);
            let dataset = Dataset::load(&path, STRICT).unwrap();
            let seen: Vec<_> = (0..dataset.len())
                .map(|index| {
                    (
                        dataset.image(index)[0],
                        dataset.label(index),
                        dataset.split(index),
                    )
                })
                .collect();
            let expected = [
                (4, Emotion::Happy, Split::PrivateTest),
                (2, Emotion::Angry, Split::Training),
                (3, Emotion::Sad, Split::Training),
                (1, Emotion::Sad, Split::Training),
            ];
            assert_eq!(seen, expected, "base '{base}'");
        }
    }

    #[test]
    fn images_at_the_top_win_over_copies_one_folder_down() {
        let (_directory, path) = zip(&[
            ("copy/train/sad/a.png", &png(1)),
            ("train/sad/a.png", &png(2)),
        ]);
        let dataset = Dataset::load(&path, STRICT).unwrap();
        assert_eq!((dataset.len(), dataset.image(0)[0]), (1, 2));
    }

    #[test]
    fn an_image_that_unpacks_to_more_than_4_mib_is_an_error() {
        let bomb = vec![0; folder::LARGEST_IMAGE as usize + 1];
        let files: [(&str, &[u8]); 2] = [
            ("train/sad/bomb.png", &bomb),
            ("train/sad/good.png", &png(2)),
        ];
        let message = error(&files);
        assert!(
            message.contains("faces.zip/train/sad/bomb.png: found more than 4 MiB of image data"),
            "{message}"
        );
        let (_directory, path) = zip(&files);
        let dataset = Dataset::load(&path, LENIENT).unwrap();
        assert_eq!((dataset.len(), dataset.skipped), (1, 1));
    }

    #[test]
    fn a_zip_without_faces_and_a_broken_zip_are_errors() {
        let message = error(&[("readme.txt", b"x")]);
        assert!(
            message
                .contains("faces.zip holds no faces: expected one .csv file, or train/<emotion>/"),
            "{message}"
        );
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("faces.zip");
        std::fs::write(&path, "this is no archive").unwrap();
        let message = Dataset::load(&path, STRICT).unwrap_err().to_string();
        assert!(
            message.contains("faces.zip is not a readable zip archive: "),
            "{message}"
        );
    }
}
