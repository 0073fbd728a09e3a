use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData, Tolerance};
use model_core::config::{DiscriminatorConfig, GanKind, GeneratorConfig, UpSampling};
use model_core::discriminator::Discriminator;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::judge::{Judge, STAGES};
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

fn config(up_sampling: UpSampling, fine_width: usize) -> GeneratorConfig {
    GeneratorConfig {
        latent_size: 6,
        width: 4,
        up_sampling,
        fine_width,
        conditional_norm: true,
        residual: false,
    }
}

fn built(config: &GeneratorConfig) -> Generator {
    Generator::new(config, &mut ChaCha8Rng::seed_from_u64(3), &Device::flex())
}

fn generator(up_sampling: UpSampling, fine_width: usize) -> Generator {
    built(&config(up_sampling, fine_width))
}

/// Moves every weight a little, so that what begins as zeros takes part.
pub struct Stir(pub f32);

impl ModuleMapper for Stir {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|weight| {
            let shape = weight.dims();
            let steps: Vec<f32> = (0..shape.iter().product())
                .map(|_| {
                    self.0 += 1.0;
                    0.1 * self.0.sin()
                })
                .collect();
            weight.clone() + Tensor::from_data(TensorData::new(steps, shape), &weight.device())
        })
    }
}

/// Moves the matrices and kernels that are zeros, and nothing else.
struct StirZeros(Stir);

impl ModuleMapper for StirZeros {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let largest: f32 = weight.val().abs().max().into_scalar();
        match D > 1 && largest == 0.0 {
            true => self.0.map_float(weight),
            false => weight,
        }
    }
}

fn with_residuals(up_sampling: UpSampling) -> GeneratorConfig {
    GeneratorConfig {
        residual: true,
        ..config(up_sampling, 2)
    }
}

fn requests(faces: usize) -> (Tensor<2>, Tensor<2>) {
    let device = Device::flex();
    let z: Vec<f32> = (0..faces as u64)
        .flat_map(|seed| model_core::latent::latent(seed, 6))
        .collect();
    let labels: Vec<_> = (0..faces)
        .map(|n| Emotion::ALL[n % Emotion::COUNT].weights())
        .collect();
    (
        Tensor::<1>::from_floats(z.as_slice(), &device).reshape([faces, 6]),
        emotion_rows(&labels, &device),
    )
}

#[test]
fn every_kind_of_up_sampling_makes_48x48_faces_in_range() {
    for kind in [
        UpSampling::Transposed,
        UpSampling::Nearest,
        UpSampling::Shuffle,
    ] {
        for fine_width in [0, 2] {
            let (z, labels) = requests(3);
            let faces = generator(kind, fine_width).forward_train(z, labels);
            assert_eq!(faces.dims(), [3, 1, 48, 48], "{kind:?} {fine_width}");
            let values: Vec<f32> = faces.into_data().iter::<f32>().collect();
            assert!(
                values.iter().all(|value| value.abs() <= 1.0),
                "{kind:?} {fine_width} leaves [-1, 1]"
            );
        }
    }
}

#[test]
fn folding_measured_statistics_changes_no_face() {
    for (up_sampling, conditional_norm, residual) in [
        (UpSampling::Transposed, true, false),
        (UpSampling::Transposed, false, true),
        (UpSampling::Nearest, true, true),
    ] {
        let config = GeneratorConfig {
            conditional_norm,
            residual,
            ..config(up_sampling, 2)
        };
        let network = built(&config).map(&mut Stir(0.0));
        let (z, labels) = requests(14);
        let trained = network.forward_train(z.clone(), labels.clone());
        let folded = network.folded(z.clone(), labels.clone()).forward(z, labels);
        folded
            .into_data()
            .assert_approx_eq::<f32>(&trained.into_data(), Tolerance::absolute(1e-5));
    }
}

