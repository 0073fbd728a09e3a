//! A face, from the hair behind the head to the glasses before the eyes.

use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;

use super::Dice;
use super::canvas::{Arc, Canvas, Scene, ellipse, lens};
use super::person::{Expression, Identity};

pub(super) fn draw_face(emotion: Emotion, dice: &mut Dice) -> [u8; IMAGE_PIXELS] {
    let who = Identity::draw(dice);
    let face = Expression::draw(emotion, dice);
    let scene = Scene::draw(dice);
    let mut canvas = Canvas {
        greys: [scene.background; IMAGE_PIXELS],
        scene,
    };
    draw_head(&mut canvas, &who);
    draw_nose(&mut canvas, &who, &face);
    draw_mouth(&mut canvas, &who, &face);
    for side in [-1.0, 1.0] {
        draw_folds(&mut canvas, &who, &face, side);
        draw_eye(&mut canvas, &who, &face, side);
        draw_brow(&mut canvas, &who, &face, side);
    }
    if who.glasses {
        draw_glasses(&mut canvas, &who);
    }
    canvas.develop(dice)
}

/// Height of the eyes, the brows at rest, and the mouth.
const EYE_Y: f32 = -3.5;
const BROW_Y: f32 = -8.6;
const MOUTH_Y: f32 = 11.0;

fn draw_head(canvas: &mut Canvas, who: &Identity) {
    let [w, h] = [who.half_width, who.half_height];
    if !who.bald {
        let fall = if who.long_hair { 7.0 } else { -2.5 };
        canvas.ellipse(
            [0.0, fall - 2.0],
            [w + 3.0, h + fall.max(0.0) * 0.5 + 1.0],
            who.hair,
            1.0,
        );
    }
    canvas.ellipse([0.0, h + 6.0], [w * 0.55, 12.0], 0.8 * who.skin, 1.0);
    if !who.long_hair {
        for side in [-1.0, 1.0] {
            canvas.ellipse([side * (w + 0.3), -1.0], [2.0, 3.8], 0.85 * who.skin, 1.0);
        }
    }
    canvas.ellipse([0.0, 0.0], [w, h], who.skin, 1.0);
    // Cheeks and forehead catch the light; the jaw turns away from it.
    canvas.ellipse(
        [0.0, -2.0],
        [w * 0.7, h * 0.7],
        (who.skin * 1.12).min(245.0),
        0.5,
    );
    if !who.bald {
        // The lower edge of an ellipse above the forehead, cut off at the outline of the head.
        let hairline = 0.5 - h - who.hairline;
        let radii = [w * 1.25, 7.5];
        canvas.paint([who.parting, hairline], w * 1.25, who.hair, 1.0, |x, y| {
            ellipse(x, y, radii).max(ellipse(x + who.parting, y + hairline, [w + 1.5, h + 1.5]))
        });
    }
    if who.beard {
        canvas.paint([0.0, 0.0], h, 0.8 * who.hair.min(90.0), 0.6, |x, y| {
            ellipse(x, y, [w, h]).max(-ellipse(x, y + 1.0, [w * 0.86, h * 0.62]))
        });
    }
}

fn draw_nose(canvas: &mut Canvas, who: &Identity, face: &Expression) {
    let tip = EYE_Y + who.nose_length - 0.9 * face.nose_wrinkle;
    let dark = who.crease_grey();
    canvas.ellipse(
        [-1.6, EYE_Y + who.nose_length * 0.45],
        [0.9, who.nose_length * 0.5],
        dark,
        0.35,
    );
    canvas.ellipse(
        [0.3, tip - 1.5],
        [1.3, 2.0],
        (who.skin * 1.2).min(250.0),
        0.5,
    );
    let wings = Arc {
        half_width: who.nose_half_width,
        tilt: 0.0,
        bend: -0.9,
        half_thickness: 0.6,
    };
    canvas.arc([0.0, tip + 0.6], wings, dark, 0.85);
    for fold in 0..3 {
        let wrinkle = Arc {
            half_width: 2.8,
            tilt: 0.0,
            bend: 0.9,
            half_thickness: 0.5,
        };
        canvas.arc(
            [0.0, EYE_Y - 2.2 + 1.9 * fold as f32],
            wrinkle,
            dark,
            0.8 * face.nose_wrinkle,
        );
    }
}

fn draw_mouth(canvas: &mut Canvas, who: &Identity, face: &Expression) {
    // The middle of the lips stays about where it is: the corners rise, so the arch sags by as much.
    let settle = if face.corners > 0.0 { 1.0 } else { -0.5 };
    let centre = [0.0, MOUTH_Y - face.corners + settle];
    if face.opening < 1.0 {
        draw_closed_mouth(canvas, who, face, centre);
    } else if face.opening > 1.5 * face.mouth_half_width {
        let radii = [face.mouth_half_width, 0.5 * face.opening];
        canvas.ellipse(
            centre,
            radii.map(|radius| radius + 1.1),
            who.lip_grey(),
            1.0,
        );
        canvas.ellipse(centre, radii, 0.12 * who.skin, 1.0);
    } else {
        draw_open_mouth(canvas, who, face, centre);
    }
}

