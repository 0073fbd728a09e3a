//! FER2013 as folders of images: `train|test/<emotion>/*.{jpg,jpeg,png}`.
//!
//! The folder may lie one level down (`archive/train/...`). What a path means and how an image is
//! decoded is the same in a zip archive, so [`super::archive`] uses both from here.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

use super::{Dataset, DatasetError, LoadOptions, Split};

/// The largest image file that is read, in bytes: a 48x48 image is far smaller, and a zip bomb is larger.
pub(super) const LARGEST_IMAGE: u64 = 4 * 1024 * 1024;

/// The most memory that decoding an image may take, in bytes: a compressed colour profile can claim any amount.
const MOST_MEMORY: u64 = 16 * 1024 * 1024;

/// What the path of an image says about it.
pub(super) struct Place {
    pub split: Split,
    /// The name of the folder that holds the image, which should be an emotion.
    pub folder: String,
    /// What stands before `train` or `test`: nothing, or one folder and a slash.
    pub base: String,
}

impl Place {
    /// Reads `[base/]train|test/<emotion>/<image>`; `None` for any other path and for hidden files.
    pub(super) fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let (base, split, folder, image) = match parts[..] {
            [split, folder, image] => (String::new(), split, folder, image),
            [base, split, folder, image] => (format!("{base}/"), split, folder, image),
            _ => return None,
        };
        let hidden = parts
            .iter()
            .any(|part| part.starts_with('.') || *part == "__MACOSX");
        if hidden || !is_image(image) {
            return None;
        }
        Some(Place {
            split: split_of_folder(split)?,
            folder: folder.to_owned(),
            base,
        })
    }
}

/// The split of a folder `train` or `test`, in any case.
fn split_of_folder(name: &str) -> Option<Split> {
    match name.to_ascii_lowercase().as_str() {
        "train" => Some(Split::Training),
        "test" => Some(Split::PrivateTest),
        _ => None,
    }
}

