"""The generator in numpy, so that faces need no PyTorch: the data flow of `networks/generator.py`, in single precision."""

import numpy as np
from numpy.typing import NDArray

from .config import GeneratorConfig
from .emotions import EMOTIONS
from .pixels import IMAGE_SIDE
from .weights import Weights

Numbers = NDArray[np.float32]

#: Side of the smallest maps; three doublings lead to 48.
FIRST_SIDE = 6


def shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """The tensors of a fused generator, by their names in a bundle."""
    channels = config.channels()
    conditions = len(EMOTIONS) + (config.latent_size if config.self_modulation else 0)
    wanted: dict[str, tuple[int, ...]] = {
        "start.weight": (config.latent_size + len(EMOTIONS), channels[0] * FIRST_SIDE**2),
        "start.bias": (channels[0] * FIRST_SIDE**2,),
        "end.weight": (1, channels[3], 3, 3),
        "end.bias": (1,),
    }
    for stage, of in enumerate(channels):
        wanted |= {f"norms.{stage}.{table}": (conditions, of) for table in ("scale", "shift")}
    for stage, (of, to) in enumerate(zip(channels, channels[1:])):
        wanted |= {f"ups.{stage}.Transposed.weight": (of, to, 4, 4), f"ups.{stage}.Transposed.bias": (to,)}
        if config.residual:
            wanted |= {f"residuals.{stage}.norm.{table}": (conditions, to) for table in ("scale", "shift")}
            wanted |= {f"residuals.{stage}.conv.weight": (to, to, 3, 3), f"residuals.{stage}.conv.bias": (to,)}
    return wanted


class NumpyGenerator:
    """A fused generator: latents and emotions to faces."""

    def __init__(self, config: GeneratorConfig, weights: Weights) -> None:
        weights.check_fits(shapes(config))
        self.config = config
        self.weights = weights.single()

    def __call__(self, z: Numbers, emotions: Numbers) -> Numbers:
        """z `[B, latent_size]` and emotions `[B, 7]` to faces `[B, 1, 48, 48]` in [-1, 1]."""
        condition = np.concatenate([emotions, z], 1) if self.config.self_modulation else emotions
        start = np.concatenate([z, emotions], 1) @ self.weights["start.weight"] + self.weights["start.bias"]
        maps = start.reshape(len(z), -1, FIRST_SIDE, FIRST_SIDE)  # [B, 4w, 6, 6]
        for stage in range(len(self.config.channels()) - 1):
            maps = self._rectified(maps, f"norms.{stage}", condition)
            maps = self._doubled(maps, f"ups.{stage}.Transposed")  # [B, 2w, 12, 12], [B, w, 24, 24], [B, w / 2, 48, 48]
            if self.config.residual:
                normalised = self._rectified(maps, f"residuals.{stage}.norm", condition)
                maps = maps + self._convolved(normalised, f"residuals.{stage}.conv")
        maps = self._rectified(maps, "norms.3", condition)
        faces: Numbers = np.tanh(self._convolved(maps, "end"))
        return faces.reshape(-1, 1, IMAGE_SIDE, IMAGE_SIDE)

    def _rectified(self, maps: Numbers, norm: str, condition: Numbers) -> Numbers:
        scale, shift = ((condition @ self.weights[f"{norm}.{table}"])[:, :, None, None] for table in ("scale", "shift"))
        rectified: Numbers = np.maximum(maps * scale + shift, np.float32(0))
        return rectified

    def _convolved(self, maps: Numbers, layer: str) -> Numbers:
        """A 3x3 convolution that keeps the size: one matrix product of all nine neighbours of every place."""
        batch, channels, height, width = maps.shape
        framed = np.pad(maps, ((0, 0), (0, 0), (1, 1), (1, 1)))
        neighbours = [framed[:, :, y : y + height, x : x + width] for y in range(3) for x in range(3)]
        columns = np.stack(neighbours, 2).reshape(batch, channels * 9, height * width)
        kernel, bias = self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"]
        convolved = kernel.reshape(len(kernel), -1) @ columns + bias[:, None]
        return convolved.reshape(batch, len(kernel), height, width)

    def _doubled(self, maps: Numbers, layer: str) -> Numbers:
        """A transposed 4x4 convolution, stride 2, padding 1: every place adds sixteen numbers to the maps of twice the size."""
        batch, channels, height, width = maps.shape
        kernel, bias = self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"]
        outputs = kernel.shape[1]
        added = kernel.reshape(channels, -1).T @ maps.reshape(batch, channels, -1)
        added = added.reshape(batch, outputs, 4, 4, height, width)
        framed = np.zeros((batch, outputs, 2 * height + 2, 2 * width + 2), np.float32)
        for y in range(4):
            for x in range(4):
                framed[:, :, y : y + 2 * height : 2, x : x + 2 * width : 2] += added[:, :, y, x]
        return framed[:, :, 1:-1, 1:-1] + bias[:, None, None]
