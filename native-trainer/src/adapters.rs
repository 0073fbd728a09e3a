//! The GPUs and software drivers that answer by wgpu, numbered from the best kind on.

use anyhow::Context;
use burn::tensor::{Device, DeviceKind};

/// Names an adapter as Burn does, such as `IntegratedGpu(1)`; it goes before the order of kinds.
const VARIABLE: &str = "CUBECL_WGPU_DEFAULT_DEVICE";

/// Makes a kind with a number.
type Numbered = fn(usize) -> DeviceKind;

/// Kinds of hardware in order of preference.
const HARDWARE: [(&str, Numbered); 3] = [
    ("discrete GPU", DeviceKind::DiscreteGpu),
    ("integrated GPU", DeviceKind::IntegratedGpu),
    ("virtual GPU", DeviceKind::VirtualGpu),
];
const SOFTWARE: &str = "software driver";

/// What answers by wgpu.
pub struct Adapter {
    pub device: Device,
    pub name: String,
    /// What it is.
    pub kind: &'static str,
}

impl Adapter {
    fn open(kind: &'static str, of: DeviceKind) -> Option<Self> {
        let device = Device::wgpu_options().device_kind(of).init().ok()?;
        Some(Self::named(device, kind))
    }

    fn named(device: Device, kind: &'static str) -> Self {
        let name = device.identity().map_or_else(
            || "an adapter without a name".to_owned(),
            |identity| identity.name,
        );
        Self { device, name, kind }
    }

    /// Whether it is no GPU.
    pub fn is_software(&self) -> bool {
        self.kind == SOFTWARE
    }
}

/// All adapters, each opened when it is its turn.
pub fn all() -> impl Iterator<Item = Adapter> {
    let hardware = HARDWARE.into_iter().flat_map(|(kind, numbered)| {
        (0..).map_while(move |number| Adapter::open(kind, numbered(number)))
    });
    let software = std::iter::once_with(|| Adapter::open(SOFTWARE, DeviceKind::Cpu));
    hardware.chain(software.flatten())
}

/// The best GPU.
pub fn hardware() -> Option<Adapter> {
    all().next().filter(|adapter| !adapter.is_software())
}

/// The adapter that the variable names, or else the best one.
pub fn best() -> anyhow::Result<Option<Adapter>> {
    Ok(of_variable()?.or_else(|| all().next()))
}

/// The adapter that the variable names, where it is set.
pub fn of_variable() -> anyhow::Result<Option<Adapter>> {
    let Some(value) = std::env::var_os(VARIABLE) else {
        return Ok(None);
    };
    let device = Device::wgpu_options().init().with_context(|| {
        format!(
            "{VARIABLE}={} names no adapter that answers: expected DiscreteGpu(0), IntegratedGpu(0), VirtualGpu(0), \
             or one of another number, or Cpu; `native-trainer devices` lists what answers",
            value.display()
        )
    })?;
    Ok(Some(Adapter::named(device, "adapter")))
}

/// The adapter with a number in [`all`], or with a part of its name.
pub fn find(which: &str) -> anyhow::Result<Adapter> {
    let mut adapters: Vec<Adapter> = all().collect();
    let names: Vec<String> = adapters
        .iter()
        .map(|adapter| adapter.name.clone())
        .collect();
    let place = place(which, &names).with_context(|| format!("--device wgpu:{which}"))?;
    Ok(adapters.swap_remove(place))
}

/// The place of a number or of a part of a name among names.
fn place(which: &str, names: &[String]) -> anyhow::Result<usize> {
    if let Some(number) = which.parse().ok().filter(|&number| number < names.len()) {
        return Ok(number);
    }
    let which = which.to_lowercase();
    let is_meant = |&place: &usize| names[place].to_lowercase().contains(&which);
    let meant: Vec<usize> = (0..names.len()).filter(is_meant).collect();
    let shown = |places: &[usize]| {
        let shown = places
            .iter()
            .map(|&place| format!("wgpu:{place} ({})", names[place]));
        shown.collect::<Vec<_>>().join(", ")
    };
    let all: Vec<usize> = (0..names.len()).collect();
    match meant[..] {
        [place] => Ok(place),
        [] if names.is_empty() => anyhow::bail!(
            "found no GPU and no software driver: install a Vulkan driver, or use --device cpu"
        ),
        [] => anyhow::bail!("no adapter has this number or name: found {}", shown(&all)),
        _ => anyhow::bail!(
            "several adapters have this in their names: {}",
            shown(&meant)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_is_named_by_its_number_or_a_part_of_its_name() {
        let names =
            ["NVIDIA GeForce RTX 4090", "NVIDIA H100", "AMD Radeon 8060S"].map(str::to_owned);
        let found = |which: &str| place(which, &names).map_err(|error| error.to_string());
        assert_eq!(found("1"), Ok(1));
        assert_eq!(found("radeon"), Ok(2));
        assert_eq!(found("4090"), Ok(0), "no number of an adapter");
        assert_eq!(
            found("nvidia").unwrap_err(),
            "several adapters have this in their names: wgpu:0 (NVIDIA GeForce RTX 4090), wgpu:1 (NVIDIA H100)"
        );
        let none = found("3").unwrap_err();
        assert!(none.ends_with("wgpu:2 (AMD Radeon 8060S)"), "{none}");
        assert!(
            place("0", &[])
                .unwrap_err()
                .to_string()
                .contains("found no GPU")
        );
    }
}
