//! From slices to differentiable operations of Burn's CPU backend, by its extension points.

use std::cell::Cell;
use std::fmt::Debug;

use burn::backend::flex::FlexTensor;
use burn::backend::{BackendTensor, DispatchKindConversion, DispatchTensor, Flex};
use burn::tensor::{Device, Tensor, TensorData};

/// An operation on N tensors, as slices, whose output has four dimensions.
pub trait Op<const N: usize>: Debug + Clone + Send + 'static {
    /// Shape of the output.
    fn shape(&self) -> [usize; 4];

    /// The output.
    fn forward(&self, inputs: [&[f32]; N]) -> Vec<f32>;
}

/// An operation that can be trained through.
pub trait Differentiable<const N: usize>: Op<N> {
    /// From the output's gradient those of the inputs that are wanted.
    fn gradients(
        &self,
        inputs: [&[f32]; N],
        gradient: &[f32],
        wanted: [bool; N],
    ) -> [Option<Vec<f32>>; N];
}

thread_local! {
    /// Whether this thread leaves the kernels out: see [`by_burns_operations`].
    static LEFT_OUT: Cell<bool> = const { Cell::new(false) };
}

/// Computes on the CPU what other devices compute, Burn's own operations in place of this crate's kernels, so that both can be
/// compared without another device.
pub fn by_burns_operations<T>(work: impl FnOnce() -> T) -> T {
    LEFT_OUT.set(true);
    let made = work();
    LEFT_OUT.set(false);
    made
}

/// Whether tensors on this device are the CPU backend's, and this crate's kernels compute.
pub fn runs_on(device: &Device) -> bool {
    !LEFT_OUT.get() && device.clone().without_autodiff() == Device::flex()
}

/// Whether tensors on these devices are the CPU backend's and record no gradients. Both is asked of every device: they compare
/// equal with and without autodiff, and one tensor that records gradients suffices to ask for them.
pub fn infers_on(devices: &[Device]) -> bool {
    devices
        .iter()
        .all(|device| runs_on(device) && !device.is_autodiff())
}

/// Runs an operation on tensors of the CPU backend; gradients flow where they are recorded. A tensor without autodiff
/// beside others with it is a constant, as in Burn's own operations.
///
/// # Panics
/// If a tensor is on another backend, or records gradients with checkpointing or without the feature `training`.
pub fn apply<const N: usize>(op: impl Differentiable<N>, inputs: [DispatchTensor; N]) -> Tensor<4> {
    #[cfg(feature = "training")]
    if inputs.iter().any(recorded::records) {
        return recorded::apply(op, inputs);
    }
    infer(op, inputs)
}

/// Runs an operation on tensors of the CPU backend that record no gradients.
///
/// # Panics
/// If a tensor is on another backend, or records gradients.
pub fn infer<const N: usize>(op: impl Op<N>, inputs: [DispatchTensor; N]) -> Tensor<4> {
    let inputs = inputs.map(|tensor| primitive::<Flex>(tensor).to_contiguous());
    Tensor::from_primitive::<Flex>(run(&op, &inputs))
}

fn run<const N: usize>(op: &impl Op<N>, inputs: &[FlexTensor; N]) -> FlexTensor {
    let output = op.forward(inputs.each_ref().map(slice));
    FlexTensor::from_data(TensorData::new(output, op.shape()))
}

/// The values of a contiguous tensor.
fn slice(tensor: &FlexTensor) -> &[f32] {
    match tensor.as_slice::<f32>() {
        Some(values) => values,
        None => panic!("expected contiguous single precision, got {tensor:?}"),
    }
}

fn primitive<B: burn::backend::Backend>(tensor: DispatchTensor) -> B::FloatTensorPrimitive
where
    DispatchTensor: DispatchKindConversion<B>,
{
    match <DispatchTensor as DispatchKindConversion<B>>::try_into_backend(tensor) {
        Ok(BackendTensor::Float(tensor)) => tensor,
        Ok(other) => panic!("expected a float tensor, got {}", other.name()),
        Err(error) => panic!("{error}"),
    }
}

/// Operations whose gradients are asked for later.
#[cfg(feature = "training")]
mod recorded {
    use std::marker::PhantomData;

    use burn::backend::autodiff::checkpoint::base::Checkpointer;
    use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
    use burn::backend::autodiff::grads::Gradients;
    use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
    use burn::backend::{Autodiff, AutodiffBackend, BackendTypes, DispatchAutodiffContext};

    use super::*;

    /// Whether a tensor belongs to autodiff, tracked or as a constant.
    pub fn records(tensor: &DispatchTensor) -> bool {
        tensor.autodiff != DispatchAutodiffContext::Disabled
    }

    fn recorded(tensor: DispatchTensor) -> <Autodiff<Flex> as BackendTypes>::FloatTensorPrimitive {
        match records(&tensor) {
            true => primitive::<Autodiff<Flex>>(tensor),
            false => <Autodiff<Flex>>::from_inner(primitive::<Flex>(tensor)),
        }
    }

    pub fn apply<const N: usize>(
        op: impl Differentiable<N>,
        inputs: [DispatchTensor; N],
    ) -> Tensor<4> {
        let inputs = inputs.map(recorded);
        let nodes = inputs.each_ref().map(|tensor| tensor.node());
        let values = inputs.map(|tensor| tensor.into_primitive().to_contiguous());
        let output = run(&op, &values);
        let prepared = Recorded(PhantomData)
            .prepare::<NoCheckpointing>(nodes)
            .compute_bound();
        Tensor::from_primitive::<Autodiff<Flex>>(match prepared.stateful() {
            OpsKind::Tracked(prepared) => prepared.finish((op, values), output),
            OpsKind::UnTracked(prepared) => prepared.finish(output),
        })
    }

    /// How an operation runs backwards.
    #[derive(Debug)]
    struct Recorded<O>(PhantomData<O>);

    impl<O: Differentiable<N>, const N: usize> Backward<Flex, N> for Recorded<O> {
        type State = (O, [FlexTensor; N]);

        fn backward(
            self,
            ops: Ops<Self::State, N>,
            gradients: &mut Gradients,
            _checkpointer: &mut Checkpointer,
        ) {
            let (op, inputs) = ops.state;
            let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
            let found = op.gradients(
                inputs.each_ref().map(slice),
                slice(&gradient),
                ops.parents.each_ref().map(Option::is_some),
            );
            for ((parent, input), values) in ops.parents.into_iter().zip(&inputs).zip(found) {
                if let (Some(node), Some(values)) = (parent, values) {
                    let data = TensorData::new(values, input.layout().shape().clone());
                    gradients.register::<Flex>(node.id, FlexTensor::from_data(data));
                }
            }
        }
    }
}