#[test]
fn a_folded_network_is_trained_on_from_the_faces_that_it_makes() {
    for config in [
        config(UpSampling::Transposed, 2),
        with_residuals(UpSampling::Nearest),
    ] {
        let (z, labels) = requests(14);
        let network = built(&config).map(&mut Stir(0.0));
        let folded = network.folded(z.clone(), labels.clone());
        let (z, labels) = requests(28); // other statistics than it was folded with
        let faces = folded.forward(z.clone(), labels.clone());
        let unfolded = folded.unfolded(z.clone(), labels.clone());
        unfolded
            .forward_train(z, labels)
            .into_data()
            .assert_approx_eq::<f32>(&faces.into_data(), Tolerance::absolute(1e-5));
    }
}

#[test]
fn residual_blocks_begin_by_changing_nothing_and_then_take_part() {
    let (z, labels) = requests(14);
    let faces = |network: &Generator| {
        let faces = network.forward_train(z.clone(), labels.clone());
        faces.into_data().iter::<f32>().collect::<Vec<_>>()
    };
    let network = generator(UpSampling::Nearest, 2);
    let with = network.clone().with_residuals();
    assert_eq!(faces(&network), faces(&with));
    assert_eq!(
        with.num_params(),
        built(&with_residuals(UpSampling::Nearest)).num_params()
    );
    let (network, with) = (network.map(&mut Stir(0.0)), with.map(&mut Stir(0.0)));
    assert_ne!(faces(&network), faces(&with));
}

#[test]
fn a_truncated_network_takes_shorter_latents_and_the_same_emotion() {
    for conditional_norm in [true, false] {
        let config = GeneratorConfig {
            conditional_norm,
            ..config(UpSampling::Transposed, 2)
        };
        let network = built(&config);
        let (z, labels) = requests(4);
        let shorter = network.forward(z.clone().mul_scalar(0.3), labels.clone());
        let truncated = network.truncated(0.3).forward(z, labels);
        truncated
            .into_data()
            .assert_approx_eq::<f32>(&shorter.into_data(), Tolerance::absolute(1e-5));
    }
}

#[test]
fn a_milder_network_takes_a_blend_with_neutral_for_an_emotion_and_there_is_a_way_back() {
    for conditional_norm in [true, false] {
        let config = GeneratorConfig {
            conditional_norm,
            residual: true,
            ..config(UpSampling::Transposed, 2)
        };
        let network = built(&config).map(&mut Stir(0.0));
        let (z, _) = requests(7);
        let blends = Emotion::ALL.map(|emotion| {
            let neutral = Emotion::Neutral.weights().map(|weight| 0.3 * weight);
            std::array::from_fn(|at| 0.7 * emotion.weights()[at] + neutral[at])
        });
        let labels = emotion_rows(&Emotion::ALL.map(Emotion::weights), &z.device());
        let blends = emotion_rows(&blends, &z.device());
        let milder = network.clone().with_intensity(0.7);
        let alike = |one: Tensor<4>, other: Tensor<4>| {
            one.into_data()
                .assert_approx_eq::<f32>(&other.into_data(), Tolerance::absolute(1e-5));
        };
        alike(
            milder.forward(z.clone(), labels.clone()),
            network.forward(z.clone(), blends),
        );
        alike(
            milder
                .with_intensity(1.0 / 0.7)
                .forward(z.clone(), labels.clone()),
            network.forward(z, labels),
        );
    }
}

#[test]
fn a_folded_judge_is_trained_on_from_what_it_sees() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let judge = Judge::new(2, STAGES, &mut rng, &Device::flex());
    let images = |count: usize| {
        let pixels: Vec<f32> = (0..count * IMAGE_PIXELS)
            .map(|pixel| (pixel as f32 * count as f32).sin())
            .collect();
        let shape = [count, 1, IMAGE_SIDE, IMAGE_SIDE];
        Tensor::<4>::from_data(TensorData::new(pixels, shape), &Device::flex())
    };
    let folded = judge.folded(images(14));
    let seen = folded.forward(images(28)).logits.into_data();
    let unfolded = folded.unfolded(images(28)); // other statistics than it was folded with
    let again = unfolded.forward_train(images(28)).logits.into_data();
    again.assert_approx_eq::<f32>(&seen, Tolerance::absolute(1e-4));
}

