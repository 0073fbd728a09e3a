//! How what the worker says changes the page.

use std::mem::replace;

use model_core::bundle::Manifest;
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;

use crate::page::album::{Picture, Pixels};
use crate::page::classifier::Classification;
use crate::page::face_key::FaceKey;
use crate::page::own_bundle::{OwnBundle, OwnFiles};
use crate::page::state::Page;
use crate::page::task::{Phase, Task};
use crate::protocol::{Backend, Reply, Running};

/// Share of the newest request in the estimate of the milliseconds per face.
const NEWEST_SHARE: f64 = 0.5;

impl Page {
    /// Takes in what the worker says.
    pub fn receive(&mut self, reply: Reply, pixels: &[u8]) {
        match reply {
            Reply::Started => {
                self.finish();
            }
            Reply::Progress(progress) => self.progress = Some(progress),
            Reply::Running(running) => self.runs_on(running),
            Reply::Faces {
                request,
                backend,
                milliseconds,
            } => self.made(request.count, backend, milliseconds, pixels),
            Reply::Opened { manifest } => self.opened(*manifest),
            Reply::Refused { message } => self.refused(message),
            Reply::Classified { shares, accuracy } => self.classified(shares, accuracy),
            Reply::NotClassified { message } => {
                self.finish();
                self.classifier.error = Some(message);
            }
            Reply::Failed { message } => {
                self.finish();
                self.film = None;
                self.error = Some(message);
            }
            Reply::GpuFailed { message } => {
                self.finish();
                self.ms_per_face = None;
                self.leave_gpu(message);
            }
            Reply::Died { message } => self.died(message),
        }
    }

    /// The worker is idle again; says what it was doing.
    fn finish(&mut self) -> Option<Task> {
        self.progress = None;
        match replace(&mut self.phase, Phase::Idle) {
            Phase::Busy(task) => Some(task),
            _ => None,
        }
    }

    fn runs_on(&mut self, running: Running) {
        let before = self.running.as_ref().map(|old| old.backend);
        if before.is_some_and(|backend| backend != running.backend) {
            self.ms_per_face = None;
        }
        self.running = Some(running);
    }

    fn made(&mut self, count: usize, backend: Backend, milliseconds: f64, pixels: &[u8]) {
        let task = self.finish();
        if pixels.len() != count * IMAGE_PIXELS {
            self.error = Some("The engine sent an incomplete picture.".into());
            return;
        }
        self.restarted_silently = false;
        let newest = milliseconds / count as f64;
        let estimate = |old: f64| old + (newest - old) * NEWEST_SHARE;
        self.ms_per_face = Some(self.ms_per_face.map_or(newest, estimate));
        self.place(task, backend, newest, pixels);
    }

    fn classified(&mut self, shares: [f32; Emotion::COUNT], accuracy: f64) {
        if let Some(Task::Classify(key)) = self.finish() {
            let classification = Classification {
                key,
                shares,
                accuracy,
            };
            self.classifier.latest = Some(classification);
        }
    }

    fn refused(&mut self, message: String) {
        self.finish();
        self.film = None;
        self.refuse(message);
        // A new worker that refuses what the old one took leaves the visitor the site's networks.
        if self.own.as_ref().is_some_and(|own| !own.is_open) {
            self.own = None;
            self.want(|_| {});
        }
    }

    /// WebGPU failed: from now on the CPU makes the faces.
    fn leave_gpu(&mut self, message: String) {
        self.gpu_failure = Some(message);
        self.settle();
    }

    /// A worker that dies over the classifier gets a successor without it, one that dies while it uses WebGPU gets
    /// one on the CPU, and any other that made something before gets one chance more; then the visitor decides.
    fn died(&mut self, message: String) {
        let used_gpu = self.may_use_gpu();
        self.progress = None;
        match replace(&mut self.phase, Phase::Dead) {
            Phase::Dead => {} // One crash can be reported by several events.
            Phase::Busy(Task::Classify(_)) => {
                self.classifier.error = Some(format!("The face was not classified: {message}"));
            }
            phase if phase != Phase::Starting && used_gpu => {
                self.forget_own_after(&phase);
                self.leave_gpu(message);
            }
            Phase::Idle
            | Phase::Busy(Task::Faces(_) | Task::Morph(_) | Task::Walk(_) | Task::Film)
                if !self.restarted_silently =>
            {
                self.restarted_silently = true;
            }
            phase => {
                self.forget_own_after(&phase);
                self.film = None;
                self.error = Some(message);
            }
        }
    }

    /// A worker that dies while it opens the visitor's bundle: the next one might die of the same.
    fn forget_own_after(&mut self, phase: &Phase) {
        if let Phase::Busy(Task::Open(_)) = phase {
            self.wanted.own = false;
        }
    }

    /// Puts faces where they belong. Those that nobody wants any more stay in the album.
    fn place(&mut self, task: Option<Task>, backend: Backend, milliseconds: f64, pixels: &[u8]) {
        let picture = |key: FaceKey, pixels: Pixels| Picture {
            key,
            backend,
            milliseconds,
            pixels,
        };
        let faces = pixels.chunks_exact(IMAGE_PIXELS).map(Pixels::from);
        match task {
            Some(Task::Faces(keys)) => {
                for (key, pixels) in keys.into_iter().zip(faces) {
                    self.album.add(picture(key, pixels));
                }
            }
            Some(Task::Morph(key)) => {
                let frames: Vec<Pixels> = faces.collect();
                if let Some(last) = frames.last() {
                    self.end_morph(picture(key, last.clone()), frames);
                }
            }
            Some(Task::Walk(segment)) => self.walk.arrive(segment, faces),
            Some(Task::Film) => {
                if let Some(film) = &mut self.film {
                    film.faces.extend(faces);
                }
            }
            Some(Task::Open(_) | Task::Classify(_)) | None => {}
        }
        self.settle();
    }

    /// The frames of a morph, of which `picture` is the last.
    fn end_morph(&mut self, picture: Picture, frames: Vec<Pixels>) {
        self.album.add(picture.clone());
        if picture.key == self.large_key() {
            self.show(picture);
            self.morph_frames = frames;
        }
    }

    fn opened(&mut self, manifest: Manifest) {
        let Some(Task::Open(files)) = self.finish() else {
            return;
        };
        let number = self.number_of(&files);
        self.own = Some(OwnBundle {
            files,
            manifest,
            number,
            is_open: true,
        });
        self.want(|wanted| wanted.own = true);
    }

    /// The same files keep their number, others get the next.
    fn number_of(&self, files: &OwnFiles) -> u32 {
        match &self.own {
            Some(own) if own.files == *files => own.number,
            Some(own) => own.number + 1,
            None => 0,
        }
    }
}
