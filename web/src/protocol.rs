//! What page and worker say to each other.
//!
//! A request is the JSON text of [`Request`]; a visitor's own bundle is an array of two `Uint8Array`s, manifest and
//! weights; a face to be classified is one `Uint8Array` of its grey bytes. A reply is an array: the JSON text of
//! [`Reply`], then, for [`Reply::Faces`], the grey bytes of the faces one after the other. JSON keeps all 64 bits of a seed, which a JavaScript number would not.

use std::fmt;
use std::str::FromStr;

use model_core::bundle::Manifest;
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use serde::{Deserialize, Serialize};

/// Where the visitor wants faces to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// WebGPU when there is an adapter, else the CPU.
    #[default]
    Auto,
    /// WebGPU; the CPU only when there is no adapter.
    Webgpu,
    /// The CPU.
    Cpu,
}

/// Where a face was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Burn on the browser's WebGPU.
    Webgpu,
    /// Burn's flex backend with wasm SIMD.
    Cpu,
}

/// What one face is made from, where an emotion and a seed do not say enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceParameters {
    /// The person.
    pub seed: u64,
    /// Another person and how much of the way to them, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toward: Option<(u64, f32)>,
    /// Shares of the seven emotions; they add up to 1.
    pub weights: [f32; Emotion::COUNT],
    /// The latent vector is scaled by this, from 0 (everybody's average) to 1.
    pub truncation: f32,
}

/// Page to worker: make `count` faces of the seeds `seed`, `seed + 1`, ..., or of `parameters`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Whose generator.
    pub gan: GanKind,
    /// The emotion all of them show.
    pub emotion: Emotion,
    /// Seed of the first face.
    pub seed: u64,
    /// How many faces.
    pub count: usize,
    /// Where to make them.
    pub device: DeviceChoice,
    /// Whether the visitor's own bundle makes them, in place of `gan`'s.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// When not empty: `count` faces that one emotion and a row of seeds cannot describe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<FaceParameters>,
}

/// What is being downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The worker's own program.
    Engine,
    /// The weights of a generator.
    Weights,
    /// The weights of the emotion classifier.
    Classifier,
    /// Nothing any more: the GPU's first face, which nobody sees and which compiles the shaders, is compared with the CPU's.
    Check,
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being downloaded.
    pub part: Part,
    /// Bytes so far.
    pub loaded: u64,
    /// Bytes in the end, if the server says so.
    pub total: Option<u64>,
}

/// Which backend makes the faces, and why that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The backend.
    pub backend: Backend,
    /// The adapter's name, or the reason for the CPU: the end of a sentence.
    pub detail: String,
}

/// Worker to page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The worker takes requests from now on.
    Started,
    /// Something is on its way.
    Progress(Progress),
    /// Another backend than before makes the request.
    Running(Running),
    /// The request is done. The pixels follow as bytes.
    Faces {
        request: Request,
        backend: Backend,
        milliseconds: f64,
    },
    /// The visitor's own bundle is open; requests may ask for it.
    Opened { manifest: Box<Manifest> },
    /// The visitor's bundle cannot be used; the worker lives, and so does an earlier bundle.
    Refused { message: String },
    /// What the classifier sees in the face: a share for each emotion, which add up to 1.
    Classified {
        shares: [f32; Emotion::COUNT],
        /// Share of real faces that the classifier labels as the data set does, from its manifest.
        accuracy: f64,
    },
    /// The face was not classified; the worker lives, and so do all faces.
    NotClassified { message: String },
    /// The request failed; the worker lives.
    Failed { message: String },
    /// WebGPU failed; the worker lives and can use the CPU.
    GpuFailed { message: String },
    /// The worker is gone.
    Died { message: String },
}

impl Request {
    /// More faces are several requests, so that a click never waits long.
    pub const MAX_COUNT: usize = 64;

    /// What each face is made from.
    pub fn each_face(&self) -> Result<Vec<FaceParameters>, String> {
        let max = Self::MAX_COUNT;
        if !(1..=max).contains(&self.count) {
            let count = self.count;
            return Err(format!("{count} faces were requested: expected 1 to {max}"));
        }
        if self.parameters.is_empty() {
            let seeds = (0..self.count as u64).map(|n| self.seed.wrapping_add(n));
            return Ok(seeds
                .map(|seed| FaceParameters::plain(seed, self.emotion))
                .collect());
        }
        if self.parameters.len() != self.count {
            let found = self.parameters.len();
            let count = self.count;
            return Err(format!(
                "{count} faces were requested with parameters for {found}"
            ));
        }
        match self.parameters.iter().all(FaceParameters::is_sound) {
            true => Ok(self.parameters.clone()),
            false => {
                Err("a face's shares do not add up to 1, or its numbers are out of range".into())
            }
        }
    }
}

impl FaceParameters {
    /// Shares may miss 1 by this much: seven roundings are far less.
    const SHARE_TOLERANCE: f32 = 1e-3;

    /// A person with one emotion.
    pub fn plain(seed: u64, emotion: Emotion) -> Self {
        Self {
            seed,
            toward: None,
            weights: emotion.weights(),
            truncation: 1.0,
        }
    }

    fn is_sound(&self) -> bool {
        let unit = |value: f32| (0.0..=1.0).contains(&value);
        let sum: f32 = self.weights.iter().sum();
        self.weights.into_iter().all(unit)
            && (sum - 1.0).abs() <= Self::SHARE_TOLERANCE
            && unit(self.truncation)
            && self.toward.is_none_or(|(_, share)| unit(share))
    }
}

impl DeviceChoice {
    /// All choices, in the order in which the page offers them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Webgpu, Self::Cpu];

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Webgpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Auto => "Auto",
            Self::Webgpu => "WebGPU",
            Self::Cpu => "CPU",
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.name() == text)
            .ok_or_else(|| format!("'{text}' is no device: expected auto, webgpu or cpu"))
    }
}

impl Backend {
    /// The name in attributes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webgpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Webgpu => "WebGPU",
            Self::Cpu => "CPU (wasm SIMD)",
        })
    }
}

impl fmt::Display for Running {
    /// "WebGPU on Intel Arc", "CPU (wasm SIMD), because you chose it".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joint = match self.backend {
            Backend::Webgpu => " on",
            Backend::Cpu => ", because",
        };
        write!(f, "{}{joint} {}", self.backend, self.detail)
    }
}

impl fmt::Display for Progress {
    /// "Downloading the engine: 3.1 of 10.0 MB".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.part {
            Part::Engine => "the engine",
            Part::Weights => "the generator",
            Part::Classifier => "the classifier",
            Part::Check => return f.write_str("Comparing the GPU's first face with the CPU's"),
        };
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        match self.total {
            Some(total) => write!(
                f,
                "Downloading {what}: {:.1} of {:.1} MB",
                megabytes(self.loaded),
                megabytes(total)
            ),
            None => write!(f, "Downloading {what}: {:.1} MB", megabytes(self.loaded)),
        }
    }
}
