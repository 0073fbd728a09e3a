"""A network's weights as they lie in a bundle: safetensors in half precision, large tensors as 8-bit integers with scales."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BundleError

#: No network of this project is larger.
MOST_BYTES = 64 << 20
#: What the name of a tensor's scales ends with.
SCALE = ".quantisation_scale"

Shapes = Mapping[str, tuple[int, ...]]


class Weights:
    """Tensors by name. `stored` are as in the file, `scales` what the integers among them are multiplied by."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        self.scales = {name: tensors[name + SCALE] for name, values in tensors.items() if _scaled(tensors, name, values)}
        beside = {name + SCALE for name in self.scales}
        self.stored = {name: values for name, values in tensors.items() if name not in beside}

    @classmethod
    def read(cls, folder: Path, described: Any) -> "Weights":
        """The file that a manifest describes by `file`, `bytes` and `sha256`.

        Raises:
            BundleError: it is missing, another one, or damaged.
        """
        name, size, expected = (described.get(key) if isinstance(described, dict) else None for key in ("file", "bytes", "sha256"))
        if not isinstance(name, str) or not name or name.startswith(".") or set(name) & set("/\\"):
            raise BundleError(f"the manifest names {name!r} as the file of its weights: expected a plain file name")
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path} is missing: a manifest needs its weights beside it")
        found = path.stat().st_size
        if found != size or found > MOST_BYTES:
            raise BundleError(f"{path} has {found} bytes, the manifest says {size}: the file is incomplete or another one")
        content = path.read_bytes()
        found_hash = hashlib.sha256(content).hexdigest()
        if found_hash != expected:
            raise BundleError(f"{path} has SHA-256 {found_hash}, the manifest says {expected}: the file is damaged or another one")
        return cls(_tensors(path, content))

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """A tensor in single precision, its integers multiplied out."""
        values = self.stored[name].astype(np.float32)
        return values * self.scales[name].astype(np.float32) if name in self.scales else values

    def single(self) -> dict[str, NDArray[np.float32]]:
        """All tensors in single precision."""
        return {name: self[name] for name in self.stored}

    def check_fits(self, expected: Shapes) -> None:
        """Refuses weights of another network than one with these tensors."""
        check_fits({name: values.shape for name, values in self.stored.items()}, expected)


def check_fits(found: Shapes, expected: Shapes) -> None:
    """Refuses tensors of other names or shapes than expected.

    Raises:
        BundleError: one is missing, superfluous, or of another shape.
    """
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise BundleError(f"the weights do not fit the network: they hold no tensor '{name}'")
        if name not in expected:
            raise BundleError(f"the weights do not fit the network: they hold a tensor '{name}' that it has not")
        if tuple(found[name]) != tuple(expected[name]):
            raise BundleError(
                f"the weights do not fit the network: the tensor '{name}' has the shape {list(found[name])}, expected {list(expected[name])}"
            )


def _tensors(path: Path, content: bytes) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError  # here, so that networks without weights need no more than PyTorch
    from safetensors.numpy import load

    try:
        tensors = load(content)
    except SafetensorError as error:
        raise BundleError(f"{path} is no safetensors file: {error}") from None
    for name, values in tensors.items():
        if values.dtype not in (np.float32, np.float16, np.int8):
            raise BundleError(f"{path}: the tensor '{name}' holds {values.dtype}, expected float32, float16 or int8")
        if not np.isfinite(values).all():
            raise BundleError(f"{path}: the tensor '{name}' holds a number that is not finite")
    return tensors


def _scaled(tensors: Mapping[str, NDArray[Any]], name: str, values: NDArray[Any]) -> bool:
    """Whether a tensor holds integers, whose scales then have to stand beside it."""
    if values.dtype != np.int8:
        return False
    scales = tensors.get(name + SCALE)
    along = tuple(length if axis == 1 else 1 for axis, length in enumerate(values.shape))
    if scales is None or scales.shape != along or scales.dtype != np.float16 or values.ndim < 2:
        raise BundleError(f"the tensor '{name}' holds integers without scales of the shape {list(along)} in half precision")
    return True
