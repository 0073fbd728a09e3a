//! Who a drawn face is and what it does: everything random about it except the scene.

use model_core::emotion::Emotion;

use super::Dice;

/// Who it is. Lengths in face units, greys 0 to 255.
pub(super) struct Identity {
    pub(super) half_width: f32,
    pub(super) half_height: f32,
    pub(super) skin: f32,
    pub(super) hair: f32,
    /// Height of the hairline above the top of the face; negative for a low fringe.
    pub(super) hairline: f32,
    pub(super) long_hair: bool,
    /// Sideways shift of the hairline: a parting.
    pub(super) parting: f32,
    pub(super) bald: bool,
    pub(super) eye_x: f32,
    pub(super) eye_half_width: f32,
    pub(super) nose_length: f32,
    pub(super) nose_half_width: f32,
    pub(super) brow_half_thickness: f32,
    pub(super) glasses: bool,
    pub(super) beard: bool,
}

impl Identity {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let skin = dice.between(120.0, 215.0);
        Identity {
            half_width: dice.between(14.5, 17.5),
            half_height: dice.between(19.0, 21.5),
            skin,
            hair: dice.between(12.0, 90.0) + if dice.chance(0.2) { 90.0 } else { 0.0 },
            hairline: dice.between(-3.0, 1.5),
            long_hair: dice.chance(0.4),
            parting: dice.between(-4.0, 4.0),
            bald: dice.chance(0.1),
            eye_x: dice.between(6.6, 8.0),
            eye_half_width: dice.between(3.3, 4.2),
            nose_length: dice.between(6.5, 8.5),
            nose_half_width: dice.between(2.0, 3.2),
            brow_half_thickness: dice.between(0.65, 1.15),
            glasses: dice.chance(0.12),
            beard: dice.chance(0.12),
        }
    }

    /// Brows are darker than the skin, whatever the hair.
    pub(super) fn brow_grey(&self) -> f32 {
        self.hair.min(0.45 * self.skin)
    }

    pub(super) fn lip_grey(&self) -> f32 {
        0.58 * self.skin
    }

    /// Creases and the underside of the nose.
    pub(super) fn crease_grey(&self) -> f32 {
        0.5 * self.skin
    }
}

/// What the face does, in face units relative to a face at rest.
#[derive(Clone, Copy)]
pub(super) struct Expression {
    /// Upward movement of the brows' inner ends, and of their outer ends.
    pub(super) brow_inner: f32,
    pub(super) brow_outer: f32,
    /// Height of the upper and the lower lid above and below the line between the eye's corners.
    pub(super) lid_top: f32,
    pub(super) lid_bottom: f32,
    /// Upward movement of the mouth's corners: a smile, or a frown below zero.
    pub(super) corners: f32,
    pub(super) mouth_half_width: f32,
    /// Opening of the lips at the middle: 0 is a closed mouth.
    pub(super) opening: f32,
    /// Height of the upper row of teeth, and of the lower one, seen in the opening.
    pub(super) teeth: [f32; 2],
    /// Upward movement of one corner and downward movement of the other.
    pub(super) wry: f32,
    /// Strength of wrinkles, 0 to 1: between the brows, over the nose, from nose to mouth.
    pub(super) furrow: f32,
    pub(super) nose_wrinkle: f32,
    pub(super) cheek_fold: f32,
}

impl Expression {
    pub(super) const NEUTRAL: Expression = Expression {
        brow_inner: 0.0,
        brow_outer: 0.0,
        lid_top: 1.7,
        lid_bottom: 1.1,
        corners: 0.0,
        mouth_half_width: 5.5,
        opening: 0.0,
        teeth: [0.0, 0.0],
        wry: 0.0,
        furrow: 0.0,
        nose_wrinkle: 0.0,
        cheek_fold: 0.0,
    };

    /// The expression at full strength.
    #[rustfmt::skip]
    pub(super) const fn of(emotion: Emotion) -> Self {
        let rest = Self::NEUTRAL;
        match emotion {
            Emotion::Angry => Expression { brow_inner: -3.0, brow_outer: 2.0, lid_top: 1.3, lid_bottom: 1.0,
                corners: -1.2, mouth_half_width: 5.0, furrow: 1.0, cheek_fold: 0.3, ..rest },
            Emotion::Disgust => Expression { brow_inner: -1.8, brow_outer: -0.8, lid_top: 0.7, lid_bottom: 0.5,
                corners: -2.2, mouth_half_width: 5.5, opening: 2.2, teeth: [1.6, 0.0], wry: 1.8,
                nose_wrinkle: 1.0, cheek_fold: 0.9, furrow: 0.3 },
            Emotion::Fear => Expression { brow_inner: 3.8, brow_outer: 0.6, lid_top: 3.0, lid_bottom: 2.0,
                corners: -1.3, mouth_half_width: 7.0, opening: 5.2, teeth: [1.4, 1.6], furrow: 0.3, ..rest },
            Emotion::Happy => Expression { brow_inner: 0.6, brow_outer: 0.4, lid_top: 1.7, lid_bottom: -0.3,
                corners: 3.2, mouth_half_width: 8.0, opening: 4.0, teeth: [2.4, 0.0], cheek_fold: 0.7, ..rest },
            Emotion::Sad => Expression { brow_inner: 2.8, brow_outer: -1.6, lid_top: 1.0, lid_bottom: 1.0,
                corners: -3.0, mouth_half_width: 5.2, cheek_fold: 0.25, ..rest },
            Emotion::Surprise => Expression { brow_inner: 3.6, brow_outer: 3.4, lid_top: 2.9, lid_bottom: 1.9,
                corners: 0.0, mouth_half_width: 3.7, opening: 9.0, ..rest },
            Emotion::Neutral => rest,
        }
    }

    /// The emotion at a random strength, a little different every time.
    pub(super) fn draw(emotion: Emotion, dice: &mut Dice) -> Self {
        let strength = dice.between(0.75, 1.15);
        let (rest, full) = (Self::NEUTRAL, Self::of(emotion));
        let mut mix = |rest: f32, full: f32, jitter: f32| {
            rest + (full - rest) * strength + dice.between(-jitter, jitter)
        };
        let mut face = Expression {
            brow_inner: mix(rest.brow_inner, full.brow_inner, 0.35),
            brow_outer: mix(rest.brow_outer, full.brow_outer, 0.35),
            lid_top: mix(rest.lid_top, full.lid_top, 0.15),
            lid_bottom: mix(rest.lid_bottom, full.lid_bottom, 0.1),
            corners: mix(rest.corners, full.corners, 0.3),
            mouth_half_width: mix(rest.mouth_half_width, full.mouth_half_width, 0.5),
            opening: mix(rest.opening, full.opening, 0.0),
            wry: mix(rest.wry, full.wry, 0.1),
            ..full
        };
        if dice.chance(0.5) {
            face.wry = -face.wry;
        }
        face
    }
}
