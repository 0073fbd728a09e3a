//! A photograph of any size, and the face cut out of it as FER2013's faces are: grey, 48x48, from brow to chin.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

/// The most memory that decoding a photograph may take, in bytes: over 100 megapixels.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// Grey from red, green and blue, as FER2013's makers and television have it (ITU-R BT.601).
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];
/// What shows through where a picture is transparent.
const WHITE: f32 = 255.0;
/// The fewest points in a row of one pixel of a face, over which the photograph is averaged.
const FEWEST_POINTS: usize = 2;

/// Why a picture is no photograph of ours.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error(
        "found a HEIC picture, as iPhones take them; expected JPEG or PNG: export it as JPEG, or photograph with the setting 'Most Compatible'"
    )]
    Heic,
    #[error("found no picture that can be read ({0}); expected JPEG or PNG")]
    Unreadable(#[from] ImageError),
    #[error(
        "found a picture of {width}x{height} pixels with {bytes} bytes; expected four for each pixel"
    )]
    Size {
        width: usize,
        height: usize,
        bytes: usize,
    },
    #[error(
        "found the square x {x}, y {y}, side {side} outside of the {width}x{height} picture; expected one whose middle lies in it and whose side is 8 pixels at least"
    )]
    Crop {
        x: f32,
        y: f32,
        side: f32,
        width: usize,
        height: usize,
    },
}

/// A picture in grey, upright.
#[derive(Debug, Clone)]
pub struct Photo {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

/// A square in a photograph, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// Its middle, from the left and from above.
    pub middle: [f32; 2],
    pub side: f32,
    /// How far it is turned clockwise about its middle, in radians.
    pub turn: f32,
}

/// The smallest side of a crop in pixels.
const SMALLEST_SIDE: f32 = 8.0;

impl Photo {
    /// Reads a JPEG or PNG file, turned as its EXIF data say.
    pub fn decode(bytes: &[u8]) -> Result<Self, PhotoError> {
        if is_heic(bytes) {
            return Err(PhotoError::Heic);
        }
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(ImageError::IoError)?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation()?;
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self::from_rgba(width, height, &picture.into_rgba8())
    }

    /// From what a canvas holds: red, green, blue and opacity of every pixel, row by row.
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Result<Self, PhotoError> {
        if width == 0
            || height == 0
            || width.checked_mul(height).map(|pixels| 4 * pixels) != Some(rgba.len())
        {
            let bytes = rgba.len();
            return Err(PhotoError::Size {
                width,
                height,
                bytes,
            });
        }
        let grey = |pixel: &[u8; 4]| {
            let luma: f32 = LUMA
                .iter()
                .zip(pixel)
                .map(|(share, &value)| share * f32::from(value))
                .sum();
            let opacity = f32::from(pixel[3]) / 255.0;
            (luma * opacity + WHITE * (1.0 - opacity)).round() as u8
        };
        let grey = rgba.as_chunks::<4>().0.iter().map(grey).collect();
        Ok(Self {
            width,
            height,
            grey,
        })
    }

    /// The largest square in the middle.
    pub fn middle(&self) -> Crop {
        let [width, height] = [self.width, self.height].map(|length| length as f32);
        Crop {
            middle: [width / 2.0, height / 2.0],
            side: width.min(height),
            turn: 0.0,
        }
    }

    /// The square as 48x48 grey bytes. Each is the average over its part of the photograph; beyond an edge its last pixel goes on.
    pub fn face(&self, crop: Crop) -> Result<[u8; IMAGE_PIXELS], PhotoError> {
        let [x, y] = crop.middle;
        let inside =
            (0.0..=self.width as f32).contains(&x) && (0.0..=self.height as f32).contains(&y);
        if !inside || !(SMALLEST_SIDE..=1e6).contains(&crop.side) || !crop.turn.is_finite() {
            let (side, width, height) = (crop.side, self.width, self.height);
            return Err(PhotoError::Crop {
                x,
                y,
                side,
                width,
                height,
            });
        }
        let pixel = crop.side / IMAGE_SIDE as f32;
        let points = (pixel.ceil() as usize).max(FEWEST_POINTS);
        let (sine, cosine) = crop.turn.sin_cos();
        let along = |place: usize| (place as f32 + 0.5) / points as f32 * pixel - crop.side / 2.0;
        Ok(std::array::from_fn(|index| {
            let (row, column) = (index / IMAGE_SIDE * points, index % IMAGE_SIDE * points);
            let mut sum = 0.0;
            for point in 0..points * points {
                let down = along(row + point / points);
                let right = along(column + point % points);
                sum += self.at(
                    x + right * cosine - down * sine,
                    y + right * sine + down * cosine,
                );
            }
            (sum / (points * points) as f32).round() as u8
        }))
    }

