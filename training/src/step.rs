//! One training step of each network. Each function says whose weights move; the other network is
//! only looked through. Nothing here prints, reads a clock or waits for the device.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use model_core::discriminator::Discriminator;
use model_core::generator::Generator;
use model_core::reading::{ReadError, numbers};

use crate::adam::Adam;
use crate::batcher::Batch;
use crate::losses::{Game, LossOptions};
use crate::penalty::gradient_penalty;

/// Figures of a step, still on the device: reading one waits for everything before it.
#[derive(Clone)]
pub struct StepStats {
    pub discriminator_loss: Tensor<1>,
    pub generator_loss: Tensor<1>,
    /// Mean adversarial logit of real images: above 0 while the discriminator takes them for real.
    pub real_logit: Tensor<1>,
    /// Mean adversarial logit of generated images.
    pub fake_logit: Tensor<1>,
}

impl StepStats {
    /// Adds another step's figures.
    pub fn plus(self, other: Self) -> Self {
        Self {
            discriminator_loss: self.discriminator_loss + other.discriminator_loss,
            generator_loss: self.generator_loss + other.generator_loss,
            real_logit: self.real_logit + other.real_logit,
            fake_logit: self.fake_logit + other.fake_logit,
        }
    }

    /// The four figures divided by a number of steps, in the order of the fields.
    pub async fn read(self, steps: f32) -> Result<[f32; 4], ReadError> {
        let figures = [
            self.discriminator_loss,
            self.generator_loss,
            self.real_logit,
            self.fake_logit,
        ];
        let values = numbers(Tensor::cat(figures.to_vec(), 0)).await?;
        let mean = |index| values.get(index).map_or(f32::NAN, |sum| sum / steps);
        Ok(std::array::from_fn(mean))
    }
}

/// Moves the discriminator's weights; `fakes` come detached, so the generator is out of reach.
///
/// Returns the discriminator, its loss, and the mean adversarial logit of real and of generated images.
pub fn discriminator_step(
    discriminator: Discriminator,
    optimizer: &mut Adam<Discriminator>,
    learning_rate: f64,
    batch: &Batch,
    fakes: Tensor<4>,
    game: &Game,
) -> (Discriminator, [Tensor<1>; 3]) {
    // Forward: real and generated images in one pass.
    let images = Tensor::cat(vec![batch.images.clone(), fakes.detach()], 0);
    let (real, fake) = discriminator.forward(images.clone()).halves();

    // Loss.
    let output = game.discriminator_loss(real, fake, batch.labels.clone());
    let mut loss = output.loss;
    let figures = [
        loss.clone().detach(),
        output.real_logit.mean().detach(),
        output.fake_logit.mean().detach(),
    ];
    if game.options.penalised(batch.step) {
        loss = loss + penalties(&discriminator, images, batch.labels.clone(), game);
    }

    // Backward and update.
    let gradients = GradientsParams::from_grads(loss.backward(), &discriminator);
    let discriminator = optimizer.step(batch.step, learning_rate, discriminator, gradients);
    (discriminator, figures)
}

/// R1 and R2 for all the steps that they count for, `[1]`: of real images, and where R2 counts of generated ones in the same pass.
///
/// # Shapes
/// - images `[2 B, 1, 48, 48]`, real ones first; labels `[B, 7]`
fn penalties(
    discriminator: &Discriminator,
    images: Tensor<4>,
    labels: Tensor<2>,
    game: &Game,
) -> Tensor<1> {
    let LossOptions {
        r1,
        r2,
        penalty_every,
        ..
    } = game.options;
    let size = labels.dims()[0];
    let (images, labels) = match r2 > 0.0 {
        true => (images, Tensor::cat(vec![labels.clone(), labels], 0)),
        false => (images.narrow(0, 0, size), labels),
    };
    let of_each = gradient_penalty(discriminator, images, |output| {
        game.logit(&output, labels.clone())
    });
    let mean = |start: usize, weight: f64| {
        let part = of_each.clone().narrow(0, start, size).mean();
        part.mul_scalar(weight * penalty_every as f64)
    };
    match r2 > 0.0 {
        true => mean(0, r1) + mean(size, r2),
        false => mean(0, r1),
    }
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
    game: &Game,
) -> (Generator, Tensor<1>) {
    // Forward.
    let fixed = discriminator.clone().no_grad();
    let output = fixed.forward(fakes);
    let real = || fixed.forward(batch.images.clone());

    // Loss.
    let loss = game.generator_loss(output, real, batch.labels.clone());
    let figure = loss.clone().detach();

    // Backward and update.
    let gradients = GradientsParams::from_grads(loss.backward(), &generator);
    let generator = optimizer.step(batch.step, learning_rate, generator, gradients);
    (generator, figure)
}