#[test]
fn a_seed_gives_the_same_network_twice() {
    let weights = |network: &Generator| native_trainer::ema::weights(network);
    assert_eq!(
        weights(&generator(UpSampling::Shuffle, 0)),
        weights(&generator(UpSampling::Shuffle, 0))
    );
}

#[test]
fn the_two_discriminators_answer_what_their_gan_asks() {
    let config = DiscriminatorConfig {
        width: 4,
        spectral_norm: true,
        variety_group: 0,
        class_embedding: 0,
        dense: false,
        residual: false,
    };
    let device = Device::flex();
    let images = Tensor::<4>::zeros([2, 1, 48, 48], &device);
    let labels = emotion_rows(&[Emotion::Happy.weights(), Emotion::Sad.weights()], &device);
    for gan in GanKind::ALL {
        let network = Discriminator::new(gan, &config, &mut ChaCha8Rng::seed_from_u64(1), &device);
        let output = network.forward(images.clone(), labels.clone());
        assert_eq!(output.validity.dims(), [2, 1]);
        assert_eq!(
            output.class.map(|class| class.dims()),
            (gan == GanKind::Acgan).then_some([2, 7]),
            "{gan}"
        );
        assert_eq!(
            output.validity_by_label.map(|match_| match_.dims()),
            (gan == GanKind::Cgan).then_some([2, 7]),
            "{gan}"
        );
    }
}

