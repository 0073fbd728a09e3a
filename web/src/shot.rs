//! One face: what it is made from, the picture that came of it, and the album of pictures.

use std::collections::VecDeque;
use std::sync::Arc;

use model_core::config::GanKind;

use crate::mood::Mood;
use crate::protocol::{Backend, DeviceChoice, Recipe};

/// 48x48 grey bytes, row by row.
pub type Pixels = Arc<[u8]>;

/// Pictures kept: several screens full, about a megabyte.
const ALBUM_SIZE: usize = 400;

/// Whose generator makes a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// One of the two that come with the page.
    Site(GanKind),
    /// The visitor's own; the number tells one dropped bundle from the next.
    Own(u32),
}

/// Everything a face is made from: equal shots are equal faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shot {
    pub network: Network,
    pub mood: Mood,
    pub seed: u64,
    /// Percent of the latent vector's length.
    pub truncation: u8,
    /// The choice it is made under; another choice makes it anew.
    pub device: DeviceChoice,
}

/// A shot that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub shot: Shot,
    pub backend: Backend,
    /// Time of its order, from the draw to the pixels, by the number of faces in it.
    pub milliseconds: f64,
    pub pixels: Pixels,
}

/// The latest pictures, so that going back costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Album(VecDeque<Picture>);

impl Shot {
    /// What the worker needs to know.
    pub fn recipe(&self) -> Recipe {
        Recipe {
            seed: self.seed,
            toward: None,
            weights: self.mood.weights(),
            truncation: f32::from(self.truncation) / 100.0,
        }
    }

    /// Whether another shot differs in expression only.
    pub fn is_person_of(&self, other: &Shot) -> bool {
        let mood = other.mood;
        Shot { mood, ..*self } == *other
    }
}

impl Album {
    /// Puts a picture in, in place of an equal one.
    pub fn add(&mut self, picture: Picture) {
        self.remove(&picture.shot);
        self.0.push_front(picture);
        self.0.truncate(ALBUM_SIZE);
    }

    /// The picture of a shot.
    pub fn get(&self, shot: &Shot) -> Option<&Picture> {
        self.0.iter().find(|picture| picture.shot == *shot)
    }

    /// Takes a picture out.
    pub fn remove(&mut self, shot: &Shot) {
        self.0.retain(|picture| picture.shot != *shot);
    }
}
