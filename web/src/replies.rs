//! How what the worker says changes the page: the second half of [`state`](crate::state).

use model_core::pixels::IMAGE_PIXELS;

use crate::protocol::{Backend, Order, Reply};
use crate::state::{Page, Phase, Picture};

impl Page {
    /// Takes in what the worker says.
    pub fn receive(&mut self, reply: Reply, pixels: &[u8]) {
        match reply {
            Reply::Started => {
                self.progress = None;
                self.phase = Phase::Idle;
            }
            Reply::Progress(progress) => self.progress = Some(progress),
            Reply::Running(running) => self.running = Some(running),
            Reply::Faces {
                order,
                backend,
                milliseconds,
            } => {
                self.finish();
                self.place(&order, backend, milliseconds, pixels);
            }
            Reply::Failed { message } => {
                self.finish();
                self.error = Some(message);
            }
            Reply::GpuFailed { message } => {
                self.finish();
                self.gpu_failure = Some(message);
            }
            // The page takes no bundles yet.
            Reply::Opened { .. } | Reply::Refused { .. } => {}
            Reply::Died { message } => self.died(message),
        }
    }

    fn finish(&mut self) {
        self.progress = None;
        self.phase = Phase::Idle;
    }

    /// A worker that dies while it uses WebGPU gets a successor on the CPU; else the visitor decides.
    fn died(&mut self, message: String) {
        if self.phase == Phase::Dead {
            return; // One crash can be reported by several events.
        }
        let used_gpu = self.phase != Phase::Starting && self.may_use_gpu();
        self.progress = None;
        self.phase = Phase::Dead;
        match used_gpu {
            true => self.gpu_failure = Some(message),
            false => self.error = Some(message),
        }
    }

    /// Puts faces where they belong; those that nobody wants any more are dropped.
    fn place(&mut self, order: &Order, backend: Backend, milliseconds: f64, pixels: &[u8]) {
        if pixels.len() != order.count * IMAGE_PIXELS {
            self.error = Some("The engine sent an incomplete picture.".into());
            return;
        }
        for (index, pixels) in pixels.chunks_exact(IMAGE_PIXELS).enumerate() {
            let picture = Picture {
                gan: order.gan,
                emotion: order.emotion,
                seed: order.seed.wrapping_add(index as u64),
                device: order.device,
                backend,
                milliseconds,
                pixels: pixels.into(),
            };
            let offset = picture.seed.wrapping_sub(self.wanted.seed);
            if !self.is_current(Some(&picture), offset) {
                continue;
            }
            let slot = match offset.checked_sub(1) {
                None => Some(&mut self.face),
                Some(index) => self.grid.get_mut(index as usize),
            };
            if let Some(slot) = slot {
                *slot = Some(picture);
            }
        }
    }
}
