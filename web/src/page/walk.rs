//! The walk: an endless way from person to person, made a little ahead of where the visitor is.
//!
//! Faces are made at the rate that the device can do beside everything else; between two of them the
//! pixels dissolve, so that the display moves at its own rate.

use std::collections::VecDeque;

use model_core::emotion::Emotion;

use crate::page::album::Pixels;
use crate::page::expression::between;
use crate::page::face_key::FaceKey;
use crate::page::morph::dissolve;
use crate::protocol::FaceParameters;

/// From one person to the next.
const SECONDS_PER_PERSON: f64 = 2.4;
/// The way is made this far ahead, in seconds.
const AHEAD_SECONDS: f64 = 0.8;
/// One request covers this much, in seconds.
const SEGMENT_SECONDS: f64 = 0.3;
/// Share of the time in which the generator works.
const LOAD: f64 = 0.5;
/// Faces a second: more than 60 are not seen, fewer than 2 are no movement.
const FACES_PER_SECOND: (f64, f64) = (2.0, 60.0);
/// A new emotion is fully there after so many seconds.
const EXPRESSION_SECONDS: f64 = 0.8;
/// A tab that was hidden continues where it was.
const LONGEST_TICK_MILLISECONDS: f64 = 100.0;

/// A part of the way, requested together.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Where the way began.
    start: FaceKey,
    /// Of each face, in people from the start.
    positions: Vec<f64>,
    /// Shares of the emotions at the segment's end.
    weights: [f32; Emotion::COUNT],
}

/// Where the visitor is, and the faces ahead.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// The first person; another one starts a new walk.
    start: Option<FaceKey>,
    /// Faces by position, the first at or before the visitor's.
    faces: VecDeque<(f64, Pixels)>,
    /// In people from the start.
    position: f64,
    /// Shares of the emotions at the last face.
    weights: [f32; Emotion::COUNT],
}

impl Walk {
    /// Begins anew unless this is already the walk from that person; neither a new emotion nor another device does.
    pub fn begin(&mut self, start: FaceKey) {
        if !self.is_from(&start) {
            *self = Self {
                weights: start.expression.weights(),
                ..Self::default()
            };
        }
        self.start = Some(start);
    }

    fn is_from(&self, start: &FaceKey) -> bool {
        let elsewhere = |old: FaceKey| FaceKey {
            device: start.device,
            ..old
        };
        self.start
            .is_some_and(|old| elsewhere(old).is_person_of(start))
    }

    /// The person whom the visitor has come to is the start from now on; nothing is made anew. Returns that person's seed.
    pub fn start_here(&mut self) -> Option<u64> {
        let behind = self.position.floor();
        let start = self.start.as_mut()?;
        start.seed = start.seed.wrapping_add(behind as u64);
        self.position -= behind;
        for (position, _) in &mut self.faces {
            *position -= behind;
        }
        Some(start.seed)
    }

    /// The next segment to make, or `None` when enough is ahead.
    pub fn next_segment(&self, ms_per_face: Option<f64>) -> Option<(Vec<FaceParameters>, Segment)> {
        let start = self.start?;
        let last = self.faces.back().map(|(position, _)| *position);
        if last.is_some_and(|last| (last - self.position) * SECONDS_PER_PERSON > AHEAD_SECONDS) {
            return None;
        }
        let rate = rate(ms_per_face);
        let count = match last {
            None => 1, // The first face at once.
            Some(_) => ((SEGMENT_SECONDS * rate).round() as usize).max(1),
        };
        let step = 1.0 / (rate * SECONDS_PER_PERSON);
        let first = last.map_or(0.0, |last| last + step);
        let positions: Vec<f64> = (0..count).map(|n| first + n as f64 * step).collect();
        let mut weights = self.weights;
        let target = start.expression.weights();
        let parameters = positions.iter().map(|&position| {
            weights = toward(
                &weights,
                &target,
                (1.0 / (rate * EXPRESSION_SECONDS)) as f32,
            );
            parameters(&start, position, weights)
        });
        let parameters = parameters.collect();
        let segment = Segment {
            start,
            positions,
            weights,
        };
        Some((parameters, segment))
    }

    /// Takes in the faces of a segment; those of an earlier walk are dropped.
    pub fn arrive(&mut self, segment: Segment, faces: impl Iterator<Item = Pixels>) {
        if !self.is_from(&segment.start) {
            return;
        }
        self.weights = segment.weights;
        self.faces.extend(segment.positions.into_iter().zip(faces));
    }

    /// Moves the visitor on by the time since the last call, as far as there are faces.
    pub fn tick(&mut self, milliseconds: f64) {
        let Some(end) = self.faces.back().map(|(position, _)| *position) else {
            return;
        };
        let seconds = milliseconds.clamp(0.0, LONGEST_TICK_MILLISECONDS) / 1000.0;
        self.position = (self.position + seconds / SECONDS_PER_PERSON).min(end);
        let passed =
            |face: Option<&(f64, Pixels)>| face.is_some_and(|face| face.0 <= self.position);
        while passed(self.faces.get(1)) {
            self.faces.pop_front();
        }
    }

    /// What the visitor sees.
    pub fn view(&self) -> Option<Vec<u8>> {
        let (from, face) = self.faces.front()?;
        let Some((to, next)) = self.faces.get(1) else {
            return Some(face.to_vec());
        };
        Some(dissolve(face, next, (self.position - from) / (to - from)))
    }

    /// The seeds of the people on both sides of the visitor.
    pub fn people(&self) -> Option<(u64, u64)> {
        let first = self.start?.seed.wrapping_add(self.position as u64);
        Some((first, first.wrapping_add(1)))
    }
}

/// Faces a second on a device that needs so long for one.
pub fn rate(ms_per_face: Option<f64>) -> f64 {
    let (low, high) = FACES_PER_SECOND;
    ms_per_face.map_or(low, |one| (LOAD * 1000.0 / one.max(1.0)).clamp(low, high))
}

/// The face at a position: between two neighbouring seeds.
fn parameters(start: &FaceKey, position: f64, weights: [f32; Emotion::COUNT]) -> FaceParameters {
    let seed = start.seed.wrapping_add(position as u64);
    let share = linger(position.fract()) as f32;
    FaceParameters {
        seed,
        toward: Some((seed.wrapping_add(1), share)),
        weights,
        ..start.parameters()
    }
}

/// Slower near a person than between two.
fn linger(share: f64) -> f64 {
    let turn = 2.0 * std::f64::consts::PI;
    (share - (turn * share).sin() / turn * 0.6).clamp(0.0, 1.0)
}

/// A step from one weighting to another. All shares keep adding up to 1.
fn toward(
    from: &[f32; Emotion::COUNT],
    to: &[f32; Emotion::COUNT],
    step: f32,
) -> [f32; Emotion::COUNT] {
    let farthest = from
        .iter()
        .zip(to)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    match farthest <= step {
        true => *to,
        false => between(from, to, step / farthest),
    }
}
