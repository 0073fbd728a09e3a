"""Generated 48x48 grey faces with seven emotions, from the bundles that the Seven Faces trainer writes.

    import seven_faces

    bundle = seven_faces.load("web/assets/models/acgan")
    faces = bundle.generate("happy", seeds=range(16))  # uint8 [16, 48, 48]

Begin reading at `bundle.py`. numpy and safetensors are enough to make faces; `bundle.generator`, `bundle.discriminator`,
`bundle.classifier` and `SevenFacesDataset` need PyTorch (`seven-faces[torch]`), `bundle.to_onnx` needs onnx
(`seven-faces[onnx]`). The networks: Mirza & Osindero 2014 (conditional GAN), Odena, Olah & Shlens 2017 (auxiliary classifier).
"""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .bundle import Bundle, load
from .emotions import EMOTIONS
from .errors import BundleError, MissingPackageError
from .latent import latents
from .pixels import IMAGE_SIDE

if TYPE_CHECKING:
    from .dataset import SevenFacesDataset as SevenFacesDataset

__all__ = [
    "EMOTIONS",
    "IMAGE_SIDE",
    "Bundle",
    "BundleError",
    "MissingPackageError",
    "latents",
    "load",
]

try:
    __version__ = version("seven-faces")
except PackageNotFoundError:  # read from a checkout, not installed
    __version__ = "unknown"


def __getattr__(name: str) -> Any:
    """What needs PyTorch is imported when it is asked for, and by `from seven_faces import *` not at all."""
    if name == "SevenFacesDataset":
        from .dataset import SevenFacesDataset

        return SevenFacesDataset
    raise AttributeError(f"module 'seven_faces' has no attribute '{name}'")
