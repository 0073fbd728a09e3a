//! The pictures made so far.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::page::face_key::FaceKey;
use crate::protocol::Backend;

/// 48x48 grey bytes, row by row.
pub type Pixels = Arc<[u8]>;

/// Pictures kept: several screens full, about a megabyte.
const ALBUM_SIZE: usize = 400;

/// A face that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub key: FaceKey,
    pub backend: Backend,
    /// Time of its request, from the forward pass to the pixels, by the number of faces in it.
    pub milliseconds: f64,
    pub pixels: Pixels,
}

/// The latest pictures, so that going back costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Album(VecDeque<Picture>);

impl Album {
    /// Puts a picture in, in place of an equal one.
    pub fn add(&mut self, picture: Picture) {
        self.remove(&picture.key);
        self.0.push_front(picture);
        self.0.truncate(ALBUM_SIZE);
    }

    /// The picture of a key.
    pub fn get(&self, key: &FaceKey) -> Option<&Picture> {
        self.0.iter().find(|picture| picture.key == *key)
    }

    /// Takes a picture out.
    pub fn remove(&mut self, key: &FaceKey) {
        self.0.retain(|picture| picture.key != *key);
    }
}
