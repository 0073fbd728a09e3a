//! Gradients of networks as they are sampled, against differences: what a photograph's latent, or an image that a classifier
//! sees in another way, is searched by.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor, TensorData, Tolerance};
use model_core::classifier::{Classifier, STAGES};
use model_core::config::{DiscriminatorConfig, GanKind, GeneratorConfig, UpSampling};
use model_core::discriminator::Discriminator;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::latent::latent;
use model_core::learning::{Step, moving_average, running_square};
use model_core::pixels::IMAGE_SIDE;
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use crate::networks::Stir;

/// Faces in a batch.
const FACES: usize = 2;
/// Length of a generator's latent.
const LATENT: usize = 6;
/// How far a typical number moves from the middle of a path to either end: far above rounding.
const REACH: f32 = 1.0 / 1024.0;
/// Places on a path whose gradients are averaged. Twice as many halve what a rise is off by: the rest is rectifiers that switch
/// between two of them, not a wrong gradient.
const STOPS: usize = 32;
/// How far a rise may be off, as a share of what a path of this length typically rises; the most there is is 0.007.
const TOLERANCE: f64 = 0.03;

/// Normal values of a seed.
fn drawn<const D: usize>(seed: u64, shape: [usize; D]) -> Tensor<D> {
    let values = latent(seed, shape.iter().product());
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// A sum of answers in which every one counts differently.
fn uneven<const D: usize>(answers: Tensor<D>) -> Tensor<1> {
    let weights = drawn(9, answers.dims());
    (answers * weights).sum()
}

/// The same, added in double precision.
fn uneven_sum<const D: usize>(answers: Tensor<D>) -> f64 {
    let weights = values(drawn(9, answers.dims()));
    let products = values(answers).into_iter().zip(weights);
    products
        .map(|(answer, weight)| f64::from(answer) * f64::from(weight))
        .sum()
}

/// Holds gradients against central differences: from one end of a straight path to the other, `loss` rises by the path times
/// the gradients on it, on average. That holds however a network bends between; at a single place it has so many
/// rectifiers that some switch within any distance that rounding allows. Both functions are told what to add to the tensor's numbers.
fn assert_rises(
    name: &str,
    numbers: usize,
    loss: impl Fn(&[f32]) -> f64,
    gradient: impl Fn(&[f32]) -> Vec<f32>,
) {
    let way = latent(4, numbers).into_iter();
    let way: Vec<f64> = way.map(|value| f64::from(value * REACH)).collect();
    let at = |share: f64| -> Vec<f32> { way.iter().map(|way| (way * share) as f32).collect() };
    let (mut expected, mut squares) = (0.0, 0.0);
    for stop in 0..STOPS {
        let slopes = gradient(&at((2 * stop + 1) as f64 / STOPS as f64 - 1.0));
        for (slope, way) in slopes.into_iter().map(f64::from).zip(&way) {
            expected += 2.0 * slope * way / STOPS as f64;
            squares += slope * slope / STOPS as f64;
        }
    }
    let steepness = squares.sqrt();
    assert!(steepness > 0.01, "{name} moves nothing: {steepness}");
    let typical = 2.0 * f64::from(REACH) * steepness;
    let rise = loss(&at(1.0)) - loss(&at(-1.0));
    assert!(
        (rise - expected).abs() <= TOLERANCE * typical,
        "{name}: rises by {rise}, by its gradients {expected}; {typical} is typical"
    );
}

/// [`assert_rises`] of an input.
fn assert_input_rises<const D: usize>(
    name: &str,
    input: &Tensor<D>,
    loss: impl Fn(Tensor<D>) -> f64,
    gradient: impl Fn(Tensor<D>) -> Vec<f32>,
) {
    let moved = |by: &[f32]| {
        let by = TensorData::new(by.to_vec(), input.dims());
        input.clone() + Tensor::from_data(by, &Device::flex())
    };
    let numbers = input.shape().num_elements();
    assert_rises(
        name,
        numbers,
        |by| loss(moved(by)),
        |by| gradient(moved(by)),
    );
}

/// [`assert_rises`] of every parameter of a network, for the gradients under `answer`.
fn assert_weight_rises<M: Module, const D: usize>(network: &M, answer: impl Fn(&M) -> Tensor<D>) {
    struct Sizes(Vec<(ParamId, usize)>);
    impl ModuleVisitor for Sizes {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push((param.id, param.shape().num_elements()));
        }
    }
    let mut sizes = Sizes(Vec::new());
    network.visit(&mut sizes);
    for (index, (id, numbers)) in sizes.0.into_iter().enumerate() {
        let moved = |by: &[f32]| network.clone().map(&mut Add { id, by });
        let gradient = |by: &[f32]| {
            let learner = recording(&moved(by));
            let gradients = uneven(answer(&learner)).backward();
            let (found, gradient) = weight_gradients(&learner, &gradients).swap_remove(index);
            assert_eq!(found, id, "parameters have an order");
            gradient.expect("every parameter has a gradient")
        };
        let loss = |by: &[f32]| uneven_sum(answer(&moved(by)));
        assert_rises(&format!("parameter {index}"), numbers, loss, gradient);
    }
}

