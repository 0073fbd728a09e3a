//! What the visitor does, and how it changes the page.

use crate::page::album::Picture;
use crate::page::expression::Expression;
use crate::page::face_key::{FaceKey, Network};
use crate::page::film::Film;
use crate::page::own_bundle::OwnFiles;
use crate::page::state::Page;
use crate::page::task::{Phase, Task};
use crate::page::wanted::{View, Wanted};

/// Faces that the history shows.
pub const RECENT: usize = 8;

impl Page {
    /// Changes what is wanted. Another device forgets that WebGPU failed.
    pub fn want(&mut self, change: impl FnOnce(&mut Wanted)) {
        let device = self.wanted.device;
        change(&mut self.wanted);
        self.wanted.own &= self.own.is_some();
        if self.wanted.device != device {
            self.gpu_failure = None;
            self.ms_per_face = None;
        }
        self.error = None;
        self.settle();
    }

    /// Makes the large face once more, also when it is already there.
    pub fn make_again(&mut self) {
        self.album.remove(&self.large_key());
        self.face = None;
        self.error = None;
    }

    /// Forgets the error, so that the next step is taken.
    pub fn retry(&mut self) {
        self.error = None;
    }

    /// Takes the visitor's files; the worker will see them next.
    pub fn bring(&mut self, files: OwnFiles) {
        self.brought = Some(files);
        self.refusal = None;
        self.error = None;
    }

    /// The files that the visitor brought are no bundle.
    pub fn refuse(&mut self, message: String) {
        self.brought = None;
        self.refusal = Some(message);
    }

    /// The visitor pauses the walk at somebody: the address names that person from now on.
    pub fn pause_walk(&mut self) {
        if let Some(seed) = self.walk.start_here() {
            self.want(|wanted| wanted.seed = seed);
        }
    }

    /// Starts a film of the walk.
    pub fn start_film(&mut self) {
        self.film = Some(Film::new(self.walk_key()));
        self.error = None;
    }

    /// Goes back to a face of the history. One of a bundle that was put away since shows the site's own.
    pub fn go_back_to(&mut self, key: FaceKey) {
        let own = key.network == self.network() && self.wanted.own;
        self.want(|wanted| {
            match key.expression {
                Expression::Pure(emotion) => (wanted.view, wanted.emotion) = (View::Face, emotion),
                Expression::Blend(sliders) => {
                    (wanted.view, wanted.sliders) = (View::Mixer, sliders)
                }
            }
            if let Network::Site(gan) = key.network {
                wanted.gan = gan;
            }
            wanted.own = own;
            wanted.seed = key.seed;
            wanted.truncation = key.truncation;
        });
    }

    /// Asks the classifier once more after it could not answer.
    pub fn classify_again(&mut self) {
        self.classifier.error = None;
    }

    /// Shows the wanted face if it is in the album and needs no faces on the way.
    pub(crate) fn settle(&mut self) {
        if self.wanted.view == View::Walk {
            self.walk.begin(self.walk_key());
        }
        if self.face_is_current() || self.morph_faces().is_some() {
            return;
        }
        if let Some(picture) = self.album.get(&self.large_key()) {
            self.morph_frames.clear();
            self.show(picture.clone());
        }
    }

    /// Makes a picture the large face.
    pub(crate) fn show(&mut self, picture: Picture) {
        self.recent.retain(|key| *key != picture.key);
        self.recent.insert(0, picture.key);
        self.recent.truncate(RECENT);
        self.face = Some(picture);
    }

    /// The task is with the worker.
    pub fn sent(&mut self, task: Task) {
        if matches!(task, Task::Open(_)) {
            self.brought = None;
        }
        self.phase = Phase::Busy(task);
    }

    /// A new worker is starting.
    pub fn restarted(&mut self) {
        self.phase = Phase::Starting;
        self.started_for = self.device();
        self.running = None;
        self.ms_per_face = None;
        if let Some(own) = &mut self.own {
            own.is_open = false;
        }
        self.settle(); // Nobody knows how fast the new worker is, so there is no morph: a face that waited for one is shown.
    }
}
