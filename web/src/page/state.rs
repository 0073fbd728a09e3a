//! What the page holds, and what follows from it: a state machine that knows no browser.
//!
//! The worker does one task at a time and the page always asks for what is missing most (`requests.rs`), in
//! requests small enough that a click is answered soon. So a visitor who clicks fast never waits for
//! faces that nobody wants any more, and nothing piles up. Pictures stay in an [`Album`]. What the visitor does
//! is taken in by `actions.rs`, what the worker answers by `replies.rs`.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::page::album::{Album, Picture, Pixels};
use crate::page::classifier::ClassifierState;
use crate::page::expression::Expression;
use crate::page::face_key::{FaceKey, Network};
use crate::page::film::Film;
use crate::page::morph;
use crate::page::own_bundle::{OwnBundle, OwnFiles};
use crate::page::task::Phase;
use crate::page::walk::Walk;
use crate::page::wanted::{View, Wanted};
use crate::protocol::{Backend, DeviceChoice, Progress, Running};

/// All that the page shows.
#[derive(Debug, Clone)]
pub struct Page {
    pub wanted: Wanted,
    pub phase: Phase,
    /// The device that the worker was started for: one for the CPU has no WebGPU.
    pub started_for: DeviceChoice,
    /// The large face; possibly still the previous one ([`Page::face_is_current`]).
    pub face: Option<Picture>,
    /// The faces that lead to it from the one before.
    pub morph_frames: Vec<Pixels>,
    pub album: Album,
    /// What the large face showed last, newest first, each once.
    pub recent: Vec<FaceKey>,
    pub walk: Walk,
    /// A film being made.
    pub film: Option<Film>,
    pub classifier: ClassifierState,
    /// The visitor's bundle in use.
    pub own: Option<OwnBundle>,
    /// Files that the visitor brought and the worker has not seen yet.
    pub brought: Option<OwnFiles>,
    /// Why the files last brought cannot be used.
    pub refusal: Option<String>,
    pub progress: Option<Progress>,
    pub running: Option<Running>,
    /// Milliseconds that the device needs for a face, once known.
    pub ms_per_face: Option<f64>,
    /// Whether pictures may move.
    pub moves: bool,
    /// Whether nobody can see the page: then nothing is asked for.
    pub hidden: bool,
    /// Why WebGPU is not used any more, once it failed.
    pub gpu_failure: Option<String>,
    /// Whether the worker died and was started again without a word since it last made something.
    pub restarted_silently: bool,
    /// What went wrong, for the visitor; nothing more is asked for until [`Page::retry`].
    pub error: Option<String>,
}

