"""Keras models of images, run by PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array, np.float32))


def pad_same(x, kernel, stride, value=0.0):
    """TensorFlow's padding "same": the odd pixel goes right and below."""
    padding = []
    for n, k, s in zip(reversed(x.shape[2:]), reversed(kernel), reversed(stride)):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        padding += [total // 2, total - total // 2]
    return F.pad(x, padding, value=value) if any(padding) else x


class Keras:
    """Runs a Keras 2 model of images in torch, from its description and its arrays (as named by Keras, "layer/array")."""

    def __init__(self, description, arrays):
        self.layers, self.weights = [], {}
        for layer in description["config"]["layers"]:
            kind, name, config = layer["class_name"], layer["name"], layer["config"]
            inputs = [node[0] for node in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []
            array = lambda part: tensor(arrays[f"{name}/{part}"])
            if kind == "Conv2D":
                self.weights[name] = [array("kernel").permute(3, 2, 0, 1), array("bias") if config["use_bias"] else None]
            elif kind == "SeparableConv2D":
                self.weights[name] = [array("pointwise_kernel").permute(3, 2, 0, 1), None]
                self.weights[name + "/depth"] = array("depthwise_kernel").permute(2, 3, 0, 1)
            elif kind == "BatchNormalization":
                scale = torch.rsqrt(array("moving_variance") + config["epsilon"])
                scale = scale * array("gamma") if config["scale"] else scale
                shift = array("beta") - array("moving_mean") * scale
                if inputs[0] in self.weights:  # after a convolution: folded into it
                    kernel, bias = self.weights[inputs[0]]
                    self.weights[inputs[0]] = [kernel * scale[:, None, None, None], shift if bias is None else shift + bias * scale]
                    kind = "Folded"
                else:
                    self.weights[name + "/norm"] = scale[:, None, None], shift[:, None, None]
            self.layers.append((kind, name, config, inputs))
        for name, value in self.weights.items():
            if isinstance(value, list):
                value[0] = value[0].contiguous(memory_format=torch.channels_last)

    def __call__(self, x, wanted):
        """The output of the layer `wanted` for images x (n, channels, height, width)."""
        outputs = {}
        for kind, name, config, inputs in self.layers:
            inputs = [outputs[name] for name in inputs] or [x]
            y = inputs[0]
            if kind in ("Conv2D", "SeparableConv2D"):
                y = pad_same(y, config["kernel_size"], config["strides"]) if config["padding"] == "same" else y
                stride, depth = config["strides"], self.weights.get(name + "/depth")
                if depth is not None:
                    y, stride = F.conv2d(y, depth, stride=stride, groups=y.shape[1]), 1
                y = F.conv2d(y, *self.weights[name], stride=stride)
            elif kind == "BatchNormalization":
                scale, shift = self.weights[name + "/norm"]
                y = y * scale + shift
            elif kind == "Activation":
                y = {"relu": torch.relu, "softmax": lambda y: y.softmax(1)}[config["activation"]](y)
            elif kind == "MaxPooling2D":
                y = pad_same(y, config["pool_size"], config["strides"], -1e9) if config["padding"] == "same" else y
                y = F.max_pool2d(y, config["pool_size"], config["strides"])
            elif kind == "AveragePooling2D":  # in Inception always 3x3, stride 1, "same"
                y = F.avg_pool2d(y, 3, 1, padding=1, count_include_pad=False)
            elif kind == "GlobalAveragePooling2D":
                y = y.mean((2, 3))
            elif kind == "Concatenate":
                y = torch.cat(inputs, 1)
            elif kind == "Add":
                y = inputs[0] + inputs[1]
            elif kind not in ("InputLayer", "Folded"):
                raise ValueError(f"layer {kind}")
            if name == wanted:
                return y
            outputs[name] = y
        raise ValueError(f"no layer {wanted}")
