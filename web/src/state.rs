//! What the page shows and what it asks for next: a state machine that knows no browser.
//!
//! The worker does one order at a time and the page always asks for what is missing most
//! ([`Page::next_step`]): first the large face, then the small ones, a few at a time. So a visitor
//! who clicks fast never waits for faces that nobody wants any more, and nothing piles up. What the
//! worker answers is taken in by `replies.rs`.

use std::sync::Arc;

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::address::Wanted;
use crate::protocol::{Backend, DeviceChoice, Order, Progress, Running};

/// Small faces beside the large one.
pub const GRID: usize = 16;
/// Small faces per order: few enough that a click is answered soon on a slow device.
const GRID_ORDER: usize = 4;

/// One face and everything it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub gan: GanKind,
    pub emotion: Emotion,
    pub seed: u64,
    /// The choice it was made under; another choice makes it anew.
    pub device: DeviceChoice,
    pub backend: Backend,
    /// Time of its order, from the draw to the pixels.
    pub milliseconds: f64,
    /// 48x48 grey bytes, row by row.
    pub pixels: Arc<[u8]>,
}

/// What the worker is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// It is being downloaded or started.
    Starting,
    /// It waits for an order.
    Idle,
    /// It works on this.
    Busy(Order),
    /// It is gone.
    Dead,
}

/// What the page has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing: all is there, or something is under way, or the visitor must decide.
    Wait,
    /// Send this order.
    Send(Order),
    /// Start a new worker.
    Restart,
}

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub wanted: Wanted,
    pub phase: Phase,
    /// The large face; possibly still the previous one ([`Page::face_is_current`]).
    pub face: Option<Picture>,
    /// The small faces, of the seeds after the large one's.
    pub grid: [Option<Picture>; GRID],
    pub progress: Option<Progress>,
    pub running: Option<Running>,
    /// Why WebGPU is not used any more, once it failed.
    pub gpu_failure: Option<String>,
    /// What went wrong, for the visitor; nothing more is asked for until [`Page::retry`].
    pub error: Option<String>,
}

impl Page {
    /// A page whose worker is starting.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            phase: Phase::Starting,
            face: None,
            grid: Default::default(),
            progress: None,
            running: None,
            gpu_failure: None,
            error: None,
        }
    }

    /// Changes what is wanted. Another device forgets that WebGPU failed.
    pub fn want(&mut self, change: impl FnOnce(&mut Wanted)) {
        let device = self.wanted.device;
        change(&mut self.wanted);
        if self.wanted.device != device {
            self.gpu_failure = None;
        }
        self.error = None;
    }

    /// Makes the large face once more, also when it is already there.
    pub fn make_again(&mut self) {
        self.face = None;
        self.error = None;
    }

    /// Forgets the error and goes on.
    pub fn retry(&mut self) {
        self.error = None;
    }

    /// The device asked for: the CPU once WebGPU has failed.
    fn device(&self) -> DeviceChoice {
        match self.gpu_failure {
            Some(_) => DeviceChoice::Cpu,
            None => self.wanted.device,
        }
    }

    /// Whether the large face is the wanted one.
    pub fn face_is_current(&self) -> bool {
        self.is_current(self.face.as_ref(), 0)
    }

    /// Whether small face `index` is the wanted one.
    pub fn frame_is_current(&self, index: usize) -> bool {
        let frame = self.grid.get(index).and_then(Option::as_ref);
        self.is_current(frame, index as u64 + 1)
    }

    pub(crate) fn is_current(&self, picture: Option<&Picture>, offset: u64) -> bool {
        picture.is_some_and(|picture| {
            picture.gan == self.wanted.gan
                && picture.emotion == self.wanted.emotion
                && picture.seed == self.wanted.seed.wrapping_add(offset)
                && picture.device == self.device()
        })
    }

    /// What to do now. After [`Step::Send`] call [`Page::sent`].
    pub fn next_step(&self) -> Step {
        if self.error.is_some() {
            return Step::Wait;
        }
        match self.phase {
            Phase::Dead => Step::Restart,
            Phase::Starting | Phase::Busy(_) => Step::Wait,
            Phase::Idle if !self.face_is_current() => Step::Send(self.order(0, 1)),
            Phase::Idle => (0..GRID)
                .find(|&index| !self.frame_is_current(index))
                .map_or(Step::Wait, |first| {
                    Step::Send(self.order(first as u64 + 1, GRID_ORDER.min(GRID - first)))
                }),
        }
    }

    fn order(&self, offset: u64, count: usize) -> Order {
        Order {
            gan: self.wanted.gan,
            emotion: self.wanted.emotion,
            seed: self.wanted.seed.wrapping_add(offset),
            count,
            device: self.device(),
            own: false,
            recipes: Vec::new(),
        }
    }

    /// The order is with the worker.
    pub fn sent(&mut self, order: Order) {
        self.phase = Phase::Busy(order);
    }

    /// A new worker is starting.
    pub fn restarted(&mut self) {
        self.phase = Phase::Starting;
        self.running = None;
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