fn is_image(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".jpg", ".jpeg", ".png"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Appends every image below `root` to `dataset`, in the order of the sorted paths.
pub(super) fn read(
    root: &Path,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let Some(base) = find_base(root)? else {
        return Err(DatasetError::NoFaces {
            file: root.display().to_string(),
            expected: "",
        });
    };
    for path in image_paths(&base)? {
        let relative = path
            .strip_prefix(&base)
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        if let Some(place) = Place::of(&relative) {
            let input = File::open(&path).map_err(|source| unreadable(&path, source))?;
            add_image(input, &place, &path.display().to_string(), options, dataset)?;
        }
    }
    Ok(())
}

/// The folder that holds `train` or `test`: `root`, or the first such folder in it.
fn find_base(root: &Path) -> Result<Option<PathBuf>, DatasetError> {
    let mut candidates = vec![root.to_path_buf()];
    candidates.extend(
        sorted_entries(root)?
            .into_iter()
            .filter(|path| path.is_dir()),
    );
    for candidate in candidates {
        if sorted_entries(&candidate)?
            .iter()
            .any(|path| path.is_dir() && split_of_path(path).is_some())
        {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

fn split_of_path(path: &Path) -> Option<Split> {
    split_of_folder(&path.file_name()?.to_string_lossy())
}

/// All files in `base/train/<folder>/` and `base/test/<folder>/`, sorted.
fn image_paths(base: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut paths = Vec::new();
    for split in sorted_entries(base)?
        .iter()
        .filter(|path| path.is_dir() && split_of_path(path).is_some())
    {
        for folder in sorted_entries(split)?.iter().filter(|path| path.is_dir()) {
            paths.extend(sorted_entries(folder)?);
        }
    }
    Ok(paths)
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let entries =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = entries.map_err(|source| unreadable(folder, source))?;
    paths.sort();
    Ok(paths)
}

pub(super) fn unreadable(path: &Path, source: io::Error) -> DatasetError {
    DatasetError::Unreadable {
        file: path.display().to_string(),
        source,
    }
}

/// Appends one image; `file` is its name in error messages.
pub(super) fn add_image(
    input: impl Read,
    place: &Place,
    file: &str,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let bad = |(found, expected)| DatasetError::BadImage {
        file: file.to_owned(),
        found,
        expected,
    };
    let Ok(emotion) = place.folder.parse::<Emotion>() else {
        let names = Emotion::ALL.map(Emotion::name).join(", ");
        let problem = bad((
            format!("the folder '{}'", place.folder),
            format!("a folder named {names}"),
        ));
        return dataset.refuse(problem, options);
    };
    let mut bytes = Vec::new();
    // One byte more than allowed, because the size that an archive declares can be a lie.
    if let Err(source) = input.take(LARGEST_IMAGE + 1).read_to_end(&mut bytes) {
        return dataset.refuse(
            DatasetError::Unreadable {
                file: file.to_owned(),
                source,
            },
            options,
        );
    }
    match decode(&bytes) {
        Ok(image) => dataset.push(&image, emotion, place.split),
        Err(problem) => dataset.refuse(bad(problem), options)?,
    }
    Ok(())
}

/// Turns an image file of any colour type into grey bytes, or says what was found and what was expected.
fn decode(bytes: &[u8]) -> Result<[u8; IMAGE_PIXELS], (String, String)> {
    if bytes.len() as u64 > LARGEST_IMAGE {
        return Err((
            "more than 4 MiB of image data".into(),
            "at most 4 MiB".into(),
        ));
    }
    let broken = |error: ImageError| {
        (
            format!("broken image data ({error})"),
            "a JPEG or PNG image".to_owned(),
        )
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| broken(error.into()))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(broken)?;
    // The size is checked before the pixels are decoded: a small file can claim a huge image.
    let (width, height) = decoder.dimensions();
    let wrong_size = (
        format!("an image of {width}x{height} pixels"),
        format!("{IMAGE_SIDE}x{IMAGE_SIDE} pixels"),
    );
    if (width as usize, height as usize) != (IMAGE_SIDE, IMAGE_SIDE) {
        return Err(wrong_size);
    }
    let grey = DynamicImage::from_decoder(decoder)
        .map_err(broken)?
        .into_luma8();
    grey.into_raw().try_into().map_err(|_| wrong_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LENIENT, STRICT};
    use image::{ColorType, ImageFormat};

    /// An image file of one grey.
    fn file(color: ColorType, side: u32, grey: u8, format: ImageFormat) -> Vec<u8> {
        let mut image = DynamicImage::new(side, side, color);
        if let Some(pixels) = image.as_mut_luma8() {
            pixels.fill(grey);
        } else if let Some(pixels) = image.as_mut_rgb8() {
            pixels.fill(grey);
        } else if let Some(pixels) = image.as_mut_luma16() {
            pixels.fill(u16::from(grey) * 257);
        }
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn png(grey: u8) -> Vec<u8> {
        file(ColorType::L8, 48, grey, ImageFormat::Png)
    }

    fn write(root: &Path, path: &str, bytes: &[u8]) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn folders_give_emotion_and_split_in_the_order_of_the_paths() {
        let directory = tempfile::tempdir().unwrap();
        for base in ["", "archive/"] {
            let root = directory
                .path()
                .join(if base.is_empty() { "flat" } else { "nested" });
            write(
                &root,
                &format!("{base}train/sad/b.jpeg"),
                &file(ColorType::L8, 48, 90, ImageFormat::Jpeg),
            );
            write(&root, &format!("{base}train/sad/a.PNG"), &png(10));
            write(&root, &format!("{base}train/angry/z.png"), &png(20));
            write(
                &root,
                &format!("{base}test/Happy/c.jpg"),
                &file(ColorType::L8, 48, 30, ImageFormat::Jpeg),
            );
            write(
                &root,
                &format!("{base}train/sad/.hidden.png"),
                b"not an image",
            );
            write(
                &root,
                &format!("{base}train/sad/notes.txt"),
                b"not an image",
            );
            let dataset = Dataset::load(&root, STRICT).unwrap();
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
                (30, Emotion::Happy, Split::PrivateTest),
                (20, Emotion::Angry, Split::Training),
                (10, Emotion::Sad, Split::Training),
                (90, Emotion::Sad, Split::Training),
            ];
            assert_eq!(seen, expected, "base '{base}'");
        }
    }

    #[test]
    fn every_colour_type_becomes_grey() {
        for color in [ColorType::L8, ColorType::Rgb8, ColorType::L16] {
            let image = decode(&file(color, 48, 77, ImageFormat::Png)).unwrap();
            assert_eq!(image, [77; IMAGE_PIXELS], "{color:?}");
        }
    }

    #[test]
    fn an_image_of_another_size_is_an_error_with_both_sizes() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), "train/fear/a.png", &png(1));
        write(
            directory.path(),
            "train/fear/b.png",
            &file(ColorType::L8, 64, 1, ImageFormat::Png),
        );
        let error = Dataset::load(directory.path(), STRICT)
            .unwrap_err()
            .to_string();
        let fragment = "b.png: found an image of 64x64 pixels, expected 48x48 pixels. Correct or delete this image";
        assert!(error.contains(fragment), "{error}");
        let dataset = Dataset::load(directory.path(), LENIENT).unwrap();
        assert_eq!((dataset.len(), dataset.skipped), (1, 1));
    }

    #[test]
    fn broken_and_oversized_images_are_errors() {
        for bytes in [&b"hello"[..], &png(1)[..60], &[]] {
            let (found, expected) = decode(bytes).unwrap_err();
            assert!(found.starts_with("broken image data ("), "{found}");
            assert_eq!(expected, "a JPEG or PNG image");
        }
        let place = Place::of("train/sad/a.png").unwrap();
        let mut dataset = Dataset::new("test");
        let error = add_image(io::repeat(0), &place, "a.png", STRICT, &mut dataset)
            .unwrap_err()
            .to_string();
        assert!(
            error
                .starts_with("a.png: found more than 4 MiB of image data, expected at most 4 MiB."),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_emotion_folder_is_an_error_that_lists_the_emotions() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), "train/contempt/a.png", &png(1));
        write(directory.path(), "train/fear/a.png", &png(1));
        let error = Dataset::load(directory.path(), STRICT)
            .unwrap_err()
            .to_string();
        let fragment = "a.png: found the folder 'contempt', expected a folder named angry, disgust, fear, happy";
        assert!(error.contains(fragment), "{error}");
        let dataset = Dataset::load(directory.path(), LENIENT).unwrap();
        assert_eq!((dataset.len(), dataset.skipped), (1, 1));
    }

    #[test]
    fn a_folder_without_faces_or_without_training_faces_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), "holiday/beach.png", &png(1));
        let error = Dataset::load(directory.path(), STRICT)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("holds no faces: expected train/<emotion>/ and test/<emotion>/"),
            "{error}"
        );
        write(directory.path(), "test/sad/a.png", &png(1));
        let error = Dataset::load(directory.path(), STRICT)
            .unwrap_err()
            .to_string();
        assert!(
            error
                .contains("holds no training images (found 1 test images and left out 0 bad ones)"),
            "{error}"
        );
    }
}
