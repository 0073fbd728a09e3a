//! What Burn's GPU backend does in too many or too slow shaders for these networks, done again in WGSL. Only for devices that
//! take it, as a browser's: natively Burn translates to what Vulkan takes.
//!
//! `tests/browser/gpu.rs` holds the faces against the CPU's.

use burn::backend::{BackendTensor, Cube, DispatchKindConversion, DispatchTensor};
use burn::tensor::{Device, Shape, Tensor};
use burn_wgpu::{CubeDim, CubeTensor, KernelSource, SourceKernel, SourceTemplate, into_contiguous};
use cubecl::CubeCount;
use cubecl::prelude::KernelId;
use cubecl::server::KernelArguments;

/// Invocations in a workgroup: small maps fill no more, and every adapter offers them.
const INVOCATIONS: usize = 64;
/// Maps, and pixels of a line, that an invocation makes at once.
const AT_ONCE: usize = 4;

/// Whether tensors on these devices are the GPU backend's and record no gradients: shaders have no way back, so tensors that
/// do take Burn's own operations.
pub fn infers_on(devices: &[Device]) -> bool {
    devices
        .iter()
        .all(|device| *device != Device::flex() && !device.is_autodiff())
}

/// A convolution that has a shader here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convolved {
    /// Kernel 3, stride 1, padding 1.
    Plain,
    /// Transposed: kernel 4, stride 2, padding 1.
    Enlarged,
}

impl Convolved {
    /// Which one takes maps of this shape to so many by a kernel and its stride, if there is one.
    pub fn of(
        [_, _, height, width]: [usize; 4],
        outputs: usize,
        [kernel, stride]: [usize; 2],
        transposed: bool,
    ) -> Option<Self> {
        let (kind, block) = match (kernel, stride, transposed) {
            (3, 1, false) => (Self::Plain, AT_ONCE),
            (4, 2, true) => (Self::Enlarged, AT_ONCE / 2),
            _ => return None,
        };
        let fits = outputs.is_multiple_of(AT_ONCE)
            && height.is_multiple_of(block)
            && width.is_multiple_of(block);
        fits.then_some(kind)
    }

    /// `max(0, maps scale + shift)`, then the convolution.
    ///
    /// # Shapes
    /// - maps `[B, I, H, W]`, weight `[O, I, 3, 3]` or, transposed, `[I, O, 4, 4]`, bias `[O]`; scale and shift `[B, I, 1, 1]` or
    ///   `[1, I, 1, 1]`
    /// - output `[B, O, H, W]` or `[B, O, 2 H, 2 W]`
    pub fn rectified(
        self,
        maps: Tensor<4>,
        weight: Tensor<4>,
        bias: Tensor<1>,
        scale: Tensor<4>,
        shift: Tensor<4>,
    ) -> Tensor<4> {
        let [images, inputs, height, width] = maps.dims();
        let [outputs] = bias.dims();
        let (name, text, larger) = match self {
            Self::Plain => (
                "convolution",
                concat!(include_str!("maps.wgsl"), include_str!("convolution.wgsl")),
                1,
            ),
            Self::Enlarged => (
                "transposed",
                concat!(include_str!("maps.wgsl"), include_str!("transposed.wgsl")),
                2,
            ),
        };
        let shape = [images, outputs, larger * height, larger * width];
        let constants = vec![
            ("inputs", inputs),
            ("outputs", outputs),
            ("height", height),
            ("width", width),
            ("lines", shape[2] / AT_ONCE),
            ("columns", shape[3] / AT_ONCE),
            ("by_image", by_image(&scale)),
        ];
        let shader = Shader {
            name,
            text,
            constants,
        };
        let invocations = shape.iter().product::<usize>() / (AT_ONCE * AT_ONCE * AT_ONCE);
        let [scale, shift] = [scale, shift].map(Tensor::into_dispatch);
        let tensors = [
            maps.into_dispatch(),
            weight.into_dispatch(),
            bias.into_dispatch(),
            scale,
            shift,
        ];
        shader.run(tensors, shape, invocations)
    }
}

/// Whether [`affine_relu`] takes maps of this shape.
pub fn scales([_, _, height, width]: [usize; 4]) -> bool {
    (height * width).is_multiple_of(AT_ONCE)
}

/// `max(0, maps scale + shift)`
///
/// # Shapes
/// - maps `[B, C, H, W]` that [`scales`] allows; scale and shift `[B, C, 1, 1]` or `[1, C, 1, 1]`
/// - output `[B, C, H, W]`
pub fn affine_relu(maps: Tensor<4>, scale: Tensor<4>, shift: Tensor<4>) -> Tensor<4> {
    let shape = maps.dims();
    let invocations = shape.iter().product::<usize>() / AT_ONCE;
    let shader = Shader {
        name: "affine_relu",
        text: include_str!("affine_relu.wgsl"),
        constants: vec![
            ("by_image", by_image(&scale)),
            ("channels", shape[1]),
            ("area", shape[2] * shape[3] / AT_ONCE),
        ],
    };
    let tensors = [
        maps.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
    ];
    shader.run(tensors, shape, invocations)
}

/// 1 where every image has a scale of its own, 0 where one is for all.
fn by_image(scale: &Tensor<4>) -> usize {
    usize::from(scale.dims()[0] > 1)
}

/// A shader whose text names constants, and their values.
struct Shader {
    name: &'static str,
    text: &'static str,
    constants: Vec<(&'static str, usize)>,
}

impl KernelSource for Shader {
    fn source(&self) -> SourceTemplate {
        let template =
            SourceTemplate::new(self.text).register("invocations", INVOCATIONS.to_string());
        let constants = self.constants.iter();
        constants.fold(template, |template, (name, value)| {
            template.register(*name, value.to_string())
        })
    }

    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info((self.name, self.constants.clone()))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

impl Shader {
    /// Runs so many invocations on tensors, into a new one.
    fn run<const N: usize>(
        self,
        tensors: [DispatchTensor; N],
        shape: [usize; 4],
        invocations: usize,
    ) -> Tensor<4> {
        let tensors = tensors.map(primitive);
        let first = &tensors[0];
        let (client, device, dtype) = (&first.client, &first.device, first.dtype);
        let shape = Shape::from(shape);
        let buffer = client.empty(shape.num_elements() * dtype.size());
        let output =
            CubeTensor::new_contiguous(client.clone(), device.clone(), shape, buffer, dtype);
        let mut arguments = KernelArguments::new();
        for tensor in tensors.iter().chain([&output]) {
            arguments = arguments.with_buffer(tensor.handle.clone().binding());
        }
        let groups = CubeCount::Static(invocations.div_ceil(INVOCATIONS) as u32, 1, 1);
        let kernel = SourceKernel::new(self, CubeDim::new_1d(INVOCATIONS as u32));
        client.launch(Box::new(kernel), groups, arguments);
        Tensor::from_primitive::<Cube>(output)
    }
}

/// The GPU backend's own tensor, its values in the order of its shape.
fn primitive(tensor: DispatchTensor) -> CubeTensor {
    match <DispatchTensor as DispatchKindConversion<Cube>>::try_into_backend(tensor) {
        Ok(BackendTensor::Float(tensor)) => into_contiguous(tensor),
        Ok(other) => panic!("expected a float tensor, got {}", other.name()),
        Err(error) => panic!("{error}"),
    }
}
