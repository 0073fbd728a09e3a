//! What page and worker say to each other.
//!
//! A message is a JavaScript array: the JSON text of [`Order`] or [`Reply`], then, for
//! [`Reply::Faces`], the grey bytes of the faces one after the other. JSON keeps all 64 bits of a
//! seed, which a JavaScript number would not.

use std::fmt;
use std::str::FromStr;

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

/// Page to worker: make `count` faces of the seeds `seed`, `seed + 1`, ...
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
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
}

/// What is being downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The worker's own program.
    Engine,
    /// The weights of a generator.
    Weights,
    /// Nothing any more: the generator is built and its first face, which nobody sees, compiles the shaders.
    WarmUp,
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
    /// The worker takes orders from now on.
    Started,
    /// Something is on its way.
    Progress(Progress),
    /// A backend was chosen for the order.
    Running(Running),
    /// The order is done. The pixels follow as bytes.
    Faces {
        order: Order,
        backend: Backend,
        milliseconds: f64,
    },
    /// The order failed; the worker lives.
    Failed { message: String },
    /// WebGPU failed; the worker lives and can use the CPU.
    GpuFailed { message: String },
    /// The worker is gone.
    Died { message: String },
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
            Part::WarmUp => return f.write_str("Warming up"),
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
