//! What both GANs compute of label logits.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// log p(y | x), the logarithm of the label's probability by softmax.
///
/// # Shapes
/// - logits `[B, 7]`; labels `[B, 7]`, rows that add up to 1
/// - output `[B, 1]`
pub fn label_log_probability(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<2> {
    (log_softmax(logits, 1) * labels).sum_dim(1)
}

/// `-mean(log p(y | x))`
///
/// # Shapes
/// As [`label_log_probability`]; output `[1]`.
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    label_log_probability(logits, labels).mean().neg()
}
