//! What the page wants of a run, which asks after every step.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The next step.
    Steps,
    /// Nothing for now.
    Pause,
    /// The end.
    End,
}

/// The page's hold on one run.
pub struct Control {
    wanted: Cell<Wanted>,
    /// The run, while it is paused.
    paused: RefCell<Option<Waker>>,
}

impl Control {
    /// For a run that begins.
    pub fn new() -> Self {
        Self {
            wanted: Cell::new(Wanted::Steps),
            paused: RefCell::new(None),
        }
    }

    /// Wants something else from now on.
    pub fn want(&self, wanted: Wanted) {
        self.wanted.set(wanted);
        if let Some(run) = self.paused.take() {
            run.wake();
        }
    }

    /// What is wanted now.
    pub fn wanted(&self) -> Wanted {
        self.wanted.get()
    }

    /// Waits for the end of a pause.
    pub async fn resumed(&self) {
        poll_fn(|context| match self.wanted.get() {
            Wanted::Pause => {
                self.paused.replace(Some(context.waker().clone()));
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
    }
}
