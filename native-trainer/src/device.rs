//! Where tensors live: the only place that knows about GPUs and CPUs.

use anyhow::Context;
use burn::tensor::{Device, DeviceKind, Tensor, TensorData};
use clap::ValueEnum;
use model_core::config::{GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

/// What `--device` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A hardware GPU by wgpu where there is one, else the CPU.
    Auto,
    /// A GPU by wgpu; a software driver only if nothing else answers.
    Wgpu,
    /// The CPU (burn-flex).
    Cpu,
    /// The CPU by Burn's previous, deprecated backend; needs `--features ndarray`.
    Ndarray,
}

/// A device and what to tell the user about it.
pub struct ChosenDevice {
    /// Without autodiff: training turns gradients on itself.
    pub device: Device,
    /// Name of the adapter or backend.
    pub name: String,
    /// Why it was chosen.
    pub why: &'static str,
    /// Whether its first training step is compared with the CPU's: see [`crate::trial`].
    pub on_trial: bool,
    /// Whether it was asked for by name, so that no other may take its place.
    pub required: bool,
}

/// Hardware adapters in order of preference.
const HARDWARE: [DeviceKind; 3] = [
    DeviceKind::DiscreteGpu(0),
    DeviceKind::IntegratedGpu(0),
    DeviceKind::VirtualGpu(0),
];

/// Largest difference allowed between a GPU's pixels in [-1, 1] and the CPU's.
const TOLERANCE: f32 = 2.0 / 255.0;

/// Opens the device of a choice. A GPU is believed only after it has drawn the CPU's faces.
pub fn open(choice: DeviceChoice) -> anyhow::Result<ChosenDevice> {
    match choice {
        DeviceChoice::Auto => Ok(match hardware() {
            Some(device) if error_of(&device) <= TOLERANCE => ChosenDevice {
                required: false,
                ..named(device, "a hardware GPU answers by wgpu")
            },
            Some(_) => cpu("the GPU that answers by wgpu computes wrong faces"),
            None => cpu("no hardware GPU answers by wgpu"),
        }),
        DeviceChoice::Wgpu => {
            let chosen = match hardware() {
                Some(device) => named(device, "asked for with --device wgpu"),
                None => software()?,
            };
            let error = error_of(&chosen.device);
            anyhow::ensure!(
                error <= TOLERANCE,
                "{} computes wrong faces: a pixel differs by {error} from the CPU's, more than {TOLERANCE}: update its driver, or use --device cpu",
                chosen.name
            );
            Ok(chosen)
        }
        DeviceChoice::Cpu => Ok(cpu("asked for with --device cpu")),
        DeviceChoice::Ndarray => ndarray(),
    }
}

fn hardware() -> Option<Device> {
    HARDWARE
        .into_iter()
        .find_map(|kind| Device::wgpu_options().device_kind(kind).init().ok())
}

fn software() -> anyhow::Result<ChosenDevice> {
    let device = Device::wgpu_options()
        .device_kind(DeviceKind::Cpu)
        .init()
        .context(
            "--device wgpu found no GPU and no software driver: install a Vulkan driver, or use --device cpu",
        )?;
    Ok(named(
        device,
        "asked for with --device wgpu; only a software driver answers, which is slow",
    ))
}

/// Largest difference between the faces of one small network on this device and on the CPU; infinite
/// where a pixel is not a number. Drivers exist whose matrix products are wrong: see docs/training.md.
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

fn named(device: Device, why: &'static str) -> ChosenDevice {
    let name = device.identity().map_or_else(
        || "an adapter without a name".to_owned(),
        |identity| identity.name,
    );
    ChosenDevice {
        device,
        name: format!("wgpu on {name}"),
        why,
        on_trial: true,
        required: true,
    }
}

fn cpu(why: &'static str) -> ChosenDevice {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ChosenDevice {
        device: Device::flex(),
        name: format!("CPU (burn-flex, {cores} cores)"),
        why,
        on_trial: false,
        required: true,
    }
}

#[cfg(feature = "ndarray")]
fn ndarray() -> anyhow::Result<ChosenDevice> {
    Ok(ChosenDevice {
        device: Device::ndarray(),
        name: "CPU (burn-ndarray, deprecated)".to_owned(),
        why: "asked for with --device ndarray",
        on_trial: false,
        required: true,
    })
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> anyhow::Result<ChosenDevice> {
    anyhow::bail!(
        "this build has no ndarray backend: run it with `cargo run -p native-trainer --features ndarray`, or use --device cpu, which is 70-100 times faster"
    )
}
