//! Where tensors live: the only place that knows about GPUs and CPUs.

use anyhow::Context;
use burn::tensor::{Device, DeviceKind};
use clap::ValueEnum;
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
}

/// Hardware adapters in order of preference.
const HARDWARE: [DeviceKind; 3] = [
    DeviceKind::DiscreteGpu(0),
    DeviceKind::IntegratedGpu(0),
    DeviceKind::VirtualGpu(0),
];

/// Opens the device of a choice.
pub fn open(choice: DeviceChoice) -> anyhow::Result<ChosenDevice> {
    match choice {
        DeviceChoice::Auto => Ok(match hardware() {
            Some(device) => named(device, "a hardware GPU answers by wgpu"),
            None => cpu("no hardware GPU answers by wgpu"),
        }),
        DeviceChoice::Wgpu => match hardware() {
            Some(device) => Ok(named(device, "asked for with --device wgpu")),
            None => software(),
        },
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

fn named(device: Device, why: &'static str) -> ChosenDevice {
    let name = device.identity().map_or_else(
        || "an adapter without a name".to_owned(),
        |identity| identity.name,
    );
    ChosenDevice {
        device,
        name: format!("wgpu on {name}"),
        why,
    }
}

fn cpu(why: &'static str) -> ChosenDevice {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ChosenDevice {
        device: Device::flex(),
        name: format!("CPU (burn-flex, {cores} cores)"),
        why,
    }
}

#[cfg(feature = "ndarray")]
fn ndarray() -> anyhow::Result<ChosenDevice> {
    Ok(ChosenDevice {
        device: Device::ndarray(),
        name: "CPU (burn-ndarray, deprecated)".to_owned(),
        why: "asked for with --device ndarray",
    })
}

#[cfg(not(feature = "ndarray"))]
fn ndarray() -> anyhow::Result<ChosenDevice> {
    anyhow::bail!(
        "this build has no ndarray backend: run it with `cargo run -p native-trainer --features ndarray`, or use --device cpu, which is 70-100 times faster"
    )
}
