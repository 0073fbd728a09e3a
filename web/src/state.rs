//! What the page shows and what it asks for next: a state machine that knows no browser.
//!
//! The worker does one task at a time and the page always asks for what is missing most (`orders.rs`), in
//! orders small enough that a click is answered soon. So a visitor who clicks fast never waits for
//! faces that nobody wants any more, and nothing piles up. Pictures stay in an [`Album`]. What the
//! worker answers is taken in by `replies.rs`.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::address::{View, Wanted};
use crate::film::Film;
use crate::mood::Mood;
use crate::opinion::SecondOpinion;
use crate::own_bundle::{OwnBundle, OwnFiles};
use crate::protocol::{Backend, DeviceChoice, Order, Progress, Running};
use crate::shot::{Album, Network, Picture, Pixels, Shot};
use crate::walk::{Leg, Walk};

/// Faces that the history shows.
pub const RECENT: usize = 8;

/// What the worker is doing, and so what its faces are for.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Pictures for the album.
    Shots(Vec<Shot>),
    /// The faces from one expression to this one.
    Passage(Shot),
    /// A piece of the walk.
    Walk(Leg),
    /// Faces of the film.
    Film,
    /// Opening the visitor's bundle.
    Open(OwnFiles),
    /// The judge looks at this face.
    Judge(Shot),
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
    /// Send this order, for this task.
    Send(Order, Task),
    /// Send the visitor's files.
    Open(OwnFiles),
    /// Send a face to the judge.
    Judge(Picture),
    /// Start a new worker.
    Restart,
}

/// Everything the page shows.
#[derive(Debug, Clone)]
pub struct Page {
    pub wanted: Wanted,
    pub phase: Phase,
    /// The device that the worker was started for: one for the CPU has no WebGPU.
    pub started_for: DeviceChoice,
    /// The large face; possibly still the previous one ([`Page::face_is_current`]).
    pub face: Option<Picture>,
    /// The faces that lead to it from the one before.
    pub passage: Vec<Pixels>,
    pub album: Album,
    /// What the large face showed last, newest first, each once.
    pub recent: Vec<Shot>,
    pub walk: Walk,
    /// A film being made.
    pub film: Option<Film>,
    pub opinion: SecondOpinion,
    /// The visitor's bundle in use.
    pub own: Option<OwnBundle>,
    /// Files that the visitor brought and the worker has not seen yet.
    pub brought: Option<OwnFiles>,
    /// Why the files last brought cannot be used.
    pub refusal: Option<String>,
    pub progress: Option<Progress>,
    pub running: Option<Running>,
    /// Milliseconds the device needs for a face.
    pub pace: Option<f64>,
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
            passage: Vec::new(),
            album: Album::default(),
            recent: Vec::new(),
            walk: Walk::default(),
            film: None,
            opinion: SecondOpinion::default(),
            own: None,
            brought: None,
            refusal: None,
            progress: None,
            running: None,
            pace: None,
            moves: true,
            hidden: false,
            gpu_failure: None,
            restarted_silently: false,
            error: None,
        }
    }

    /// Changes what is wanted. Another device forgets that WebGPU failed.
    pub fn want(&mut self, change: impl FnOnce(&mut Wanted)) {
        let device = self.wanted.device;
        change(&mut self.wanted);
        self.wanted.own &= self.own.is_some();
        if self.wanted.device != device {
            self.gpu_failure = None;
            self.pace = None;
        }
        self.error = None;
        self.settle();
    }

    /// Makes the large face once more, also when it is already there.
    pub fn make_again(&mut self) {
        self.album.remove(&self.large_shot());
        self.face = None;
        self.error = None;
    }

    /// Forgets the error and goes on.
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

    /// The visitor stops to look at somebody: the address names that person from now on.
    pub fn pause_walk(&mut self) {
        if let Some(seed) = self.walk.start_here() {
            self.want(|wanted| wanted.seed = seed);
        }
    }

    /// Starts a film of the walk.
    pub fn start_film(&mut self) {
        self.film = Some(Film::new(self.walk_shot()));
        self.error = None;
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

    /// A shot of the wanted person.
    pub fn shot(&self, mood: Mood) -> Shot {
        Shot {
            network: self.network(),
            mood,
            seed: self.wanted.seed,
            truncation: self.wanted.truncation,
            device: self.device(),
        }
    }

    /// The large face: the mixer's blend, or the emotion.
    pub fn large_shot(&self) -> Shot {
        self.shot(match self.wanted.view {
            View::Mixer => Mood::Blend(self.wanted.sliders),
            _ => Mood::Pure(self.wanted.emotion),
        })
    }

    fn walk_shot(&self) -> Shot {
        self.shot(Mood::Pure(self.wanted.emotion))
    }

    /// All shots of the view, in reading order; the walk has none.
    pub fn shots(&self) -> Vec<Shot> {
        let emotion = Mood::Pure(self.wanted.emotion);
        match self.wanted.view {
            View::Face | View::Mixer => vec![self.large_shot()],
            View::Seven => Emotion::ALL.map(|one| self.shot(Mood::Pure(one))).into(),
            View::Crowd => (0..self.wanted.crowd as u64)
                .map(|n| Shot {
                    seed: self.wanted.seed.wrapping_add(n),
                    ..self.shot(emotion)
                })
                .collect(),
            View::Compare => GanKind::ALL
                .map(|gan| Shot {
                    network: Network::Site(gan),
                    ..self.shot(emotion)
                })
                .into(),
            View::Walk => Vec::new(),
        }
    }

    /// Whether the wanted face is the one of a first visit, of which the site holds a picture.
    pub fn is_first_face(&self) -> bool {
        let first = Wanted::default();
        self.large_shot()
            == Shot {
                network: Network::Site(first.gan),
                mood: Mood::Pure(first.emotion),
                seed: first.seed,
                truncation: first.truncation,
                device: self.device(),
            }
    }

    /// Whether the large face is the wanted one.
    pub fn face_is_current(&self) -> bool {
        let shot = self.large_shot();
        self.face.as_ref().is_some_and(|face| face.shot == shot)
    }

    /// Shows the wanted face if it is in the album and needs no faces on the way.
    pub(crate) fn settle(&mut self) {
        if self.wanted.view == View::Walk {
            self.walk.begin(self.walk_shot());
        }
        if self.face_is_current() || self.passage_faces().is_some() {
            return;
        }
        if let Some(picture) = self.album.get(&self.large_shot()) {
            self.passage.clear();
            self.show(picture.clone());
        }
    }

    /// Makes a picture the large face.
    pub(crate) fn show(&mut self, picture: Picture) {
        self.recent.retain(|shot| *shot != picture.shot);
        self.recent.insert(0, picture.shot);
        self.recent.truncate(RECENT);
        self.face = Some(picture);
    }

    /// Goes back to a shot of the history. One of a bundle that was put away since shows the site's own.
    pub fn go_back_to(&mut self, shot: Shot) {
        let own = shot.network == self.network() && self.wanted.own;
        self.want(|wanted| {
            match shot.mood {
                Mood::Pure(emotion) => (wanted.view, wanted.emotion) = (View::Face, emotion),
                Mood::Blend(sliders) => (wanted.view, wanted.sliders) = (View::Mixer, sliders),
            }
            if let Network::Site(gan) = shot.network {
                wanted.gan = gan;
            }
            wanted.own = own;
            wanted.seed = shot.seed;
            wanted.truncation = shot.truncation;
        });
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
        self.pace = None;
        if let Some(own) = &mut self.own {
            own.is_open = false;
        }
        self.settle(); // Without a pace there is no passage: a face that waited for one is shown.
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