/// Adds to the numbers of one parameter.
struct Add<'a> {
    id: ParamId,
    by: &'a [f32],
}

impl ModuleMapper for Add<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.id != self.id {
            return param;
        }
        param.map(|weight| {
            let by = TensorData::new(self.by.to_vec(), weight.dims());
            let by = Tensor::from_data(by, &weight.device());
            weight + by
        })
    }
}

/// Every parameter's gradient, if there is one.
fn weight_gradients<M: Module>(
    network: &M,
    gradients: &Gradients,
) -> Vec<(ParamId, Option<Vec<f32>>)> {
    struct Read<'a>(&'a Gradients, Vec<(ParamId, Option<Vec<f32>>)>);
    impl ModuleVisitor for Read<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1
                .push((param.id, param.val().grad(self.0).map(values)));
        }
    }
    let mut read = Read(gradients, Vec::new());
    network.visit(&mut read);
    read.1
}

/// The same network, on a device with autodiff, all its parameters recording gradients.
fn recording<M: Module>(network: &M) -> M {
    network.clone().train().set_require_grad(true)
}

/// Input that records gradients.
fn probe<const D: usize>(input: &Tensor<D>) -> Tensor<D> {
    input.clone().autodiff().require_grad()
}

fn gradient_of<const D: usize>(input: &Tensor<D>, gradients: &Gradients) -> Vec<f32> {
    values(input.grad(gradients).expect("the input has a gradient"))
}

/// A network with residual blocks as it is exported: fused, its doublings transposed convolutions.
fn exported() -> Generator {
    let config = GeneratorConfig {
        latent_size: LATENT,
        width: 4,
        up_sampling: UpSampling::Nearest,
        residual: true,
        self_modulation: true,
    };
    let network = Generator::new(&config, &mut ChaCha8Rng::seed_from_u64(3), &Device::flex());
    let network = network.map(&mut Stir::default());
    let labels = emotion_rows(&Emotion::ALL.map(Emotion::weights), &Device::flex());
    network.fused(drawn(1, [Emotion::COUNT, LATENT]), labels)
}

/// Latents and blends of all emotions.
fn requests() -> (Tensor<2>, Tensor<2>) {
    let blends = [
        [0.3, 0.1, 0.05, 0.25, 0.1, 0.15, 0.05],
        [0.05, 0.5, 0.1, 0.1, 0.1, 0.05, 0.1],
    ];
    let device = Device::flex();
    (drawn(2, [FACES, LATENT]), emotion_rows(&blends, &device))
}

/// Faces of these requests, and the gradients of z and emotions.
fn searched(
    network: &Generator,
    (z, emotions): (Tensor<2>, Tensor<2>),
) -> (Tensor<4>, Gradients, [Vec<f32>; 2]) {
    let (z, emotions) = (probe(&z), probe(&emotions));
    let faces = network.forward(z.clone(), emotions.clone());
    let gradients = uneven(faces.clone()).backward();
    let found = [&z, &emotions].map(|input| gradient_of(input, &gradients));
    (faces, gradients, found)
}

#[test]
fn sampled_faces_have_the_gradients_that_differences_have() {
    let network = exported();
    let learner = recording(&network);
    let (z, emotions) = requests();
    let loss = |z: Tensor<2>, emotions: Tensor<2>| uneven_sum(network.forward(z, emotions));
    let gradients = |z: Tensor<2>, emotions: Tensor<2>| searched(&learner, (z, emotions)).2;
    assert_input_rises(
        "z",
        &z,
        |z| loss(z, emotions.clone()),
        |z| {
            let [of_z, _] = gradients(z, emotions.clone());
            of_z
        },
    );
    assert_input_rises(
        "emotions",
        &emotions,
        |emotions| loss(z.clone(), emotions),
        |emotions| {
            let [_, of_emotions] = gradients(z.clone(), emotions);
            of_emotions
        },
    );
    assert_weight_rises(&network, |network| {
        network.forward(z.clone(), emotions.clone())
    });
}