fn draw_closed_mouth(canvas: &mut Canvas, who: &Identity, face: &Expression, centre: [f32; 2]) {
    let line = Arc {
        half_width: face.mouth_half_width,
        tilt: -face.wry,
        bend: -face.corners,
        half_thickness: 0.75,
    };
    let lower_lip = Arc {
        half_thickness: 1.3,
        half_width: 0.7 * face.mouth_half_width,
        ..line
    };
    canvas.arc([centre[0], centre[1] + 1.0], lower_lip, who.lip_grey(), 0.6);
    canvas.arc(centre, line, 0.28 * who.skin, 1.0);
}

fn draw_open_mouth(canvas: &mut Canvas, who: &Identity, face: &Expression, centre: [f32; 2]) {
    let top = face.opening * 0.45 - face.corners;
    let bottom = face.opening * 0.55 + face.corners;
    let reach = face.mouth_half_width + face.opening + face.corners.abs() + 2.0;
    let mut fill = |grey: f32, opacity: f32, [top, bottom]: [f32; 2], grow: f32| {
        let half_width = face.mouth_half_width + grow;
        canvas.paint(centre, reach, grey, opacity, |x, y| {
            lens(x, y, half_width, -face.wry, [top + grow, bottom + grow])
        });
    };
    fill(who.lip_grey(), 1.0, [top, bottom], 1.0);
    fill(0.14 * who.skin, 1.0, [top, bottom], 0.0);
    let white = (who.skin * 1.3).clamp(190.0, 250.0);
    let [upper, lower] = face.teeth;
    fill(white, (upper * 2.0).min(1.0), [top - 0.3, upper - top], 0.0);
    fill(
        white,
        (lower * 2.0).min(1.0),
        [lower - bottom, bottom - 0.3],
        0.0,
    );
}

fn draw_folds(canvas: &mut Canvas, who: &Identity, face: &Expression, side: f32) {
    let dark = who.crease_grey();
    canvas.ellipse([side * 1.5, BROW_Y + 1.0], [0.55, 2.4], dark, face.furrow);
    let fold = Arc {
        half_width: 2.8,
        tilt: side * 3.6,
        bend: 0.8,
        half_thickness: 0.55,
    };
    canvas.arc(
        [side * (who.nose_half_width + 3.6), MOUTH_Y - 4.4],
        fold,
        dark,
        face.cheek_fold,
    );
}

fn draw_eye(canvas: &mut Canvas, who: &Identity, face: &Expression, side: f32) {
    let centre = [side * who.eye_x, EYE_Y];
    let w = who.eye_half_width;
    let lids = [face.lid_top, face.lid_bottom];
    // A shadow around the eye, then the white, the iris and the pupil between the lids.
    canvas.ellipse(
        [centre[0], centre[1] - 0.5],
        [w + 1.2, 3.4],
        0.72 * who.skin,
        0.45,
    );
    canvas.paint(
        centre,
        w + 1.0,
        (who.skin * 1.25).clamp(185.0, 250.0),
        1.0,
        |x, y| lens(x, y, w, 0.0, lids),
    );
    for (radius, grey) in [(1.9, 70.0), (1.1, 15.0)] {
        canvas.paint(centre, w, grey, 1.0, |x, y| {
            ellipse(x, y + 0.15, [radius, radius]).max(lens(x, y, w, 0.0, lids))
        });
    }
    canvas.ellipse(
        [centre[0] + 0.6, centre[1] - 0.7],
        [0.5, 0.5],
        235.0,
        if face.lid_top > 1.2 { 0.9 } else { 0.0 },
    );
    draw_lids(canvas, who, lids, centre);
}

fn draw_lids(canvas: &mut Canvas, who: &Identity, [top, bottom]: [f32; 2], centre: [f32; 2]) {
    let upper = Arc {
        half_width: who.eye_half_width + 0.3,
        tilt: 0.0,
        bend: top,
        half_thickness: 0.55,
    };
    canvas.arc(centre, upper, 0.2 * who.skin, 0.95);
    let lower = Arc {
        bend: -bottom,
        half_thickness: 0.35,
        ..upper
    };
    canvas.arc(centre, lower, who.crease_grey(), 0.6);
}

fn draw_brow(canvas: &mut Canvas, who: &Identity, face: &Expression, side: f32) {
    let height = 0.5 * (face.brow_inner + face.brow_outer);
    let arc = Arc {
        half_width: 4.6,
        tilt: side * 0.5 * (face.brow_inner - face.brow_outer),
        bend: 0.9,
        half_thickness: who.brow_half_thickness,
    };
    canvas.arc(
        [side * (who.eye_x + 0.2), BROW_Y - height],
        arc,
        who.brow_grey(),
        1.0,
    );
}

fn draw_glasses(canvas: &mut Canvas, who: &Identity) {
    let radii = [who.eye_half_width + 2.0, 4.6];
    for side in [-1.0, 1.0] {
        let centre = [side * who.eye_x, EYE_Y + 0.5];
        canvas.paint(centre, radii[0] + 1.0, 30.0, 0.9, |x, y| {
            ellipse(x, y, radii).abs() - 0.45
        });
    }
    let bridge = Arc {
        half_width: 1.2,
        tilt: 0.0,
        bend: 0.5,
        half_thickness: 0.45,
    };
    canvas.arc([0.0, EYE_Y], bridge, 30.0, 0.9);
}
