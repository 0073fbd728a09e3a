//! Networks into bundles and out of them again: the part of the bundle formats that needs Burn.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};

use crate::bundle::{
    Bundle, BundleError, FORMAT_VERSION, Manifest, Training, WEIGHTS_FILE, WeightsFile, sha256,
};
use crate::classifier::{Classifier, STAGES};
use crate::classifier_bundle::{
    CLASSIFIER_WEIGHTS_FILE, ClassifierBundle, ClassifierManifest, ClassifierTraining,
};
use crate::config::{DiscriminatorConfig, GanKind, GeneratorConfig};
use crate::discriminator::Discriminator;
use crate::discriminator_bundle::{
    DISCRIMINATOR_WEIGHTS_FILE, DiscriminatorBundle, DiscriminatorManifest,
};
use crate::emotion::Emotion;
use crate::generator::Generator;
use crate::initial::Zeros;
use crate::pixels::IMAGE_SIDE;
use crate::reading::named_tensors;
use crate::weights::{Precision, Weights, WeightsError, written};

impl Bundle {
    /// Packs a fused generator; `config` is that of the network in training.
    pub async fn pack(
        generator: &Generator,
        gan: GanKind,
        config: &GeneratorConfig,
        training: Training,
    ) -> Result<Self, BundleError> {
        let weights = weights_of(generator).await?;
        let manifest = Manifest {
            format_version: FORMAT_VERSION,
            gan,
            generator: config.fused(),
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
        Ok(load_weights(generator, &self.weights)?)
    }
}

impl DiscriminatorBundle {
    /// Packs the discriminator that played against `generator`.
    pub async fn pack(
        discriminator: &Discriminator,
        config: &DiscriminatorConfig,
        generator: &Manifest,
    ) -> Result<Self, BundleError> {
        let weights = weights_of(discriminator).await?;
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
        let network = Discriminator::new(&self.manifest.discriminator, &mut Zeros, device);
        Ok(load_weights(network, &self.weights)?)
    }
}

impl ClassifierBundle {
    /// Packs a fused classifier of [`STAGES`].
    pub async fn pack(
        classifier: &Classifier,
        width: usize,
        training: ClassifierTraining,
    ) -> Result<Self, BundleError> {
        let weights = weights_of(classifier).await?;
        let manifest = ClassifierManifest {
            format_version: FORMAT_VERSION,
            width,
            stages: STAGES,
            emotions: Emotion::ALL.into(),
            weights: described(CLASSIFIER_WEIGHTS_FILE, &weights, classifier),
            training,
        };
        Ok(Self { manifest, weights })
    }

    /// Builds the classifier on a device.
    pub fn classifier(&self, device: &Device) -> Result<Classifier, BundleError> {
        let ClassifierManifest { width, stages, .. } = self.manifest;
        let network = Classifier::new(width, stages, &mut Zeros, device);
        Ok(load_weights(network, &self.weights)?)
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

/// The file of a network's weights. Nothing needs more than half precision: normalisation statistics are fused into
/// scale and shift before a network is packed, and discriminators have none.
async fn weights_of<M: Module>(network: &M) -> Result<Vec<u8>, BundleError> {
    Ok(written(&named_tensors(network).await?, Precision::Rounded)?)
}

/// A network's file to the bit, which [`load_weights`] reads, too: for checkpoints.
pub async fn exact_weights_of<M: Module>(network: &M) -> Result<Vec<u8>, BundleError> {
    Ok(written(&named_tensors(network).await?, Precision::Exact)?)
}

/// `network` with every weight replaced; refuses weights of another network.
pub fn load_weights<M: Module>(network: M, bytes: &[u8]) -> Result<M, WeightsError> {
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
        (None, Some(name)) => Err(WeightsError(format!(
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
    problem: Option<WeightsError>,
}

impl Load<'_> {
    /// The numbers for the parameter at the path.
    fn numbers(&mut self, shape: &[usize]) -> Result<Vec<f32>, WeightsError> {
        let name = self.path.join(".");
        let tensor = self.weights.tensor(&name)?;
        self.unused.retain(|unused| *unused != name);
        match tensor.shape == shape {
            true => Ok(tensor.numbers),
            false => Err(WeightsError(format!(
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