impl Page {
    /// A page whose worker is starting.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            started_for: wanted.device,
            wanted,
            phase: Phase::Starting,
            face: None,
            morph_frames: Vec::new(),
            album: Album::default(),
            recent: Vec::new(),
            walk: Walk::default(),
            film: None,
            classifier: ClassifierState::default(),
            own: None,
            brought: None,
            refusal: None,
            progress: None,
            running: None,
            ms_per_face: None,
            moves: true,
            hidden: false,
            gpu_failure: None,
            restarted_silently: false,
            error: None,
        }
    }

    /// The device asked for: the CPU once WebGPU has failed.
    pub(crate) fn device(&self) -> DeviceChoice {
        match self.gpu_failure {
            Some(_) => DeviceChoice::Cpu,
            None => self.wanted.device,
        }
    }

    /// Whose generator is wanted.
    pub fn network(&self) -> Network {
        match &self.own {
            Some(own) if self.wanted.own => Network::Own(own.number),
            _ => Network::Site(self.wanted.gan),
        }
    }

    /// Which of the site's networks is wanted, if one is.
    pub fn site_network(&self) -> Option<GanKind> {
        match self.network() {
            Network::Site(gan) => Some(gan),
            Network::Own(_) => None,
        }
    }

    /// The wanted person with an expression.
    pub fn key(&self, expression: Expression) -> FaceKey {
        FaceKey {
            network: self.network(),
            expression,
            seed: self.wanted.seed,
            truncation: self.wanted.truncation,
            device: self.device(),
        }
    }

    /// The large face: the mixer's blend, or the emotion.
    pub fn large_key(&self) -> FaceKey {
        self.key(match self.wanted.view {
            View::Mixer => Expression::Blend(self.wanted.sliders),
            _ => Expression::Pure(self.wanted.emotion),
        })
    }

    /// The person whom a walk or a film begins with.
    pub(crate) fn walk_key(&self) -> FaceKey {
        self.key(Expression::Pure(self.wanted.emotion))
    }

    /// All faces of the view, in reading order; the walk has none.
    pub fn keys(&self) -> Vec<FaceKey> {
        let emotion = Expression::Pure(self.wanted.emotion);
        match self.wanted.view {
            View::Face | View::Mixer => vec![self.large_key()],
            View::Seven => Emotion::ALL
                .map(|one| self.key(Expression::Pure(one)))
                .into(),
            View::Crowd => (0..self.wanted.crowd as u64)
                .map(|n| FaceKey {
                    seed: self.wanted.seed.wrapping_add(n),
                    ..self.key(emotion)
                })
                .collect(),
            View::Compare => GanKind::ALL
                .map(|gan| FaceKey {
                    network: Network::Site(gan),
                    ..self.key(emotion)
                })
                .into(),
            View::Walk => Vec::new(),
        }
    }

    /// Whether the wanted face is the one of a first visit, of which the site holds a picture.
    pub fn is_first_face(&self) -> bool {
        let first = Wanted::default();
        self.large_key()
            == FaceKey {
                network: Network::Site(first.gan),
                expression: Expression::Pure(first.emotion),
                seed: first.seed,
                truncation: first.truncation,
                device: self.device(),
            }
    }

    /// Whether the large face is the wanted one.
    pub fn face_is_current(&self) -> bool {
        let key = self.large_key();
        self.face.as_ref().is_some_and(|face| face.key == key)
    }

    /// Whether the classifier has seen the wanted face.
    pub fn classification_is_current(&self) -> bool {
        let latest = self.classifier.latest.as_ref();
        latest.is_some_and(|seen| seen.key == self.large_key())
    }

    /// How many faces lead from the face shown to the wanted one; `None` when it appears at once.
    pub(crate) fn morph_faces(&self) -> Option<usize> {
        let (face, target) = (self.face.as_ref()?, self.large_key());
        let same_person = face.key.is_person_of(&target) && face.key != target;
        match same_person && self.moves && self.wanted.view == View::Face {
            true => morph::faces(self.ms_per_face?),
            false => None,
        }
    }

    /// Whether the next face is to be made by a device that this worker has not.
    pub(crate) fn needs_another_worker(&self) -> bool {
        self.started_for == DeviceChoice::Cpu && self.device() != DeviceChoice::Cpu
    }

    /// Whether the next face may come from WebGPU: it runs, or it is asked for and was not yet refused.
    pub fn may_use_gpu(&self) -> bool {
        let on_gpu = |running: &Running| running.backend == Backend::Webgpu;
        self.device() != DeviceChoice::Cpu && self.running.as_ref().is_none_or(on_gpu)
    }

    /// Which backend runs and why: a sentence for the status bar.
    pub fn backend_sentence(&self) -> String {
        match (&self.gpu_failure, &self.running) {
            (Some(failure), _) => format!("{}, because WebGPU failed: {failure}", Backend::Cpu),
            (None, Some(running)) => running.to_string(),
            (None, None) => "Looking for a device".into(),
        }
    }

    /// The state of the large face, as its `data-state`.
    pub fn face_state(&self) -> &'static str {
        match (self.face_is_current(), &self.error) {
            (_, Some(_)) => "error",
            (true, None) => "ready",
            (false, None) => "loading",
        }
    }
}
