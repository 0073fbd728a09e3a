//! Networks into bundles and out of them again: the part of the bundle formats that needs Burn.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};

use crate::bundle::{
    Bundle, BundleError, FORMAT_VERSION, Manifest, Training, WEIGHTS_FILE, WeightsFile, sha256,
};
use crate::config::{DiscriminatorConfig, GanKind, GeneratorConfig};
use crate::discriminator::Discriminator;
use crate::discriminator_bundle::{
    DISCRIMINATOR_WEIGHTS_FILE, DiscriminatorBundle, DiscriminatorManifest,
};
use crate::emotion::Emotion;
use crate::generator::Generator;
use crate::initial::Zeros;
use crate::judge::{Judge, STAGES};
use crate::judge_bundle::{JUDGE_WEIGHTS_FILE, JudgeBundle, JudgeManifest, JudgeTraining};
use crate::pixels::IMAGE_SIDE;
use crate::weights::{NamedTensor, Weights, written};

impl Bundle {
    /// Packs a folded generator; `config` is that of the network in training.
    pub fn pack(
        generator: &Generator,
        gan: GanKind,
        config: &GeneratorConfig,
        training: Training,
    ) -> Result<Self, BundleError> {
        let weights = weights_of(generator)?;
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
        let generator = Generator::new(&self.manifest.generator, &mut Zeros, device);
        load_weights(generator, &self.weights)
    }
}

impl DiscriminatorBundle {
    /// Packs the discriminator that played against `generator`.
    pub fn pack(
        discriminator: &Discriminator,
        config: &DiscriminatorConfig,
        generator: &Manifest,
    ) -> Result<Self, BundleError> {
        let weights = weights_of(discriminator)?;
        let manifest = DiscriminatorManifest {
            format_version: FORMAT_VERSION,
            gan: generator.gan,
            discriminator: config.clone(),
            generator: generator.weights.sha256.clone(),
            weights: described(DISCRIMINATOR_WEIGHTS_FILE, &weights, discriminator),
        };
        Ok(Self { manifest, weights })
    }

    /// Builds the discriminator on a device.
    pub fn discriminator(&self, device: &Device) -> Result<Discriminator, BundleError> {
        let DiscriminatorManifest {
            gan, discriminator, ..
        } = &self.manifest;
        let network = Discriminator::new(*gan, discriminator, &mut Zeros, device);
        load_weights(network, &self.weights)
    }
}

impl JudgeBundle {
    /// Packs a folded judge of [`STAGES`].
    pub fn pack(judge: &Judge, width: usize, training: JudgeTraining) -> Result<Self, BundleError> {
        let weights = weights_of(judge)?;
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
        load_weights(Judge::new(width, stages, &mut Zeros, device), &self.weights)
    }
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

/// The file of a network's weights. Nothing needs more than half precision: normalisation statistics are folded into
/// scale and shift before a network is packed, and discriminators have none.
fn weights_of<M: Module>(network: &M) -> Result<Vec<u8>, BundleError> {
    let mut collect = Collect::default();
    network.visit(&mut collect);
    written(&collect.tensors)
}

/// Every parameter under the names of the modules around it.
#[derive(Default)]
struct Collect {
    path: Vec<String>,
    tensors: Vec<NamedTensor>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        self.tensors.push(NamedTensor {
            name: self.path.join("."),
            shape: value.dims().to_vec(),
            numbers: value.into_data().iter::<f32>().collect(),
        });
    }
}

/// `network` with every weight replaced; refuses weights of another network.
fn load_weights<M: Module>(network: M, bytes: &[u8]) -> Result<M, BundleError> {
    let weights = Weights::read(bytes)?;
    let mut unused = weights.names();
    unused.sort_unstable();
    let mut load = Load {
        path: Vec::new(),
        weights: &weights,
        unused,
        problem: None,
    };
    let network = network.map(&mut load);
    match (load.problem, load.unused.first()) {
        (Some(problem), _) => Err(problem),
        (None, Some(name)) => Err(BundleError::Weights(format!(
            "they hold a tensor '{name}' that the network has not"
        ))),
        (None, None) => Ok(network),
    }
}

struct Load<'a> {
    path: Vec<String>,
    weights: &'a Weights<'a>,
    unused: Vec<&'a str>,
    /// The first one.
    problem: Option<BundleError>,
}

impl Load<'_> {
    /// The numbers for the parameter at the path.
    fn numbers(&mut self, shape: &[usize]) -> Result<Vec<f32>, BundleError> {
        let name = self.path.join(".");
        let tensor = self.weights.tensor(&name)?;
        self.unused.retain(|unused| *unused != name);
        match tensor.shape == shape {
            true => Ok(tensor.numbers),
            false => Err(BundleError::Weights(format!(
                "the tensor '{name}' has the shape {:?}, expected {shape:?}",
                tensor.shape
            ))),
        }
    }
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (shape, device) = (param.val().dims(), param.val().device());
        match self.numbers(&shape) {
            Ok(numbers) => {
                param.map(|_| Tensor::from_data(TensorData::new(numbers, shape), &device))
            }
            Err(problem) => {
                self.problem.get_or_insert(problem);
                param
            }
        }
    }
}
