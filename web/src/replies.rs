//! How what the worker says changes the page: the second half of [`state`](crate::state).

use std::mem::replace;

use model_core::bundle::Manifest;
use model_core::pixels::IMAGE_PIXELS;

use crate::opinion::Opinion;
use crate::own_bundle::{OwnBundle, OwnFiles};
use crate::protocol::{Backend, Reply};
use crate::shot::{Picture, Pixels, Shot};
use crate::state::{Page, Phase, Task};

/// How much the newest order changes the estimate of the pace.
const PACE_MEMORY: f64 = 0.5;

impl Page {
    /// Takes in what the worker says.
    pub fn receive(&mut self, reply: Reply, pixels: &[u8]) {
        match reply {
            Reply::Started => {
                self.finish();
            }
            Reply::Progress(progress) => self.progress = Some(progress),
            Reply::Running(running) => {
                if self
                    .running
                    .as_ref()
                    .is_some_and(|old| old.backend != running.backend)
                {
                    self.pace = None;
                }
                self.running = Some(running);
            }
            Reply::Faces {
                order,
                backend,
                milliseconds,
            } => {
                let task = self.finish();
                if pixels.len() != order.count * IMAGE_PIXELS {
                    self.error = Some("The engine sent an incomplete picture.".into());
                    return;
                }
                self.restarted_silently = false;
                let one = milliseconds / order.count as f64;
                self.learn(one);
                self.place(task, backend, one, pixels);
            }
            Reply::Opened { manifest } => {
                if let Some(Task::Open(files)) = self.finish() {
                    self.opened(files, *manifest);
                }
            }
            Reply::Refused { message } => {
                self.finish();
                self.film = None;
                self.refuse(message);
                // A new worker that refuses what the old one took leaves the visitor the site's networks.
                if self.own.as_ref().is_some_and(|own| !own.is_open) {
                    self.own = None;
                    self.want(|_| {});
                }
            }
            Reply::Judged { shares, accuracy } => {
                if let Some(Task::Judge(shot)) = self.finish() {
                    let opinion = Opinion {
                        shot,
                        shares,
                        accuracy,
                    };
                    self.opinion.latest = Some(opinion);
                }
            }
            Reply::Unjudged { message } => {
                self.finish();
                self.opinion.error = Some(message);
            }
            Reply::Failed { message } => {
                self.finish();
                self.film = None;
                self.error = Some(message);
            }
            Reply::GpuFailed { message } => {
                self.finish();
                self.pace = None;
                self.gpu_failure = Some(message);
                self.settle();
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

    fn learn(&mut self, milliseconds: f64) {
        let mixed = |pace: f64| pace + (milliseconds - pace) * PACE_MEMORY;
        self.pace = Some(self.pace.map_or(milliseconds, mixed));
    }

    /// A worker that dies over the judge gets a successor without it, one that dies while it uses WebGPU gets
    /// one on the CPU, and any other that made something before gets one chance more; then the visitor decides.
    fn died(&mut self, message: String) {
        let used_gpu = self.may_use_gpu();
        self.progress = None;
        match replace(&mut self.phase, Phase::Dead) {
            Phase::Dead => {} // One crash can be reported by several events.
            Phase::Busy(Task::Judge(_)) => {
                self.opinion.error = Some(format!("There is no second opinion: {message}"));
            }
            phase if phase != Phase::Starting && used_gpu => {
                self.forget_own_after(&phase);
                self.gpu_failure = Some(message);
                self.settle();
            }
            Phase::Idle
            | Phase::Busy(Task::Shots(_) | Task::Passage(_) | Task::Walk(_) | Task::Film)
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
        let picture = |shot: Shot, pixels: Pixels| Picture {
            shot,
            backend,
            milliseconds,
            pixels,
        };
        let faces = pixels.chunks_exact(IMAGE_PIXELS).map(Pixels::from);
        match task {
            Some(Task::Shots(shots)) => {
                for (shot, pixels) in shots.into_iter().zip(faces) {
                    self.album.add(picture(shot, pixels));
                }
            }
            Some(Task::Passage(shot)) => {
                let frames: Vec<Pixels> = faces.collect();
                if let Some(last) = frames.last() {
                    let picture = picture(shot, last.clone());
                    self.album.add(picture.clone());
                    if shot == self.large_shot() {
                        self.show(picture);
                        self.passage = frames;
                    }
                }
            }
            Some(Task::Walk(leg)) => self.walk.arrive(leg, faces),
            Some(Task::Film) => {
                if let Some(film) = &mut self.film {
                    film.faces.extend(faces);
                }
            }
            Some(Task::Open(_) | Task::Judge(_)) | None => {}
        }
        self.settle();
    }

    fn opened(&mut self, files: OwnFiles, manifest: Manifest) {
        let again = self.own.as_ref().filter(|own| own.files == files);
        let number = match (&self.own, again) {
            (_, Some(own)) => own.number,
            (Some(own), None) => own.number + 1,
            (None, None) => 0,
        };
        self.own = Some(OwnBundle {
            files,
            manifest,
            number,
            is_open: true,
        });
        self.want(|wanted| wanted.own = true);
    }
}