#[test]
fn an_embedding_and_its_cosines_stand_beside_the_same_realism() {
    let device = Device::flex();
    let images = Tensor::<4>::full([2, 1, 48, 48], 0.5, &device);
    let labels = emotion_rows(&[Emotion::Happy.weights(); 2], &device);
    let answer = |class_embedding| {
        let config = DiscriminatorConfig {
            width: 4,
            spectral_norm: false,
            variety_group: 0,
            class_embedding,
            dense: false,
            residual: false,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let network = Discriminator::new(GanKind::Acgan, &config, &mut rng, &device);
        network.forward(images.clone(), labels.clone())
    };
    let (alone, compared) = (answer(0), answer(24));
    assert!(alone.embedding.is_none());
    assert_eq!(alone.validity.into_data(), compared.validity.into_data());
    let values = |tensor: Tensor<2>| tensor.into_data().iter::<f32>().collect::<Vec<_>>();
    let embedding = compared.embedding.unwrap();
    assert_eq!(embedding.dims(), [2, 24]);
    for length in values(embedding.powi_scalar(2).sum_dim(1)) {
        assert!((length - 1.0).abs() < 1e-5, "squared length {length}");
    }
    let cosines = values(compared.class.unwrap());
    assert_eq!(cosines.len(), 14);
    assert!(
        cosines.iter().all(|cosine| cosine.abs() <= 1.0 + 1e-6),
        "{cosines:?}"
    );
}

#[test]
fn layers_added_to_a_discriminator_begin_by_changing_nothing_and_can_be_left_out_again() {
    let device = Device::flex();
    let config = |[dense, residual]: [bool; 2]| DiscriminatorConfig {
        width: 4,
        spectral_norm: true,
        variety_group: 0,
        class_embedding: 0,
        dense,
        residual,
    };
    let built = |gan, added| {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        Discriminator::new(gan, &config(added), &mut rng, &device)
    };
    let image = Tensor::<4>::full([1, 1, IMAGE_SIDE, IMAGE_SIDE], 0.5, &device);
    let labels = emotion_rows(&[Emotion::Happy.weights()], &device);
    let validity = |network: &Discriminator| {
        let output = network.forward(image.clone(), labels.clone());
        output.validity.into_scalar::<f32>()
    };
    let weights = native_trainer::ema::weights::<Discriminator>;
    for gan in GanKind::ALL {
        let before = built(gan, [false, false]);
        for added in [[true, false], [false, true], [true, true]] {
            let grown = before.clone().with_layers(&config(added));
            assert_eq!(weights(&grown), weights(&built(gan, added)), "{gan}");
            assert_eq!(validity(&grown), validity(&before), "{gan} {added:?}");
            let again = grown.clone().with_layers(&config(added));
            assert_eq!(weights(&again), weights(&grown), "nothing is added twice");
            let without = grown.clone().with_layers(&config([false, false]));
            assert_eq!(weights(&without), weights(&before), "{gan} {added:?}");
            let stirred = grown.map(&mut StirZeros(Stir(0.0)));
            assert_ne!(validity(&stirred), validity(&before), "{gan} {added:?}");
        }
    }
}

/// Validity and class logits of a first image that is judged together with three others.
fn judged(gan: GanKind, variety_group: usize, others: f32) -> (f32, Vec<f32>) {
    let config = DiscriminatorConfig {
        width: 4,
        spectral_norm: false,
        variety_group,
        class_embedding: 0,
        dense: false,
        residual: false,
    };
    let device = Device::flex();
    let network = Discriminator::new(gan, &config, &mut ChaCha8Rng::seed_from_u64(1), &device);
    let images = [0.5, others, -others, others / 2.0]
        .map(|grey| Tensor::<4>::full([1, 1, 48, 48], grey, &device));
    let labels = emotion_rows(&[Emotion::Happy.weights(); 4], &device);
    let output = network.forward(Tensor::cat(images.to_vec(), 0), labels);
    let first = |tensor: Tensor<2>| {
        tensor
            .narrow(0, 0, 1)
            .into_data()
            .iter::<f32>()
            .collect::<Vec<_>>()
    };
    let seen = output.class.or(output
        .validity_by_label
        .map(|by_label| by_label.clone() - by_label.mean_dim(1)));
    (first(output.validity)[0], first(seen.unwrap()))
}

#[test]
fn the_variety_of_a_group_counts_for_realism_and_for_nothing_else() {
    for gan in GanKind::ALL {
        let (alone, _) = judged(gan, 0, 0.5);
        assert_eq!(
            alone,
            judged(gan, 0, 0.9).0,
            "{gan}: without groups company does not count"
        );
        let (alike, emotions) = judged(gan, 4, 0.5);
        let (varied, same) = judged(gan, 4, 0.9);
        assert!((alike - varied).abs() > 1e-6, "{gan}: {alike} and {varied}");
        for (emotion, same) in emotions.iter().zip(&same) {
            assert!(
                (emotion - same).abs() < 1e-6,
                "{gan}: {emotions:?} and {same:?}"
            );
        }
        let pairs = [0.9, 0.3].map(|others| judged(gan, 1, others).0);
        assert_eq!(pairs[0], pairs[1], "{gan}: groups of one have no company");
    }
}

#[test]
fn spectral_normalisation_brings_the_largest_singular_value_to_one() {
    // A layer's answer to its own largest singular direction is at most as long as the direction.
    use model_core::spectral::SpectralLinear;
    let device = Device::flex();
    let mut layer = SpectralLinear::new([5, 3], true, &mut ChaCha8Rng::seed_from_u64(2), &device);
    for _ in 0..30 {
        layer = layer.estimated();
    }
    let identity = Tensor::<2>::eye(5, &device);
    let matrix = layer.forward(identity); // [5, 3]: the normalised weights, bias 0
    let gram = matrix.clone().transpose().matmul(matrix); // [3, 3], largest eigenvalue sigma^2
    let mut vector = Tensor::<2>::ones([3, 1], &device);
    for _ in 0..100 {
        let next = gram.clone().matmul(vector);
        let norm = next.clone().powi_scalar(2).sum().sqrt();
        vector = next / norm.reshape([1, 1]);
    }
    let sigma_squared =
        (vector.clone().transpose().matmul(gram).matmul(vector)).into_scalar::<f32>();
    assert!(
        (sigma_squared.sqrt() - 1.0).abs() < 1e-3,
        "largest singular value {}",
        sigma_squared.sqrt()
    );
}

#[test]
fn the_shipped_size_stays_within_two_and_a_half_million_parameters() {
    use native_trainer::config::Preset;
    for preset in [Preset::Tiny, Preset::Small, Preset::Base] {
        let config = preset.options(GanKind::Acgan).generator;
        let network = Generator::new(&config, &mut ChaCha8Rng::seed_from_u64(0), &Device::flex());
        assert!(
            network.num_params() <= 2_500_000,
            "{}: {}",
            preset.name(),
            network.num_params()
        );
    }
}
