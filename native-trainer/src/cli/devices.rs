//! `devices`: what there is to compute with, whether it computes rightly, and how fast.

use std::sync::Arc;

use burn::tensor::Device;
use clap::Args;
use model_core::config::GanKind;
use training::batcher::Batcher;
use training::options::Preset;
use training::trainer::Trainer;

use super::preset::preset;
use crate::adapters::{self, Adapter};
use crate::{device, trial};

/// Synthetic faces that are trained on.
const FACES: usize = 700;
/// Training steps whose speed is measured.
const STEPS: u64 = 20;

#[derive(Debug, Args)]
pub(super) struct DevicesArgs {
    /// Only name the adapters: a GPU that is tried tunes its kernels first, which takes minutes
    #[arg(long)]
    names: bool,
    /// Whose training steps are tried and timed
    #[arg(long, value_parser = preset(), default_value = "small")]
    preset: Preset,
}

pub(super) fn run(args: &DevicesArgs) -> anyhow::Result<()> {
    let options = args.preset.options(GanKind::Acgan);
    let faces = dataset::synthetic(FACES, 0);
    let batcher = Arc::new(Batcher::new(faces, options.batch_settings()));
    let start = |device: &Device| Trainer::new(options.clone(), Arc::clone(&batcher), device);
    for (number, adapter) in adapters::all().enumerate() {
        crate::say!("wgpu:{number}   {} ({})", adapter.name, adapter.kind);
        if !args.names {
            examine(&adapter, start)?;
        }
    }
    let cpu = device::cpu("always there");
    crate::say!("cpu      {}", cpu.name);
    if !args.names {
        let mut trainer = start(&cpu.device);
        trial::speed(&mut trainer, 1)?; // its buffers are there then
        speed(&mut trainer)?;
    }
    Ok(())
}

/// Says whether an adapter makes the CPU's faces and takes its first training step, and how fast it takes others.
fn examine(adapter: &Adapter, start: impl Fn(&Device) -> Trainer) -> anyhow::Result<()> {
    match device::check(adapter) {
        Ok(()) => crate::say!("  faces  as the CPU's"),
        Err(error) => crate::say!("  faces  {error:#}"),
    }
    let mut trainer = start(&adapter.device);
    match trial::agree(&mut trainer, &mut start(&Device::flex())) {
        Ok(()) => crate::say!("  step   gradients as the CPU's"),
        Err(error) => crate::say!("  step   wrong: {error:#}"),
    }
    speed(&mut trainer)
}

fn speed(trainer: &mut Trainer) -> anyhow::Result<()> {
    let speed = trial::speed(trainer, STEPS)?;
    let options = trainer.options();
    crate::say!(
        "  speed  {speed:.0} images/s over {STEPS} steps of {} images, preset {}",
        options.batch,
        options.preset.name()
    );
    Ok(())
}
