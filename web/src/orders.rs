//! What the page asks the worker for next: a part of [`state`](crate::state).

use crate::address::View;
use crate::morph;
use crate::protocol::{Order, Recipe};
use crate::shot::{Network, Shot};
use crate::state::{Page, Phase, Step, Task};

/// An order takes about this long, so that a click is answered soon on a slow device.
const ORDER_MILLISECONDS: f64 = 200.0;
/// Faces per order while nobody knows how fast the device is, and at most.
const ORDER_FACES: (usize, usize) = (4, 32);

impl Page {
    /// How many faces lead from the face shown to the wanted one; `None` when it appears at once.
    pub(crate) fn passage_faces(&self) -> Option<usize> {
        let (face, target) = (self.face.as_ref()?, self.large_shot());
        let same_person = face.shot.is_person_of(&target) && face.shot != target;
        match same_person && self.moves && self.wanted.view == View::Face {
            true => morph::faces(self.pace?),
            false => None,
        }
    }

    /// What to do now. After [`Step::Send`], [`Step::Open`] and [`Step::Judge`] call [`Page::sent`].
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
        if let Some(own) = self
            .own
            .as_ref()
            .filter(|own| self.wanted.own && !own.is_open)
        {
            return Step::Open(own.files.clone());
        }
        if let Some(film) = self.film.as_ref().filter(|film| !film.is_complete()) {
            let recipes = film.next(self.faces_per_order());
            return self.send(film.start.network, recipes, Task::Film);
        }
        if self.wanted.view == View::Walk {
            return match self.walk.next_leg(self.pace) {
                Some((recipes, leg)) => self.send(self.network(), recipes, Task::Walk(leg)),
                None => Step::Wait,
            };
        }
        self.next_shots()
    }

    fn next_shots(&self) -> Step {
        let target = self.large_shot();
        if let (Some(faces), Some(face)) = (self.passage_faces(), &self.face) {
            let recipes = morph::recipes(&face.shot, &target, faces);
            return self.send(target.network, recipes, Task::Passage(target));
        }
        let missing = |shot: &Shot| self.album.get(shot).is_none();
        let mut shots = self.shots();
        shots.retain(missing);
        let Some(network) = shots.first().map(|shot| shot.network) else {
            return self.face_to_judge().map_or(Step::Wait, Step::Judge);
        };
        shots.retain(|shot| shot.network == network);
        shots.truncate(self.faces_per_order());
        let recipes = shots.iter().map(Shot::recipe).collect();
        self.send(network, recipes, Task::Shots(shots))
    }

    fn faces_per_order(&self) -> usize {
        let (unknown, most) = ORDER_FACES;
        let faces = self
            .pace
            .map(|pace| (ORDER_MILLISECONDS / pace.max(1.0)) as usize);
        faces.map_or(unknown, |faces| faces.clamp(1, most))
    }

    fn send(&self, network: Network, recipes: Vec<Recipe>, task: Task) -> Step {
        let gan = match network {
            Network::Site(gan) => gan,
            Network::Own(_) => self.wanted.gan,
        };
        let order = Order {
            gan,
            emotion: self.wanted.emotion,
            seed: self.wanted.seed,
            count: recipes.len(),
            device: self.device(),
            own: matches!(network, Network::Own(_)),
            recipes,
        };
        Step::Send(order, task)
    }
}
