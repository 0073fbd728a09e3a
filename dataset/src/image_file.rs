//! One image file as 48x48 grey bytes.

use std::io::{Cursor, Read};

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

use crate::error::printable;
use crate::tree::Image;
use crate::{Dataset, DatasetError, LoadOptions, Split};

/// The largest image file that is read, in bytes: a 48x48 image is far smaller, and a zip bomb is larger.
pub(crate) const LARGEST_IMAGE: u64 = 4 * 1024 * 1024;

/// The most memory that decoding an image may take, in bytes: a compressed colour profile can claim any amount.
const MOST_MEMORY: u64 = 16 * 1024 * 1024;

/// Appends one image; `file` is its name in error messages.
pub(crate) fn add(
    input: impl Read,
    place: &Image,
    file: &str,
    options: LoadOptions,
    dataset: &mut Dataset,
) -> Result<(), DatasetError> {
    let bad = |(found, expected)| DatasetError::BadImage {
        file: file.to_owned(),
        found,
        expected,
    };
    let Some(emotion) = place.label.emotion() else {
        let names = Emotion::ALL.map(Emotion::name).join(", ");
        let problem = bad((
            format!("the folder '{}'", printable(&place.folder)),
            format!("a folder named {names}"),
        ));
        return dataset.refuse(problem, 1, options);
    };
    let mut bytes = Vec::new();
    // One byte more than allowed, because the size that an archive declares can be a lie.
    if let Err(source) = input.take(LARGEST_IMAGE + 1).read_to_end(&mut bytes) {
        return dataset.refuse(
            DatasetError::Unreadable {
                file: file.to_owned(),
                source,
            },
            1,
            options,
        );
    }
    match decode(&bytes) {
        Ok(image) => dataset.push(&image, emotion, place.split.unwrap_or(Split::Training)),
        Err(problem) => dataset.refuse(bad(problem), 1, options)?,
    }
    Ok(())
}

/// Turns an image file of any colour type into grey bytes, or says what was found and what was expected.
pub(crate) fn decode(bytes: &[u8]) -> Result<[u8; IMAGE_PIXELS], (String, String)> {
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
    use std::io;

    use super::*;
    use crate::STRICT;
    use crate::label::Label;
    use image::{ColorType, ImageFormat};

    /// An image file of one grey.
    fn file(color: ColorType, grey: u8) -> Vec<u8> {
        let mut image = DynamicImage::new(48, 48, color);
        if let Some(pixels) = image.as_mut_luma8() {
            pixels.fill(grey);
        } else if let Some(pixels) = image.as_mut_rgb8() {
            pixels.fill(grey);
        } else if let Some(pixels) = image.as_mut_luma16() {
            pixels.fill(u16::from(grey) * 257);
        }
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn every_colour_type_becomes_grey() {
        for color in [ColorType::L8, ColorType::Rgb8, ColorType::L16] {
            let image = decode(&file(color, 77)).unwrap();
            assert_eq!(image, [77; IMAGE_PIXELS], "{color:?}");
        }
    }

    #[test]
    fn broken_and_oversized_images_are_errors() {
        for bytes in [&b"hello"[..], &file(ColorType::L8, 1)[..60], &[]] {
            let (found, expected) = decode(bytes).unwrap_err();
            assert!(found.starts_with("broken image data ("), "{found}");
            assert_eq!(expected, "a JPEG or PNG image");
        }
        let place = Image {
            index: 0,
            folder: "sad".into(),
            label: Label::of("sad"),
            split: Some(Split::Training),
            split_name: "train".into(),
            around: "train".into(),
        };
        let mut dataset = Dataset::new("test");
        let error = add(io::repeat(0), &place, "a.png", STRICT, &mut dataset).unwrap_err();
        let said = "a.png: found more than 4 MiB of image data, expected at most 4 MiB.";
        assert!(error.to_string().starts_with(said), "{error}");
    }
}
