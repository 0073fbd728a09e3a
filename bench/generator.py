"""The shipped generator in PyTorch, from the bundle alone: the oracle for everybody's pixels, and their ONNX file.

    python generator.py web/assets/models/acgan --onnx acgan.onnx
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file

FORMAT_VERSION = 3
FIRST_SIDE = 6
SIDE = 48
HALF_RANGE = 127.5


class Bundle:
    """Manifest and weights of a folder, checked."""

    def __init__(self, folder):
        folder = Path(folder)
        self.manifest = json.loads((folder / "manifest.json").read_text())
        version = self.manifest["format_version"]
        if version != FORMAT_VERSION:
            raise SystemExit(f"{folder} has format version {version}: the bench reads {FORMAT_VERSION}")
        form = self.manifest["generator"]["up_sampling"]
        if form != "transposed":
            raise SystemExit(f"{folder} enlarges maps by '{form}': the bench rebuilds 'transposed' generators")
        self.file = folder / self.manifest["weights"]["file"]
        if hashlib.sha256(self.file.read_bytes()).hexdigest() != self.manifest["weights"]["sha256"]:
            raise SystemExit(f"{self.file} is damaged: its SHA-256 is not the manifest's")
        tensors = load_file(self.file)
        integers = {name for name, values in tensors.items() if values.dtype == np.int8}
        self.scales = {name: tensors.pop(f"{name}.quantisation_scale") for name in integers}
        self.weights = tensors
        self.emotions = self.manifest["emotions"]
        self.latent_size = self.manifest["generator"]["latent_size"]

    def weight(self, name):
        """In single precision, integers multiplied out."""
        values = self.weights[name].astype(np.float32)
        return values * self.scales[name].astype(np.float32) if name in self.scales else values

    def stages(self):
        """Numbers of the normalisations; an up-sampling follows all but the last, and a residual block where there are any."""
        return range(len([name for name in self.weights if name.startswith("norms.") and name.endswith(".scale")]))


class Generator:
    """The data flow of model-core/src/generator.rs, in single precision."""

    def __init__(self, bundle):
        self.bundle = bundle
        self.weights = {name: torch.from_numpy(bundle.weight(name)) for name in bundle.weights}

    @torch.inference_mode()
    def __call__(self, z, emotions):
        """`[B, latent]` and `[B, 7]` to faces `[B, 48, 48]` in [-1, 1]."""
        z, emotions = torch.as_tensor(z), torch.as_tensor(emotions, dtype=torch.float32)
        w = self.weights
        maps = torch.cat([z, emotions], 1) @ w["start.weight"] + w["start.bias"]
        maps = maps.reshape(len(z), -1, FIRST_SIDE, FIRST_SIDE)

        modulated = self.bundle.manifest["generator"]["self_modulation"]
        condition = torch.cat([emotions, z], 1) if modulated else emotions

        def rectified(maps, norm):
            scale, shift = (condition @ w[f"{norm}.{table}"] for table in ("scale", "shift"))
            return F.relu(maps * scale[:, :, None, None] + shift[:, :, None, None])

        for stage in self.bundle.stages():
            maps = rectified(maps, f"norms.{stage}")
            up, residual = f"ups.{stage}.Transposed", f"residuals.{stage}"
            if f"{up}.weight" in w:
                maps = F.conv_transpose2d(maps, w[f"{up}.weight"], w[f"{up}.bias"], stride=2, padding=1)
            if f"{residual}.conv.weight" in w:
                conv = w[f"{residual}.conv.weight"], w[f"{residual}.conv.bias"]
                maps = maps + F.conv2d(rectified(maps, f"{residual}.norm"), *conv, padding=1)
        maps = F.conv2d(maps, w["end.weight"], w["end.bias"], padding=1)
        return torch.tanh(maps).reshape(-1, SIDE, SIDE).numpy()


def grey(faces):
    """[-1, 1] to the nearest grey byte, halves away from zero as in Rust."""
    return np.clip(np.floor((faces + 1) * HALF_RANGE + 0.5), 0, 255).astype(np.uint8)


def distance_from(faces, greys):
    """How far the farthest pixel lies outside the interval that rounds to its grey level. Over many faces that is as
    good as the largest difference of the numbers themselves, which a picture file does not hold."""
    low, high = (greys - 0.5) / HALF_RANGE - 1, (greys + 0.5) / HALF_RANGE - 1
    return float(np.maximum(np.maximum(low - faces, faces - high), 0).max())


def onnx_model(bundle):
    """The same network as an ONNX graph: weights stay integers and half precision, so the file is no larger than the
    bundle's. They are multiplied out by plain casts and products, which a runtime folds away when it loads the graph."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def add(kind, *inputs, **attributes):
        output = f"{kind.lower()}_{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def single(name, values):
        constants.append(numpy_helper.from_array(values, name))
        return add("Cast", name, to=TensorProto.FLOAT)

    def weight(name):
        values = single(name, bundle.weights[name])
        return add("Mul", values, single(f"{name}.quantisation_scale", bundle.scales[name])) if name in bundle.scales else values

    def shape(*sizes):
        name = f"shape_{len(constants)}"
        constants.append(numpy_helper.from_array(np.array(sizes, dtype=np.int64), name))
        return name

    modulated = bundle.manifest["generator"]["self_modulation"]
    condition = add("Concat", "emotions", "z", axis=1) if modulated else "emotions"

    def rectified(maps, norm):
        scale, shift = (
            add("Reshape", add("MatMul", condition, weight(f"{norm}.{table}")), shape(0, -1, 1, 1))
            for table in ("scale", "shift")
        )
        return add("Relu", add("Add", add("Mul", maps, scale), shift))

    def convolved(maps, conv):
        return add("Conv", maps, weight(f"{conv}.weight"), weight(f"{conv}.bias"), pads=[1] * 4, kernel_shape=[3, 3])

    maps = add("Gemm", add("Concat", "z", "emotions", axis=1), weight("start.weight"), weight("start.bias"))
    maps = add("Reshape", maps, shape(0, -1, FIRST_SIDE, FIRST_SIDE))
    for stage in bundle.stages():
        maps = rectified(maps, f"norms.{stage}")
        up, residual = f"ups.{stage}.Transposed", f"residuals.{stage}"
        if f"{up}.weight" in bundle.weights:
            parts = weight(f"{up}.weight"), weight(f"{up}.bias")
            maps = add("ConvTranspose", maps, *parts, strides=[2, 2], pads=[1] * 4, kernel_shape=[4, 4])
        if f"{residual}.conv.weight" in bundle.weights:
            maps = add("Add", maps, convolved(rectified(maps, f"{residual}.norm"), f"{residual}.conv"))
    maps = convolved(maps, "end")
    maps = add("Tanh", maps)
    nodes[-1].output[0] = "faces"

    def value(name, *sizes):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes)

    inputs = [value("z", "batch", bundle.latent_size), value("emotions", "batch", len(bundle.emotions))]
    graph = helper.make_graph(nodes, "generator", inputs, [value("faces", "batch", 1, SIDE, SIDE)], constants)
    # An old version of operators and format is understood by every runtime of the last years.
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Exports a bundle's generator as ONNX.")
    parser.add_argument("bundle")
    parser.add_argument("--onnx", required=True, type=Path)
    args = parser.parse_args()
    args.onnx.write_bytes(onnx_model(Bundle(args.bundle)).SerializeToString())
