//! Networks into bundles and out of them again: the part of the bundle formats that needs Burn.

use burn::module::Module;
use burn::tensor::Device;
use burn_store::{HalfPrecisionAdapter, ModuleSnapshot, SafetensorsStore};

use crate::bundle::{
    Bundle, BundleError, FORMAT_VERSION, Manifest, Training, WEIGHTS_FILE, WeightsFile, sha256,
};
use crate::config::{GanKind, GeneratorConfig};
use crate::emotion::Emotion;
use crate::generator::Generator;
use crate::initial::ToBeLoaded;
use crate::judge::{Judge, STAGES};
use crate::judge_bundle::{JUDGE_WEIGHTS_FILE, JudgeBundle, JudgeManifest, JudgeTraining};
use crate::pixels::IMAGE_SIDE;
use crate::quantise::{expanded, quantised};
use crate::weights;

impl Bundle {
    /// Packs a folded generator; `config` is that of the network in training.
    pub fn pack(
        generator: &Generator,
        gan: GanKind,
        config: &GeneratorConfig,
        training: Training,
    ) -> Result<Self, BundleError> {
        let weights = quantised(&half_weights(generator)?)?;
        let manifest = Manifest {
            format_version: FORMAT_VERSION,
            gan,
            generator: config.folded(),
            emotions: Emotion::ALL.into(),
            image_side: IMAGE_SIDE,
            weights: described(WEIGHTS_FILE, &weights, generator),
            training,
        };
        Ok(Self { manifest, weights })
    }

    /// Builds the generator on a device.
    pub fn generator(&self, device: &Device) -> Result<Generator, BundleError> {
        let generator = Generator::new(&self.manifest.generator, &mut ToBeLoaded, device);
        load_weights(generator, &self.weights)
    }
}

impl JudgeBundle {
    /// Packs a folded judge of [`STAGES`].
    pub fn pack(judge: &Judge, width: usize, training: JudgeTraining) -> Result<Self, BundleError> {
        let weights = quantised(&half_weights(judge)?)?;
        let manifest = JudgeManifest {
            format_version: FORMAT_VERSION,
            width,
            stages: STAGES,
            emotions: Emotion::ALL.into(),
            weights: described(JUDGE_WEIGHTS_FILE, &weights, judge),
            training,
        };
        Ok(Self { manifest, weights })
    }

    /// Builds the judge on a device.
    pub fn judge(&self, device: &Device) -> Result<Judge, BundleError> {
        let JudgeManifest { width, stages, .. } = self.manifest;
        load_weights(
            Judge::new(width, stages, &mut ToBeLoaded, device),
            &self.weights,
        )
    }
}

/// The weights of a folded network in half precision.
fn half_weights<M: Module>(network: &M) -> Result<Vec<u8>, BundleError> {
    // One entry only: several would stand in the file in random order, and its hash with them.
    let mut store = SafetensorsStore::from_bytes(None)
        .clear_metadata()
        .metadata("producer", "seven-faces")
        .with_to_adapter(half_precision());
    network.save_into(&mut store).map_err(weights_error)?;
    store.get_bytes().map_err(weights_error)
}

/// What a manifest says of a network's file.
fn described<M: Module>(file: &str, weights: &[u8], network: &M) -> WeightsFile {
    WeightsFile {
        file: file.to_owned(),
        bytes: weights.len() as u64,
        sha256: sha256(weights),
        parameters: network.num_params() as u64,
    }
}

/// `network` with every weight replaced; refuses weights of another network, and too few.
fn load_weights<M: Module>(mut network: M, weights: &[u8]) -> Result<M, BundleError> {
    weights::check(weights)?;
    let mut store = SafetensorsStore::from_bytes(Some(expanded(weights)?));
    let applied = network.load_from(&mut store).map_err(weights_error)?;
    match applied.unused.first() {
        Some(name) => Err(BundleError::Weights(format!(
            "they hold a tensor '{name}' that the network has not"
        ))),
        None => Ok(network),
    }
}

/// Single precision in memory, at most half precision in the file. Nothing needs more: normalisation
/// statistics are folded into scale and shift before a generator is packed.
fn half_precision() -> HalfPrecisionAdapter {
    HalfPrecisionAdapter::new().with_module("ConditionalNorm")
}

fn weights_error(error: impl std::fmt::Display) -> BundleError {
    BundleError::Weights(error.to_string())
}