    /// The grey at a point, between the middles of pixels in proportion.
    fn at(&self, x: f32, y: f32) -> f32 {
        let place = |value: f32, length: usize| {
            let value = (value - 0.5).clamp(0.0, (length - 1) as f32);
            let first = (value as usize).min(length.saturating_sub(2));
            (first, (first + 1).min(length - 1), value - first as f32)
        };
        let (left, right, across) = place(x, self.width);
        let (above, below, down) = place(y, self.height);
        let grey = |x: usize, y: usize| f32::from(self.grey[y * self.width + x]);
        let blend = |from: f32, to: f32, share: f32| from + (to - from) * share;
        blend(
            blend(grey(left, above), grey(right, above), across),
            blend(grey(left, below), grey(right, below), across),
            down,
        )
    }
}

/// Whether a file begins as HEIF pictures do: a box of the type `ftyp` with one of their brands.
fn is_heic(bytes: &[u8]) -> bool {
    let brands = ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"];
    let brand = bytes.get(8..12).unwrap_or_default();
    bytes.get(4..8) == Some(b"ftyp") && brands.iter().any(|known| known.as_bytes() == brand)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};

    fn png(picture: &RgbaImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// A picture whose greys are the sum of three times the column and the row.
    fn slope(width: u32, height: u32) -> Photo {
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            let grey = (3 * x + y) as u8;
            Rgba([grey, grey, grey, 255])
        });
        Photo::decode(&png(&picture)).unwrap()
    }

    #[test]
    fn a_square_of_48_pixels_is_taken_as_it_is() {
        let photo = slope(60, 60);
        let crop = Crop {
            middle: [24.0 + 5.0, 24.0 + 7.0],
            side: 48.0,
            turn: 0.0,
        };
        let face = photo.face(crop).unwrap();
        for (index, &grey) in face.iter().enumerate() {
            let (x, y) = (5 + index % 48, 7 + index / 48);
            assert_eq!(grey, (3 * x + y) as u8, "{x} {y}");
        }
    }

    #[test]
    fn a_larger_square_is_averaged_and_a_turned_one_turned() {
        let checks = RgbaImage::from_fn(192, 192, |x, y| {
            let grey = if (x + y) % 2 == 0 { 200 } else { 100 };
            Rgba([grey, grey, grey, 255])
        });
        let photo = Photo::decode(&png(&checks)).unwrap();
        assert_eq!(photo.face(photo.middle()).unwrap(), [150; IMAGE_PIXELS]);
        let photo = slope(60, 60);
        let quarter = Crop {
            turn: std::f32::consts::FRAC_PI_2,
            side: 48.0,
            middle: [30.0, 30.0],
        };
        let plain = photo
            .face(Crop {
                turn: 0.0,
                ..quarter
            })
            .unwrap();
        let turned = photo.face(quarter).unwrap();
        // A quarter clockwise: what stood to the right in the crop is what stands below in the photograph.
        for (row, column) in [(0, 0), (3, 40), (47, 12)] {
            assert_eq!(turned[row * 48 + column], plain[column * 48 + 47 - row]);
        }
    }

    #[test]
    fn colours_weigh_as_eyes_see_them_and_white_shines_through() {
        for (pixel, grey) in [
            ([255, 0, 0, 255], 76),
            ([0, 255, 0, 255], 150),
            ([0, 0, 255, 255], 29),
            ([0, 0, 0, 0], 255),
            ([0, 0, 0, 128], 127),
        ] {
            let photo = Photo::from_rgba(9, 9, &pixel.repeat(81)).unwrap();
            assert_eq!(
                photo.face(photo.middle()).unwrap(),
                [grey; IMAGE_PIXELS],
                "{pixel:?}"
            );
        }
    }

    #[test]
    fn what_is_no_photograph_is_a_sentence() {
        let said = |bytes: &[u8]| Photo::decode(bytes).unwrap_err().to_string();
        assert!(said(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").starts_with("found a HEIC picture"));
        assert!(
            said(b"hello").ends_with("expected JPEG or PNG"),
            "{}",
            said(b"hello")
        );
        let photo = slope(60, 60);
        for crop in [
            Crop {
                middle: [70.0, 30.0],
                side: 40.0,
                turn: 0.0,
            },
            Crop {
                middle: [30.0, 30.0],
                side: 3.0,
                turn: 0.0,
            },
            Crop {
                middle: [30.0, f32::NAN],
                side: 40.0,
                turn: 0.0,
            },
        ] {
            let error = photo.face(crop).unwrap_err().to_string();
            assert!(error.contains("outside of the 60x60 picture"), "{error}");
        }
        assert!(Photo::from_rgba(2, 2, &[0; 15]).is_err());
    }
}
