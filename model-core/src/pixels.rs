//! 48x48 grey pixels and their range: the only place that knows how a byte becomes a number.

/// Width and height of every image, in pixels.
pub const IMAGE_SIDE: usize = 48;

/// Pixels in an image.
pub const IMAGE_PIXELS: usize = IMAGE_SIDE * IMAGE_SIDE;

/// Grey levels in one unit of the networks' range: 0 becomes -1, 255 becomes 1.
pub const GREY_LEVELS_PER_UNIT: f32 = 127.5;

/// Grey byte to the networks' range [-1, 1].
pub fn to_signed(grey: u8) -> f32 {
    f32::from(grey) / GREY_LEVELS_PER_UNIT - 1.0
}

/// Networks' range [-1, 1] to the nearest grey byte; values outside are clamped, NaN becomes 0.
pub fn to_grey(signed: f32) -> u8 {
    ((signed + 1.0) * GREY_LEVELS_PER_UNIT)
        .round()
        .clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grey_value_survives_the_round_trip() {
        for grey in 0..=255u8 {
            assert_eq!(to_grey(to_signed(grey)), grey);
        }
    }

    #[test]
    fn the_range_is_minus_one_to_one() {
        assert_eq!(to_signed(0), -1.0);
        assert_eq!(to_signed(255), 1.0);
        assert_eq!(to_grey(-1.7), 0);
        assert_eq!(to_grey(1.7), 255);
    }
}
