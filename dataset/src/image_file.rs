//! One image file as 48x48 grey bytes.

use std::io::{Cursor, Read};

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

use crate::table::shown;
use crate::tree::Image;
use crate::{Dataset, DatasetError, Fault, LoadOptions, Split};

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
    let bad = |fault| DatasetError::BadImage {
        file: file.to_owned(),
        fault,
    };
    let Some(emotion) = place.label.emotion() else {
        return dataset.refuse(bad(unknown_folder(&place.folder)), 1, options);
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
        Err(fault) => dataset.refuse(bad(fault), 1, options)?,
    }
    Ok(())
}

/// What is wrong with the images of a folder beside those of emotions.
fn unknown_folder(folder: &str) -> Fault {
    let names = Emotion::ALL.map(Emotion::name).join(", ");
    let folder = format!("the folder {}", shown(folder));
    let advice = format!("Rename {folder} to one of these");
    let expected = format!("a folder named {names}");
    Fault::new(folder, expected).shared().advise(advice)
}

/// What is wrong with an image of a format that is known and not read.
fn other_format(format: &str) -> Fault {
    let found = format!("{format} image, which is not read");
    let advice = "Convert all images of this kind to PNG or JPEG";
    Fault::new(found, "a PNG or JPEG image")
        .shared()
        .advise(advice)
}

/// The format of an image that is known and not read.
fn unread_format(bytes: &[u8], guessed: Option<ImageFormat>) -> Option<&'static str> {
    Some(match guessed {
        Some(ImageFormat::Png | ImageFormat::Jpeg) => return None,
        Some(ImageFormat::Bmp) => "a BMP",
        Some(ImageFormat::Gif) => "a GIF",
        Some(ImageFormat::WebP) => "a WebP",
        Some(ImageFormat::Tiff) => "a TIFF",
        Some(ImageFormat::Pnm) => "a PGM or PPM",
        Some(ImageFormat::Avif) => "an AVIF",
        None if bytes.get(4..8) == Some(b"ftyp") => "a HEIC",
        Some(_) => "another kind of",
        None => return None,
    })
}

/// Turns an image file of any colour type into grey bytes, or says what is wrong with it.
pub(crate) fn decode(bytes: &[u8]) -> Result<[u8; IMAGE_PIXELS], Fault> {
    if bytes.len() as u64 > LARGEST_IMAGE {
        return Err(Fault::new("more than 4 MiB of image data", "at most 4 MiB"));
    }
    let broken = |error: ImageError| {
        Fault::new(
            format!("broken image data ({error})"),
            "a JPEG or PNG image",
        )
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| broken(error.into()))?;
    if let Some(format) = unread_format(bytes, reader.format()) {
        return Err(other_format(format));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(broken)?;
    // The size is checked before the pixels are decoded: a small file can claim a huge image.
    let (width, height) = decoder.dimensions();
    let wrong_size = Fault::new(
        format!("an image of {width}x{height} pixels"),
        format!("{IMAGE_SIDE}x{IMAGE_SIDE} pixels"),
    )
    .shared();
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
    use image::ColorType;

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
            let said = decode(bytes).unwrap_err().sentence("image");
            assert!(said.starts_with("found broken image data ("), "{said}");
            assert!(said.contains(", expected a JPEG or PNG image."), "{said}");
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
