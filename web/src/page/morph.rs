//! From one expression of a person to another: the faces between, and the time they are shown.

use crate::page::album::Pixels;
use crate::page::expression::between;
use crate::page::face_key::FaceKey;
use crate::protocol::FaceParameters;

/// A morph takes this long: enough to see that the person stays, too short to wait for.
pub const MORPH_MILLISECONDS: f64 = 360.0;

/// The generator spends at most this long on a morph, or the visitor would wait for it.
const BUDGET_MILLISECONDS: f64 = 120.0;

/// More faces between two expressions are not seen.
const MOST_FACES: usize = 10;

/// How many faces a morph gets on a device that needs so many milliseconds for one;
/// `None` where it is too slow: there the pictures only dissolve.
pub fn faces(ms_per_face: f64) -> Option<usize> {
    let faces = (BUDGET_MILLISECONDS / ms_per_face.max(1.0)) as usize;
    (faces >= 2).then_some(faces.min(MOST_FACES))
}

/// The parameters of the faces from one key to another of the same person; the last are those of `to`.
pub fn parameters(from: &FaceKey, to: &FaceKey, count: usize) -> Vec<FaceParameters> {
    let (first, last) = (from.expression.weights(), to.expression.weights());
    let share = |step: usize| step as f32 / count as f32;
    let middle = (1..count).map(|step| FaceParameters {
        weights: between(&first, &last, share(step)),
        ..to.parameters()
    });
    middle.chain([to.parameters()]).collect()
}

/// The picture at a moment from 0 to 1 of a morph that begins at `from` and ends with the last of `frames`.
/// Between two frames the pixels dissolve, so a display faster than the generator shows no steps.
pub fn moment(from: &[u8], frames: &[Pixels], time: f64) -> Vec<u8> {
    let position = ease(time.clamp(0.0, 1.0)) * frames.len() as f64;
    let index = (position as usize).min(frames.len().saturating_sub(1));
    let before = match index.checked_sub(1) {
        None => from,
        Some(before) => &frames[before],
    };
    match frames.get(index) {
        Some(after) => dissolve(before, after, position - index as f64),
        None => from.to_vec(),
    }
}

/// Pixels between two pictures.
pub fn dissolve(from: &[u8], to: &[u8], share: f64) -> Vec<u8> {
    let mix = |(&a, &b): (&u8, &u8)| {
        (f64::from(a) + (f64::from(b) - f64::from(a)) * share.clamp(0.0, 1.0)).round() as u8
    };
    from.iter().zip(to).map(mix).collect()
}

/// Starts and ends gently.
fn ease(time: f64) -> f64 {
    time * time * (3.0 - 2.0 * time)
}
