//! The sheet a face is drawn on, in its pose and light, and the shapes: ellipse, arc and lens.

use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};

use super::Dice;

/// Where the face is and how it is lit.
pub(super) struct Scene {
    /// Position of the face's origin, in pixels from the middle of the image.
    pub(super) shift: [f32; 2],
    /// Pixels a face unit.
    pub(super) scale: f32,
    /// Cosine and sine of the roll, up to 8 degrees either way.
    pub(super) roll: [f32; 2],
    pub(super) background: f32,
    /// Relative brightening from the middle to the right and to the bottom edge.
    pub(super) light: [f32; 2],
    /// Standard deviation, in greys.
    pub(super) noise: f32,
}

impl Scene {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        const TANGENT_OF_8_DEGREES: f32 = 0.1405;
        let tangent = dice.between(-TANGENT_OF_8_DEGREES, TANGENT_OF_8_DEGREES);
        let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
        Scene {
            shift: [dice.between(-2.0, 2.0), dice.between(-2.0, 2.0)],
            scale: dice.between(0.98, 1.14),
            roll: [cosine, tangent * cosine],
            background: dice.between(20.0, 230.0),
            light: [dice.between(-0.25, 0.25), dice.between(-0.2, 0.1)],
            noise: dice.between(1.0, 4.0),
        }
    }
}

/// The image while it is drawn: greys from 0 to 255, row by row.
pub(super) struct Canvas {
    pub(super) greys: [f32; IMAGE_PIXELS],
    pub(super) scene: Scene,
}

/// Half the image, in pixels.
pub(super) const HALF_SIDE: f32 = IMAGE_SIDE as f32 / 2.0;

impl Canvas {
    /// Paints where `distance` (face units from the shape's edge, negative inside, the arguments
    /// measured from `centre`) is below zero, with an edge one pixel soft. `reach` is a radius around
    /// `centre` that holds the shape; `opacity` goes from 0 to 1.
    pub(super) fn paint(
        &mut self,
        centre: [f32; 2],
        reach: f32,
        grey: f32,
        opacity: f32,
        distance: impl Fn(f32, f32) -> f32,
    ) {
        let Scene {
            shift,
            scale,
            roll: [cosine, sine],
            ..
        } = self.scene;
        let origin = [HALF_SIDE + shift[0], HALF_SIDE + shift[1]];
        let x = origin[0] + scale * (cosine * centre[0] - sine * centre[1]);
        let y = origin[1] + scale * (sine * centre[0] + cosine * centre[1]);
        let reach = reach * scale + 1.0;
        // Float to integer conversion saturates at 0, which is where the image begins.
        let range = |middle: f32| {
            (middle - reach) as usize..((middle + reach + 1.0) as usize).min(IMAGE_SIDE)
        };
        for row in range(y) {
            for column in range(x) {
                let [dx, dy] = [
                    (column as f32 + 0.5 - x) / scale,
                    (row as f32 + 0.5 - y) / scale,
                ];
                let edge = distance(cosine * dx + sine * dy, cosine * dy - sine * dx) * scale;
                let cover = (0.5 - edge).clamp(0.0, 1.0) * opacity;
                let pixel = &mut self.greys[row * IMAGE_SIDE + column];
                *pixel += (grey - *pixel) * cover;
            }
        }
    }

    pub(super) fn ellipse(&mut self, centre: [f32; 2], radii: [f32; 2], grey: f32, opacity: f32) {
        self.paint(centre, radii[0].max(radii[1]), grey, opacity, |x, y| {
            ellipse(x, y, radii)
        });
    }

    pub(super) fn arc(&mut self, centre: [f32; 2], arc: Arc, grey: f32, opacity: f32) {
        let reach = arc.half_width + arc.tilt.abs() + arc.bend.abs() + 1.0;
        self.paint(centre, reach, grey, opacity, |x, y| arc.distance(x, y));
    }

    /// Lights the face, adds noise and rounds to bytes.
    pub(super) fn develop(&self, dice: &mut Dice) -> [u8; IMAGE_PIXELS] {
        let mut image = [0; IMAGE_PIXELS];
        for (index, (pixel, grey)) in image.iter_mut().zip(self.greys).enumerate() {
            let x = (index % IMAGE_SIDE) as f32 / HALF_SIDE - 1.0;
            let y = (index / IMAGE_SIDE) as f32 / HALF_SIDE - 1.0;
            let lit = grey * (1.0 + self.scene.light[0] * x + self.scene.light[1] * y);
            *pixel = (lit + self.scene.noise * dice.nearly_normal())
                .round()
                .clamp(0.0, 255.0) as u8;
        }
        image
    }
}

/// Distance to an ellipse around the origin; exact on its edge, where it counts.
pub(super) fn ellipse(x: f32, y: f32, [a, b]: [f32; 2]) -> f32 {
    let [u, v] = [x / a, y / b];
    let [du, dv] = [u / a, v / b];
    let radius = (u * u + v * v).sqrt();
    radius * (radius - 1.0) / (du * du + dv * dv).sqrt().max(1e-6)
}

/// A stroke along a parabola.
#[derive(Clone, Copy)]
pub(super) struct Arc {
    pub(super) half_width: f32,
    /// Height of the left end less that of the middle of both ends.
    pub(super) tilt: f32,
    /// Height of the middle above the ends; negative sags.
    pub(super) bend: f32,
    /// Half of the stroke's thickness at the middle; two thirds of it at the ends.
    pub(super) half_thickness: f32,
}

impl Arc {
    pub(super) fn distance(&self, x: f32, y: f32) -> f32 {
        let u = (x / self.half_width).clamp(-1.0, 1.0);
        let slope = (self.tilt + 2.0 * self.bend * u) / self.half_width;
        let across =
            (y - self.tilt * u + self.bend * (1.0 - u * u)).abs() / (1.0 + slope * slope).sqrt();
        let beyond = (x.abs() - self.half_width).max(0.0);
        (across * across + beyond * beyond).sqrt() - self.half_thickness * (1.0 - 0.33 * u * u)
    }
}

/// Distance to the region between two parabolas that meet at (-half_width, -tilt) and (half_width, tilt);
/// `top` and `bottom` are their heights above and depths below the middle of the line between the ends.
pub(super) fn lens(x: f32, y: f32, half_width: f32, tilt: f32, [top, bottom]: [f32; 2]) -> f32 {
    let u = x / half_width;
    let arch = 1.0 - u * u;
    let y = y - tilt * u;
    (-top * arch - y)
        .max(y - bottom * arch)
        .max(x.abs() - half_width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipse_is_negative_inside_and_zero_on_its_edge() {
        assert!(ellipse(0.5, 0.5, [4.0, 2.0]) < 0.0);
        assert!(ellipse(4.0, 0.0, [4.0, 2.0]).abs() < 1e-5);
        assert!(ellipse(0.0, 3.0, [4.0, 2.0]) > 0.9);
    }
}
