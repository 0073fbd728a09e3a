//! One training step of each network. Each function says whose weights move; the other network is
//! only looked through. Nothing here prints, reads a clock or waits for the device.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use model_core::discriminator::Discriminator;
use model_core::generator::Generator;

use crate::adam::Adam;
use crate::dataset::batcher::Batch;
use crate::losses::{LossOptions, discriminator_loss, generator_loss};
use crate::penalty::gradient_penalty;

/// Figures of a step, still on the device: reading one waits for everything before it.
#[derive(Clone)]
pub struct StepStats {
    pub discriminator_loss: Tensor<1>,
    pub generator_loss: Tensor<1>,
    /// Mean validity of real images: above 0 while the discriminator believes in them.
    pub real_validity: Tensor<1>,
    /// Mean validity of generated faces.
    pub fake_validity: Tensor<1>,
}

impl StepStats {
    /// Adds another step's figures.
    pub fn plus(self, other: Self) -> Self {
        Self {
            discriminator_loss: self.discriminator_loss + other.discriminator_loss,
            generator_loss: self.generator_loss + other.generator_loss,
            real_validity: self.real_validity + other.real_validity,
            fake_validity: self.fake_validity + other.fake_validity,
        }
    }

    /// The four figures divided by a number of steps, in the order of the fields. Waits for the device.
    pub fn read(self, steps: f32) -> [f32; 4] {
        let figures = [
            self.discriminator_loss,
            self.generator_loss,
            self.real_validity,
            self.fake_validity,
        ];
        let all = Tensor::cat(figures.to_vec(), 0);
        let values: Vec<f32> = all.into_data().convert::<f32>().iter::<f32>().collect(); // sync
        std::array::from_fn(|index| values.get(index).map_or(f32::NAN, |sum| sum / steps))
    }
}

/// Moves the discriminator's weights; `fakes` come detached, so the generator is out of reach.
///
/// Returns the discriminator, its loss, and the mean validity of real and of generated images.
pub fn discriminator_step(
    discriminator: Discriminator,
    optimizer: &mut Adam<Discriminator>,
    learning_rate: f64,
    batch: &Batch,
    fakes: Tensor<4>,
    options: &LossOptions,
) -> (Discriminator, [Tensor<1>; 3]) {
    let discriminator = discriminator.estimated();

    // Forward: real and generated images in one pass.
    let images = Tensor::cat(vec![batch.images.clone(), fakes.detach()], 0);
    let labels = Tensor::cat(vec![batch.labels.clone(), batch.labels.clone()], 0);
    let (real, fake) = discriminator.forward(images.clone(), labels).halves();

    // Loss.
    let judged = discriminator_loss(real, fake, batch.labels.clone(), options);
    let mut loss = judged.loss;
    let figures = [
        loss.clone().detach(),
        judged.real_validity.mean().detach(),
        judged.fake_validity.mean().detach(),
    ];
    if options.penalised(batch.step) {
        let size = batch.labels.dims()[0];
        let halves = [
            (0, options.gradient_penalty),              // R1
            (size, options.gradient_penalty_generated), // R2
        ];
        for (start, weight) in halves.into_iter().filter(|(_, weight)| *weight > 0.0) {
            let half = images.clone().narrow(0, start, size);
            let penalty = gradient_penalty(&discriminator, half, batch.labels.clone(), options);
            let steps = options.gradient_penalty_every as f64; // for which it counts
            loss = loss + penalty.mul_scalar(weight * steps);
        }
    }

    // Backward and update.
    let gradients = GradientsParams::from_grads(loss.backward(), &discriminator);
    let discriminator = optimizer.step(batch.step, learning_rate, discriminator, gradients);
    (discriminator, figures)
}

/// Moves the generator's weights; gradients pass through a copy of the discriminator whose weights ask for none.
///
/// `fakes` are the faces the generator made for this batch, their graph intact. Returns the generator and its loss.
pub fn generator_step(
    generator: Generator,
    optimizer: &mut Adam<Generator>,
    learning_rate: f64,
    discriminator: &Discriminator,
    batch: &Batch,
    fakes: Tensor<4>,
    options: &LossOptions,
) -> (Generator, Tensor<1>) {
    // Forward.
    let fixed = discriminator.clone().no_grad();
    let judged = fixed.forward(fakes, batch.labels.clone());
    let real = || fixed.forward(batch.images.clone(), batch.labels.clone());

    // Loss.
    let loss = generator_loss(judged, real, batch.labels.clone(), options);
    let figure = loss.clone().detach();

    // Backward and update.
    let gradients = GradientsParams::from_grads(loss.backward(), &generator);
    let generator = optimizer.step(batch.step, learning_rate, generator, gradients);
    (generator, figure)
}
