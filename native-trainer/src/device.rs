//! Where tensors live: the choice of a device. `adapters.rs` lists them, `trial.rs` tries one.

use std::str::FromStr;

use anyhow::Context;
use burn::tensor::{Device, Tensor, TensorData};
use model_core::config::{GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::adapters::{self, Adapter};

/// What `--device` accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A hardware GPU by wgpu where there is one, else the CPU.
    Auto,
    /// A GPU by wgpu; a software driver only if nothing else answers.
    Wgpu,
    /// The GPU of this number or with this part of a name, as `devices` lists them.
    Adapter(String),
    /// The CPU (burn-flex).
    Cpu,
    /// The CPU by Burn's previous, deprecated backend; needs `--features ndarray`.
    Ndarray,
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix("wgpu:")) {
            ("auto", _) => Ok(Self::Auto),
            ("wgpu", _) => Ok(Self::Wgpu),
            ("cpu", _) => Ok(Self::Cpu),
            ("ndarray", _) => Ok(Self::Ndarray),
            (_, Some(adapter)) if !adapter.is_empty() => Ok(Self::Adapter(adapter.to_owned())),
            _ => Err(
                "expected auto, cpu, wgpu, or a GPU of `native-trainer devices` by its number or a part of its name, \
                 such as wgpu:1 or wgpu:radeon"
                    .to_owned(),
            ),
        }
    }
}

/// A device and what to tell the user about it.
pub struct ChosenDevice {
    /// Without autodiff: training turns gradients on itself.
    pub device: Device,
    /// Name of the adapter or backend.
    pub name: String,
    /// Why it was chosen.
    pub why: String,
    /// Whether its first training step is compared with the CPU's: see [`crate::trial`].
    pub on_trial: bool,
    /// Whether it was asked for by name, so that no other may take its place.
    pub required: bool,
}

/// Largest difference allowed between a GPU's pixels in [-1, 1] and the CPU's.
const TOLERANCE: f32 = 2.0 / 255.0;

/// Opens the device of a choice. A GPU is believed only after it has made the CPU's faces.
pub fn open(choice: &DeviceChoice) -> anyhow::Result<ChosenDevice> {
    let found = |adapter: Adapter| {
        check(&adapter)?;
        Ok(named(
            adapter,
            &format!("asked for with --device {}", shown(choice)),
        ))
    };
    match choice {
        DeviceChoice::Auto => automatic(),
        DeviceChoice::Wgpu => found(adapters::best()?.context(
            "--device wgpu found no GPU and no software driver: install a Vulkan driver, or use --device cpu",
        )?),
        DeviceChoice::Adapter(which) => found(adapters::find(which)?),
        DeviceChoice::Cpu => Ok(cpu("asked for with --device cpu")),
        DeviceChoice::Ndarray => ndarray(),
    }
}

fn shown(choice: &DeviceChoice) -> String {
    match choice {
        DeviceChoice::Adapter(which) => format!("wgpu:{which}"),
        _ => "wgpu".to_owned(),
    }
}

fn automatic() -> anyhow::Result<ChosenDevice> {
    let by_variable = adapters::of_variable()?;
    let why = match by_variable {
        Some(_) => "named by CUBECL_WGPU_DEFAULT_DEVICE",
        None => "a hardware GPU answers by wgpu",
    };
    Ok(match by_variable.or_else(adapters::hardware) {
        Some(adapter) if error_of(&adapter.device) <= TOLERANCE => ChosenDevice {
            required: false,
            ..named(adapter, why)
        },
        Some(_) => cpu("the GPU that answers by wgpu computes wrong faces"),
        None => cpu("no hardware GPU answers by wgpu"),
    })
}

/// Refuses an adapter that makes other faces than the CPU.
pub fn check(adapter: &Adapter) -> anyhow::Result<()> {
    let error = error_of(&adapter.device);
    anyhow::ensure!(
        error <= TOLERANCE,
        "{} computes wrong faces: a pixel differs by {error} from the CPU's, more than {TOLERANCE}: update its driver, or use --device cpu",
        adapter.name
    );
    Ok(())
}

/// Largest difference between the faces of one small network on this device and on the CPU; infinite
/// where a pixel is not a number. Drivers exist whose matrix products are wrong: see docs/devices.md.
fn error_of(device: &Device) -> f32 {
    let config = GeneratorConfig {
        latent_size: 32,
        width: 16,
        up_sampling: UpSampling::Nearest,
        self_modulation: false,
        residual: false,
    };
    let pixels = |device: &Device| {
        let generator = Generator::new(&config, &mut ChaCha8Rng::seed_from_u64(0), device);
        let z = TensorData::new(
            latent(0, Emotion::COUNT * config.latent_size),
            [Emotion::COUNT, config.latent_size],
        );
        let emotions = emotion_rows(&Emotion::ALL.map(Emotion::weights), device);
        let faces = generator.forward_train(Tensor::from_data(z, device), emotions);
        faces.into_data().iter::<f32>().collect::<Vec<_>>() // sync
    };
    let difference = |(gpu, cpu): (f32, f32)| match (gpu - cpu).abs() {
        difference if difference.is_nan() => f32::INFINITY,
        difference => difference,
    };
    let pairs = pixels(device).into_iter().zip(pixels(&Device::flex()));
    pairs.map(difference).fold(0.0, f32::max)
}

fn named(adapter: Adapter, why: &str) -> ChosenDevice {
    let slow = match adapter.is_software() {
        true => "; only a software driver, which is slow",
        false => "",
    };
    ChosenDevice {
        device: adapter.device,
        name: format!("wgpu on {}", adapter.name),
        why: format!("{why}{slow}"),
        on_trial: true,
        required: true,
    }
}

/// The CPU.
pub fn cpu(why: &str) -> ChosenDevice {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ChosenDevice {
        device: Device::flex(),
        name: format!("CPU (burn-flex, {cores} cores)"),
        why: why.to_owned(),
        on_trial: false,
        required: true,
    }
}

#[cfg(feature = "ndarray")]
fn ndarray() -> anyhow::Result<ChosenDevice> {
    Ok(ChosenDevice {
        device: Device::ndarray(),
        name: "CPU (burn-ndarray, deprecated)".to_owned(),
        why: "asked for with --device ndarray".to_owned(),
        on_trial: false,
        required: true,
    })
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> anyhow::Result<ChosenDevice> {
    anyhow::bail!(
        "this build has no ndarray backend: run it with `cargo run -p native-trainer --features ndarray`, or use --device cpu, which is about 70 times faster"
    )
}
