//! Batches sampled ahead of the steps that need them, on threads of their own: augmenting an image takes as long as a GPU's whole step with it.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use training::batcher::{BatchData, Batcher};

/// Batches that a thread has ready.
const READY: usize = 2;
/// More threads than this are never waited for.
const MOST_THREADS: usize = 4;

/// The batches of a run from some step on, in order; the same ones as [`Batcher::batch`] gives.
pub struct Prefetch {
    /// One per thread; with n threads each has every n-th batch.
    threads: Vec<Receiver<BatchData>>,
    /// Whose turn it is.
    next: usize,
}

impl Prefetch {
    /// Begins with the batch of this step. The threads end when nobody takes their batches any more.
    pub fn from(batcher: &Arc<Batcher>, step: u64) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self::with_threads(batcher, step, (cores / 4).clamp(1, MOST_THREADS))
    }

    /// The same with so many threads, at least one.
    pub fn with_threads(batcher: &Arc<Batcher>, step: u64, count: usize) -> Self {
        let threads = (step..).take(count).map(|first| {
            let (sender, receiver) = sync_channel(READY);
            let batcher = Arc::clone(batcher);
            thread::spawn(move || {
                let mut steps = (first..).step_by(count);
                while steps
                    .next()
                    .is_some_and(|step| sender.send(batcher.batch(step)).is_ok())
                {}
            });
            receiver
        });
        Self {
            threads: threads.collect(),
            next: 0,
        }
    }
}

impl Iterator for Prefetch {
    type Item = BatchData;

    /// None if a thread has died.
    fn next(&mut self) -> Option<BatchData> {
        let batch = self.threads[self.next].recv().ok();
        self.next = (self.next + 1) % self.threads.len();
        batch
    }
}
