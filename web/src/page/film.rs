//! A short walk as an animated GIF. Grey has 256 levels, as many as a GIF has colours: nothing is lost.

use gif::{Encoder, EncodingError, Frame, Repeat};
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_SIDE;

use crate::page::album::Pixels;
use crate::page::face_key::FaceKey;
use crate::page::sheet::enlarged;
use crate::protocol::FaceParameters;

/// People in the film; from the last it goes back to the first.
const PEOPLE: u64 = 3;
/// Faces from one person to the next.
const FACES_PER_PERSON: usize = 16;
/// Faces in the film.
pub const FACES: usize = PEOPLE as usize * FACES_PER_PERSON;
/// In hundredths of a second, the unit of the format.
const DELAY: u16 = 6;
/// Every pixel becomes a square of this many.
pub const SCALE: usize = 4;

/// A film being made.
#[derive(Debug, Clone)]
pub struct Film {
    /// The first person, and the emotion of all.
    pub start: FaceKey,
    /// The faces so far.
    pub faces: Vec<Pixels>,
}

impl Film {
    /// A film that begins with a person.
    pub fn new(start: FaceKey) -> Self {
        Self {
            start,
            faces: Vec::new(),
        }
    }

    /// The next faces to make, at most `count`; empty when all are there.
    pub fn next(&self, count: usize) -> Vec<FaceParameters> {
        let first = self.faces.len();
        let weights = self.start.expression.weights();
        (first..FACES.min(first + count))
            .map(|index| self.parameters(index, weights))
            .collect()
    }

    fn parameters(&self, index: usize, weights: [f32; Emotion::COUNT]) -> FaceParameters {
        let person = (index / FACES_PER_PERSON) as u64;
        let share = (index % FACES_PER_PERSON) as f32 / FACES_PER_PERSON as f32;
        let seed = |person: u64| self.start.seed.wrapping_add(person % PEOPLE);
        FaceParameters {
            seed: seed(person),
            toward: Some((seed(person + 1), share)),
            weights,
            ..self.start.parameters()
        }
    }

    /// Whether all faces are there.
    pub fn is_complete(&self) -> bool {
        self.faces.len() >= FACES
    }

    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, EncodingError> {
        let palette: Vec<u8> = (0..=u8::MAX).flat_map(|grey| [grey; 3]).collect();
        let side = (IMAGE_SIDE * SCALE) as u16;
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, side, side, &palette)?;
        encoder.set_repeat(Repeat::Infinite)?;
        for face in &self.faces {
            let mut frame = Frame::from_indexed_pixels(side, side, enlarged(face, SCALE), None);
            frame.delay = DELAY;
            encoder.write_frame(&frame)?;
        }
        drop(encoder);
        Ok(file)
    }
}
