//! What moves weights after a step, on every number of a network: one pass each.

use super::op::Op;
use super::parts::each;

/// `mean decay + gradient^2 (1 - decay)` of `[mean, gradient]`.
#[derive(Debug, Clone)]
pub struct RunningSquare {
    pub numbers: usize,
    pub decay: f32,
}

impl Op<2> for RunningSquare {
    fn shape(&self) -> [usize; 4] {
        [1, 1, 1, self.numbers]
    }

    fn forward(&self, inputs: [&[f32]; 2]) -> Vec<f32> {
        let rest = 1.0 - self.decay;
        each(inputs, |[mean, gradient]| {
            mean * self.decay + gradient * gradient * rest
        })
    }
}

/// `value - rate gradient / (sqrt(mean / correction) + epsilon)` of `[value, gradient, mean]`.
#[derive(Debug, Clone)]
pub struct Descent {
    pub numbers: usize,
    pub rate: f32,
    pub correction: f32,
    pub epsilon: f32,
}

impl Op<3> for Descent {
    fn shape(&self) -> [usize; 4] {
        [1, 1, 1, self.numbers]
    }

    fn forward(&self, inputs: [&[f32]; 3]) -> Vec<f32> {
        each(inputs, |[value, gradient, mean]| {
            let root = (mean / self.correction).sqrt();
            value - gradient / (root + self.epsilon) * self.rate
        })
    }
}

/// `average decay + current (1 - decay)` of `[average, current]`.
#[derive(Debug, Clone)]
pub struct MovingAverage {
    pub numbers: usize,
    pub decay: f32,
}

impl Op<2> for MovingAverage {
    fn shape(&self) -> [usize; 4] {
        [1, 1, 1, self.numbers]
    }

    fn forward(&self, inputs: [&[f32]; 2]) -> Vec<f32> {
        let rest = 1.0 - self.decay;
        each(inputs, |[average, current]| {
            average * self.decay + current * rest
        })
    }
}
