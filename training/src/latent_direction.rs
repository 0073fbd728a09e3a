//! The direction in latent space in which faces show more plainly what was asked for.
//!
//! A generator's malformed faces do not lie scattered among the good ones: most of them lie behind a plane through its latent space
//! (Shen et al. 2020, InterFaceGAN, who correct faces by moving them away from it). The run's own discriminator knows
//! where: it sees no emotion in a face that is none.

use burn::tensor::{Tensor, TensorData};
use model_core::discriminator::Discriminator;
use model_core::emotion::Emotion;
use model_core::generator::{Generator, emotion_rows};
use model_core::label::label_log_probability;
use model_core::latent::latent;
use model_core::reading::{ReadError, numbers};

/// People whose latents are looked at; each shows all emotions, so that no emotion counts more than another.
const PEOPLE: u64 = 4096;
/// Looked at in one pass.
const CHUNK: usize = 64;

/// The direction in which the discriminator is the surer of the asked emotion: the covariance of latents, which are independent
/// and of variance 1, with the mean log-probability of a person's seven emotions, scaled to length 1.
///
/// # Shapes
/// - output `[1, latent_size]`
pub async fn direction(
    generator: &Generator,
    discriminator: &Discriminator,
) -> anyhow::Result<Tensor<2>> {
    let size = generator.latent_size();
    let people: Vec<Vec<f32>> = (0..PEOPLE).map(|seed| latent(seed, size)).collect();
    let mut scores = Vec::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        scores.extend(mean_label_log_likelihood(generator, discriminator, people).await?);
    }
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    let mut covariance = vec![0.0; size]; // times the number of people
    for (z, score) in people.iter().zip(&scores) {
        for (sum, &z) in covariance.iter_mut().zip(z) {
            *sum += f64::from(z) * (score - mean);
        }
    }
    let length = covariance
        .iter()
        .map(|value| value * value)
        .sum::<f64>()
        .sqrt();
    anyhow::ensure!(
        length > 0.0 && length.is_finite(),
        "the discriminator says the same of everybody: there is no direction to move latents in"
    );
    let unit: Vec<f32> = covariance
        .iter()
        .map(|value| (value / length) as f32)
        .collect();
    Ok(Tensor::from_data(
        TensorData::new(unit, [1, size]),
        &generator.device(),
    ))
}

/// How surely the discriminator sees each person's seven emotions: the mean logarithm of the asked one's probability.
async fn mean_label_log_likelihood(
    generator: &Generator,
    discriminator: &Discriminator,
    people: &[Vec<f32>],
) -> Result<Vec<f64>, ReadError> {
    let device = generator.device();
    let repeated = |z: &Vec<f32>| z.repeat(Emotion::COUNT);
    let z: Vec<f32> = people.iter().flat_map(repeated).collect();
    let rows = Emotion::ALL
        .map(|emotion| emotion.weights())
        .repeat(people.len());
    let emotions = emotion_rows(&rows, &device);
    let z = Tensor::from_data(
        TensorData::new(z, [rows.len(), generator.latent_size()]),
        &device,
    );
    let faces = generator.forward(z, emotions.clone());
    let output = discriminator.forward(faces);
    let of_each = label_log_probability(output.label_logits, emotions); // [people * 7, 1]
    let mean = of_each.reshape([people.len(), Emotion::COUNT]).mean_dim(1);
    Ok(numbers(mean).await?.into_iter().map(f64::from).collect())
}
