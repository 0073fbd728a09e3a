//! Where a command computes.

use clap::Args;

use crate::device::{self, ChosenDevice, DeviceChoice};

#[derive(Debug, Args)]
pub(super) struct DeviceArgs {
    /// auto takes a hardware GPU where there is one, else the CPU
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
}

impl DeviceArgs {
    pub(super) fn open(&self) -> anyhow::Result<ChosenDevice> {
        let chosen = device::open(self.device)?;
        crate::note!("device   {}: {}", chosen.name, chosen.why);
        Ok(chosen)
    }
}
