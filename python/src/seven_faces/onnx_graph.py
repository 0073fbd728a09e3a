"""The generator as an ONNX graph."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .config import GeneratorConfig
from .emotions import EMOTIONS
from .numpy_generator import FIRST_SIDE, shapes
from .pixels import IMAGE_SIDE
from .weights import SCALE, Weights

#: Old versions of operators and file are understood by every runtime of the last years.
OPSET, FILE_VERSION = 17, 8


class Graph:
    """Nodes and constants, added one after the other. Weights stay integers and half precision, so that the file is no larger
    than the bundle's: they are multiplied out by casts and products, which a runtime computes once when it loads the graph."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        """Adds a node, and names its output."""
        output = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def shape(self, *sizes: int) -> str:
        return self.constant(f"shape_{len(self.constants)}", np.array(sizes, np.int64))

    def weight(self, name: str) -> str:
        """A tensor in single precision."""
        values = self.add("Cast", self.constant(name, self.weights.stored[name]), to=TensorProto.FLOAT)
        if name not in self.weights.scales:
            return values
        scales = self.constant(name + SCALE, self.weights.scales[name])
        return self.add("Mul", values, self.add("Cast", scales, to=TensorProto.FLOAT))

    def rectified(self, maps: str, norm: str, condition: str) -> str:
        scale, shift = (
            self.add("Reshape", self.add("MatMul", condition, self.weight(f"{norm}.{table}")), self.shape(0, -1, 1, 1))
            for table in ("scale", "shift")
        )
        return self.add("Relu", self.add("Add", self.add("Mul", maps, scale), shift))

    def convolved(self, maps: str, layer: str) -> str:
        parts = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.add("Conv", maps, *parts, pads=[1] * 4, kernel_shape=[3, 3])

    def doubled(self, maps: str, layer: str) -> str:
        parts = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.add("ConvTranspose", maps, *parts, strides=[2, 2], pads=[1] * 4, kernel_shape=[4, 4])


def onnx_model(config: GeneratorConfig, weights: Weights) -> onnx.ModelProto:
    """The data flow of `networks/generator.py`: `z` `[batch, latent_size]` and `emotions` `[batch, 7]` to `faces`
    `[batch, 1, 48, 48]` in [-1, 1]. The model is checked."""
    weights.check_fits(shapes(config))
    graph = Graph(weights)
    condition = graph.add("Concat", "emotions", "z", axis=1) if config.self_modulation else "emotions"
    start = graph.add("Concat", "z", "emotions", axis=1)
    maps = graph.add("Gemm", start, graph.weight("start.weight"), graph.weight("start.bias"))
    maps = graph.add("Reshape", maps, graph.shape(0, -1, FIRST_SIDE, FIRST_SIDE))
    for stage in range(len(config.channels()) - 1):
        maps = graph.rectified(maps, f"norms.{stage}", condition)
        maps = graph.doubled(maps, f"ups.{stage}.Transposed")
        if config.residual:
            normalised = graph.rectified(maps, f"residuals.{stage}.norm", condition)
            maps = graph.add("Add", maps, graph.convolved(normalised, f"residuals.{stage}.conv"))
    graph.add("Tanh", graph.convolved(graph.rectified(maps, "norms.3", condition), "end"), name="faces")

    def value(name: str, *sizes: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes)

    inputs = [value("z", "batch", config.latent_size), value("emotions", "batch", len(EMOTIONS))]
    outputs = [value("faces", "batch", 1, IMAGE_SIDE, IMAGE_SIDE)]
    made = helper.make_graph(graph.nodes, "generator", inputs, outputs, graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FILE_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model
