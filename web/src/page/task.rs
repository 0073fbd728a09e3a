//! What the worker can be given to do, and what the page does next.

use crate::page::album::Picture;
use crate::page::face_key::FaceKey;
use crate::page::own_bundle::OwnFiles;
use crate::page::walk::Segment;
use crate::protocol::Request;

/// What the worker is doing, and so what its faces are for.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Pictures for the album.
    Faces(Vec<FaceKey>),
    /// The faces from one expression to this one.
    Morph(FaceKey),
    /// A segment of the walk.
    Walk(Segment),
    /// Faces of the film.
    Film,
    /// Opening the visitor's bundle.
    Open(OwnFiles),
    /// Classifying this face.
    Classify(FaceKey),
}

/// The worker's state.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// It is being downloaded or started.
    Starting,
    /// It waits for a task.
    Idle,
    /// It works.
    Busy(Task),
    /// It is gone.
    Dead,
}

/// What the page has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing: all is there, or something is under way, or the visitor must decide.
    Wait,
    /// Send this request, for this task.
    Send(Request, Task),
    /// Send the visitor's files.
    Open(OwnFiles),
    /// Send a face to the classifier.
    Classify(Picture),
    /// Start a new worker.
    Restart,
}
