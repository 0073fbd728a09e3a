"""48x48 grey pixels and their range: how a byte becomes a number of the networks, and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Width and height of every image, in pixels.
IMAGE_SIDE = 48
#: Half of the grey range: 0 becomes -1, 255 becomes 1.
HALF_RANGE = np.float32(127.5)


def to_grey(signed: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Numbers in [-1, 1] as the nearest grey bytes, halves away from zero; values outside are clamped."""
    levels: NDArray[np.float32] = np.floor((signed + np.float32(1)) * HALF_RANGE + np.float32(0.5))
    return levels.clip(0, 255).astype(np.uint8)


def to_signed(grey: NDArray[Any]) -> NDArray[np.float32]:
    """Grey bytes uint8 `[N, 48, 48]` as numbers in [-1, 1], float32 `[N, 1, 48, 48]`.

    Raises:
        ValueError: images of another shape or kind.
    """
    grey = np.asarray(grey)
    if grey.dtype != np.uint8 or grey.ndim != 3 or grey.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ValueError(f"images are {grey.dtype} {list(grey.shape)}: expected uint8 [N, {IMAGE_SIDE}, {IMAGE_SIDE}]")
    return (grey.astype(np.float32) / HALF_RANGE - 1)[:, None]