#[test]
fn frozen_weights_and_weights_without_autodiff_leave_the_gradient_of_z_as_it_is() {
    let network = exported();
    let (_, _, expected) = searched(&recording(&network), requests());
    for (name, frozen) in [
        ("frozen", recording(&network).no_grad()),
        ("without autodiff", network),
    ] {
        let (_, gradients, found) = searched(&frozen, requests());
        assert_eq!(found, expected, "{name}");
        for (_, gradient) in weight_gradients(&frozen, &gradients) {
            assert_eq!(gradient, None, "{name}");
        }
    }
}

#[test]
fn a_latent_without_autodiff_leaves_the_gradients_of_weights_as_they_are() {
    let network = exported();
    let learner = recording(&network);
    let (_, gradients, _) = searched(&learner, requests());
    let expected = weight_gradients(&learner, &gradients);
    let (z, emotions) = requests();
    let gradients = uneven(learner.forward(z, emotions)).backward();
    assert_eq!(weight_gradients(&learner, &gradients), expected);
}

#[test]
fn a_face_is_the_same_to_the_bit_whether_gradients_are_recorded_or_not() {
    let network = exported();
    let (z, emotions) = requests();
    let plain = network.forward(z.clone(), emotions.clone());
    assert!(!plain.is_autodiff());
    let (recorded, ..) = searched(&recording(&network), requests());
    assert_eq!(recorded.into_data(), plain.clone().into_data());
    let untracked = network.forward(z.autodiff(), emotions);
    assert_eq!(untracked.into_data(), plain.into_data());
}

/// Images of noise.
fn images() -> Tensor<4> {
    drawn(5, [FACES, 1, IMAGE_SIDE, IMAGE_SIDE]).tanh()
}

/// The gradient of images under what `answer` makes of them.
fn image_gradient(answer: impl Fn(Tensor<4>) -> Tensor<2>, images: Tensor<4>) -> Vec<f32> {
    let images = probe(&images);
    let gradients = uneven(answer(images.clone())).backward();
    gradient_of(&images, &gradients)
}

#[test]
fn what_a_classifier_sees_has_the_gradients_that_differences_have() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let network = Classifier::new(2, STAGES, &mut rng, &Device::flex());
    let network = network.map(&mut Stir::default()).fused(images());
    let learner = recording(&network);
    let frozen = learner.clone().no_grad();
    let plain = |images| network.forward(images).logits;
    let recorded = |images| learner.forward(images).logits;
    assert_input_rises(
        "images",
        &images(),
        |images| uneven_sum(plain(images)),
        |images| image_gradient(recorded, images),
    );
    let expected = image_gradient(recorded, images());
    let constant = |images| frozen.forward(images).logits;
    assert_eq!(image_gradient(constant, images()), expected, "frozen");
    assert_eq!(
        image_gradient(plain, images()),
        expected,
        "without autodiff"
    );
    assert_weight_rises(&network, |network| network.forward(images()).logits);
}

#[test]
fn what_a_discriminator_sees_has_the_gradients_that_differences_have() {
    let config = DiscriminatorConfig {
        width: 4,
        dense: true,
    };
    let (_, labels) = requests();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let network = Discriminator::new(&config, &mut rng, &Device::flex());
    let network = network.map(&mut Stir::default());
    let learner = recording(&network);
    for gan in GanKind::ALL {
        let logit = |network: &Discriminator, images| {
            gan.adversarial_logit(&network.forward(images), labels.clone(), 0.5)
        };
        let plain = |images| logit(&network, images);
        let recorded = |images| logit(&learner, images);
        assert_input_rises(
            gan.name(),
            &images(),
            |images| uneven_sum(plain(images)),
            |images| image_gradient(recorded, images),
        );
        let expected = image_gradient(recorded, images());
        assert_eq!(image_gradient(plain, images()), expected, "{gan}");
    }
}

#[test]
fn weights_move_alike_whichever_tensor_belongs_to_autodiff() {
    let tensors = [1, 2, 3].map(|seed| drawn::<1>(seed, [9]).abs());
    let step = Step {
        rate: 0.1,
        correction: 0.5,
        epsilon: 1e-8,
    };
    let moved = |[value, gradient, mean]: [Tensor<1>; 3]| {
        [
            moving_average(value.clone(), gradient.clone(), 0.9),
            running_square(mean.clone(), gradient.clone(), 0.9),
            step.descend(value, gradient, mean),
        ]
        .map(Tensor::into_data)
    };
    let expected = moved(tensors.clone());
    for place in 0..tensors.len() {
        let mut tensors = tensors.clone();
        tensors[place] = tensors[place].clone().autodiff();
        for (found, expected) in moved(tensors).iter().zip(&expected) {
            found.assert_approx_eq::<f32>(expected, Tolerance::rel_abs(1e-5, 1e-6));
        }
    }
}
