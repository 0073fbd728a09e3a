//! Small networks, and what they are asked for.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData, Tolerance};
use model_core::config::{GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

pub const LATENT_SIZE: usize = 6;

/// Neither residual blocks nor self-modulation.
pub fn plain(up_sampling: UpSampling) -> GeneratorConfig {
    GeneratorConfig {
        latent_size: LATENT_SIZE,
        width: 4,
        up_sampling,
        residual: false,
        self_modulation: false,
    }
}

/// Every combination of what a generator may have or lack.
pub fn configurations() -> Vec<GeneratorConfig> {
    let ups = [UpSampling::Nearest, UpSampling::Transposed];
    let added = [[false, false], [true, false], [false, true], [true, true]];
    ups.into_iter()
        .flat_map(|up_sampling| {
            added.map(|[residual, self_modulation]| GeneratorConfig {
                residual,
                self_modulation,
                ..plain(up_sampling)
            })
        })
        .collect()
}

pub fn built(config: &GeneratorConfig) -> Generator {
    Generator::new(config, &mut ChaCha8Rng::seed_from_u64(3), &Device::flex())
}

/// The network of a configuration, in which everything takes part.
pub fn stirred(config: &GeneratorConfig) -> Generator {
    built(config).map(&mut Stir::default())
}

/// Steps that are neither all the same nor large.
#[derive(Default)]
struct Steps(f32);

impl Steps {
    fn add<const D: usize>(
        &mut self,
        weight: Param<Tensor<D>>,
        moves: impl Fn(usize) -> bool,
    ) -> Param<Tensor<D>> {
        weight.map(|weight| {
            let shape = weight.dims();
            let steps = (0..shape.iter().product()).map(|index| {
                self.0 += 1.0;
                f32::from(moves(index)) * 0.1 * self.0.sin()
            });
            let steps = TensorData::new(steps.collect::<Vec<f32>>(), shape);
            weight.clone() + Tensor::from_data(steps, &weight.device())
        })
    }
}

/// Moves every weight a little, so that what begins as zeros takes part.
#[derive(Default)]
pub struct Stir(Steps);

impl ModuleMapper for Stir {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.0.add(weight, |_| true)
    }
}

/// Moves the matrices and kernels that are zeros, and nothing else.
#[derive(Default)]
pub struct StirZeros(Steps);

impl ModuleMapper for StirZeros {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let largest: f32 = weight.val().abs().max().into_scalar();
        let moves = D > 1 && largest == 0.0;
        self.0.add(weight, |_| moves)
    }
}

/// Moves the rows for z in one table of scales or shifts, and nothing else.
pub struct StirModulation {
    steps: Steps,
    /// Tables before the one that is moved; wraps around after it.
    before: usize,
    name: String,
}

impl StirModulation {
    pub fn of(table: usize) -> Self {
        Self {
            steps: Steps::default(),
            before: table,
            name: String::new(),
        }
    }
}

impl ModuleMapper for StirModulation {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.name = name.to_owned();
    }

    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !["scale", "shift"].contains(&self.name.as_str()) {
            return weight;
        }
        let moves = self.before == 0;
        self.before = self.before.wrapping_sub(1);
        let for_emotions = Emotion::COUNT * weight.val().dims()[D - 1];
        self.steps
            .add(weight, |index| moves && index >= for_emotions)
    }
}

/// Latents of the seeds from 0 on, and emotions in turn.
pub fn requests(faces: usize) -> (Tensor<2>, Tensor<2>) {
    let z: Vec<f32> = (0..faces as u64)
        .flat_map(|seed| latent(seed, LATENT_SIZE))
        .collect();
    let labels: Vec<_> = (0..faces)
        .map(|n| Emotion::ALL[n % Emotion::COUNT].weights())
        .collect();
    let device = Device::flex();
    (
        Tensor::from_data(TensorData::new(z, [faces, LATENT_SIZE]), &device),
        emotion_rows(&labels, &device),
    )
}

/// Different images of the networks' range, other ones for another number of them.
pub fn images(count: usize) -> Tensor<4> {
    let pixels: Vec<f32> = (0..count * IMAGE_PIXELS)
        .map(|pixel| (pixel as f32 * count as f32).sin())
        .collect();
    let shape = [count, 1, IMAGE_SIDE, IMAGE_SIDE];
    Tensor::from_data(TensorData::new(pixels, shape), &Device::flex())
}

/// The largest difference of two pixels.
pub fn apart(one: &Tensor<4>, other: &Tensor<4>) -> f32 {
    (one.clone() - other.clone()).abs().max().into_scalar()
}

#[track_caller]
pub fn assert_alike<const D: usize>(one: Tensor<D>, other: Tensor<D>) {
    one.into_data()
        .assert_approx_eq::<f32>(&other.into_data(), Tolerance::absolute(1e-5));
}
