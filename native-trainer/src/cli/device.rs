//! Where a command computes.

use clap::Args;

use crate::device::{self, ChosenDevice, DeviceChoice};

#[derive(Debug, Args)]
pub(super) struct DeviceArgs {
    /// auto (a hardware GPU where there is one, else the CPU), cpu, wgpu (a GPU), or one of several GPUs by its number in
    /// `devices` or a part of its name, such as wgpu:1 or wgpu:radeon
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

impl DeviceArgs {
    pub(super) fn open(&self) -> anyhow::Result<ChosenDevice> {
        let chosen = device::open(&self.device)?;
        crate::note!("device   {}: {}", chosen.name, chosen.why);
        Ok(chosen)
    }
}
