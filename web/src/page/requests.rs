//! What the page asks the worker for next.

use crate::page::album::Picture;
use crate::page::face_key::{FaceKey, Network};
use crate::page::morph;
use crate::page::state::Page;
use crate::page::task::{Phase, Step, Task};
use crate::page::wanted::View;
use crate::protocol::{FaceParameters, Request};

/// A request takes about this many milliseconds, so that a click is answered soon on a slow device.
const REQUEST_MILLISECONDS: f64 = 200.0;
/// Faces per request while nobody knows how fast the device is, and at most.
const REQUEST_FACES: (usize, usize) = (4, 32);

impl Page {
    /// What to do now. After [`Step::Send`], [`Step::Open`] and [`Step::Classify`] call [`Page::sent`].
    pub fn next_step(&self) -> Step {
        if self.error.is_some() || self.hidden {
            return Step::Wait;
        }
        match self.phase {
            Phase::Dead => Step::Restart,
            Phase::Idle if self.needs_another_worker() => Step::Restart,
            Phase::Starting | Phase::Busy(_) => Step::Wait,
            Phase::Idle => self.next_task(),
        }
    }

    fn next_task(&self) -> Step {
        if let Some(files) = &self.brought {
            return Step::Open(files.clone());
        }
        let own = self.own.as_ref().filter(|_| self.wanted.own);
        if let Some(own) = own.filter(|own| !own.is_open) {
            return Step::Open(own.files.clone());
        }
        if let Some(film) = self.film.as_ref().filter(|film| !film.is_complete()) {
            let parameters = film.next(self.faces_per_request());
            return self.send(film.start.network, parameters, Task::Film);
        }
        if self.wanted.view == View::Walk {
            return match self.walk.next_segment(self.ms_per_face) {
                Some((parameters, segment)) => {
                    self.send(self.network(), parameters, Task::Walk(segment))
                }
                None => Step::Wait,
            };
        }
        self.next_faces()
    }

    fn next_faces(&self) -> Step {
        let target = self.large_key();
        if let (Some(faces), Some(face)) = (self.morph_faces(), &self.face) {
            let parameters = morph::parameters(&face.key, &target, faces);
            return self.send(target.network, parameters, Task::Morph(target));
        }
        let missing = |key: &FaceKey| self.album.get(key).is_none();
        let mut keys = self.keys();
        keys.retain(missing);
        let Some(network) = keys.first().map(|key| key.network) else {
            return self.face_to_classify().map_or(Step::Wait, Step::Classify);
        };
        keys.retain(|key| key.network == network);
        keys.truncate(self.faces_per_request());
        let parameters = keys.iter().map(FaceKey::parameters).collect();
        self.send(network, parameters, Task::Faces(keys))
    }

    /// The large face, if the visitor wants to know what the classifier sees in it and it has not been asked.
    fn face_to_classify(&self) -> Option<Picture> {
        let is_asked = self.wanted.classifier && self.classifier.error.is_none();
        let is_shown = matches!(self.wanted.view, View::Face | View::Mixer);
        let is_new = self.face_is_current() && !self.classification_is_current();
        self.face.clone().filter(|_| is_asked && is_shown && is_new)
    }

    fn faces_per_request(&self) -> usize {
        let (unknown, most) = REQUEST_FACES;
        let faces = |ms_per_face: f64| (REQUEST_MILLISECONDS / ms_per_face.max(1.0)) as usize;
        self.ms_per_face
            .map_or(unknown, |ms| faces(ms).clamp(1, most))
    }

    fn send(&self, network: Network, parameters: Vec<FaceParameters>, task: Task) -> Step {
        let gan = match network {
            Network::Site(gan) => gan,
            Network::Own(_) => self.wanted.gan,
        };
        let request = Request {
            gan,
            emotion: self.wanted.emotion,
            seed: self.wanted.seed,
            count: parameters.len(),
            device: self.device(),
            own: matches!(network, Network::Own(_)),
            parameters,
        };
        Step::Send(request, task)
    }
}
