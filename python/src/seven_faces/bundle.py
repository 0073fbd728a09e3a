"""A bundle: the folder in which the trainer exports a network, as the faces and modules in it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .config import ClassifierConfig, Config, DiscriminatorConfig, GeneratorConfig
from .emotions import EMOTIONS, Emotion, emotion_weights
from .errors import BundleError, needed
from .latent import latents, seed_array
from .numpy_generator import NumpyGenerator
from .pixels import IMAGE_SIDE, to_grey, to_signed
from .weights import Weights

if TYPE_CHECKING:
    from torch import Tensor

    from .networks import Classifier, Discriminator, Generator

#: Of the bundle format that is read: docs/model.md.
FORMAT_VERSION = 3
#: Faces in one pass: more take more memory and no less time.
CHUNK = 32


class Kind(NamedTuple):
    """A network that a bundle may hold."""

    manifest: str
    #: From a manifest to what the network is rebuilt from.
    config: Callable[[dict[str, Any]], Config]
    #: The command that writes it.
    command: str


KINDS = {
    "generator": Kind("manifest.json", lambda manifest: GeneratorConfig.of(manifest.get("generator")), "export RUN --to DIR"),
    "discriminator": Kind(
        "discriminator.json",
        lambda manifest: DiscriminatorConfig.of(manifest.get("discriminator")),
        "export RUN --discriminator DIR",
    ),
    "classifier": Kind("classifier.json", ClassifierConfig.of, "classifier"),
}


@dataclass(frozen=True)
class Packed:
    """A manifest and the weights that it describes, checked."""

    manifest: dict[str, Any]
    config: Any
    weights: Weights


def load(folder: str | PathLike[str]) -> "Bundle":
    """Reads and checks all networks in a folder: `manifest.json` and `generator.safetensors`, or those of a discriminator or
    a classifier.

    Raises:
        BundleError: the folder holds no network, or a damaged one, or one of another format version.
    """
    folder = Path(folder)
    packed = {name: _read(folder, kind) for name, kind in KINDS.items() if (folder / kind.manifest).is_file()}
    if not packed:
        names = ", ".join(kind.manifest for kind in KINDS.values())
        raise BundleError(f"{folder} holds no bundle: expected a folder with one of {names}")
    return Bundle(folder, packed)


class Bundle:
    """The networks of a folder. Made by `load`."""

    def __init__(self, folder: Path, packed: dict[str, Packed]) -> None:
        self.folder = folder
        self._packed = packed

    def __repr__(self) -> str:
        return f"<Bundle {self.folder}: {', '.join(self._packed)}>"

    @property
    def networks(self) -> tuple[str, ...]:
        """Which of "generator", "discriminator" and "classifier" the bundle holds."""
        return tuple(self._packed)

    @property
    def manifest(self) -> dict[str, Any]:
        """The first network's manifest: what it is, how it was trained, the hash of its weights."""
        return next(iter(self._packed.values())).manifest

    @property
    def latent_size(self) -> int:
        """Length of a latent vector of the generator."""
        size: int = self._held("generator").config.latent_size
        return size

    @cached_property
    def generator(self) -> "Generator":
        """The generator as a `torch.nn.Module`, on the CPU, in single precision, for inference: `generator(z, emotions)`.

        Raises:
            BundleError: the bundle holds none.
            MissingPackageError: PyTorch is not installed.
        """
        network: Generator = self._module("generator", "Generator")
        return network

    @cached_property
    def discriminator(self) -> "Discriminator":
        """The discriminator as a `torch.nn.Module`: `discriminator(images)`. Raises as `generator`."""
        network: Discriminator = self._module("discriminator", "Discriminator")
        return network

    @cached_property
    def classifier(self) -> "Classifier":
        """The emotion classifier as a `torch.nn.Module`: `classifier(images)`. Raises as `generator`."""
        network: Classifier = self._module("classifier", "Classifier")
        return network

    @cached_property
    def numpy_generator(self) -> NumpyGenerator:
        """The generator in numpy. Raises BundleError if the bundle holds none."""
        packed = self._held("generator")
        return NumpyGenerator(packed.config, packed.weights)

    def latents(self, seeds: int | Iterable[int]) -> NDArray[np.float32]:
        """Latent vectors float32 `[N, latent_size]` of seeds, whole numbers from 0 to 2^64 - 1."""
        return latents(seeds, self.latent_size)

    def generate(
        self,
        emotion: Emotion,
        seeds: int | Iterable[int],
        *,
        truncation: float = 1.0,
        label_interpolation: float = 1.0,
        device: Any = None,
    ) -> NDArray[np.uint8]:
        """Faces uint8 `[N, 48, 48]`, one for each of the N seeds; the faces that page and trainer make of them.

        Args:
            emotion: a name or a label, one for all faces or one for each; or weights `[7]` or `[N, 7]` for a blend.
            seeds: one person each, whole numbers from 0 to 2^64 - 1.
            truncation: what latents are multiplied by, 0 to 1.5: below 1 people are more alike (Brock et al. 2019).
            label_interpolation: 0 to 1: how much of the emotion is left, the rest being neutral.
            device: PyTorch's, such as "cpu" or "cuda", to make them with PyTorch; None makes them with numpy.

        What export did to the weights by `--truncation`, `--label-interpolation` and `--latent-edit` is in them; both
        options here come on top.

        Raises:
            ValueError: no emotion, no seed, or a number out of its range.
            BundleError: the bundle holds no generator.
            MissingPackageError: `device` is given and PyTorch is not installed.
        """
        if not 0 <= truncation <= 1.5:
            raise ValueError(f"truncation is {truncation}: expected 0 to 1.5")
        wanted = seed_array(seeds)
        rows = emotion_weights(emotion, len(wanted), label_interpolation)
        make = self.numpy_generator if device is None else self._on(device)
        faces = np.empty((len(wanted), IMAGE_SIDE, IMAGE_SIDE), np.uint8)
        for start in range(0, len(wanted), CHUNK):
            part = slice(start, start + CHUNK)
            z = latents(wanted[part], self.latent_size) * np.float32(truncation)
            faces[part] = to_grey(make(z, rows[part]))[:, 0]
        return faces

    def classify(self, faces: NDArray[np.uint8], *, device: Any = "cpu") -> NDArray[np.float32]:
        """What the classifier sees in faces uint8 `[N, 48, 48]`: probabilities float32 `[N, 7]`, in the order of `EMOTIONS`.

        Raises:
            ValueError: images of another shape or kind.
            BundleError: the bundle holds no classifier.
            MissingPackageError: PyTorch is not installed.
        """
        images = to_signed(faces)
        network = self.classifier.to(device)
        import torch

        seen = np.empty((len(images), len(EMOTIONS)), np.float32)
        with torch.inference_mode():
            for start in range(0, len(images), CHUNK):
                part = slice(start, start + CHUNK)
                seen[part] = network.probabilities(torch.from_numpy(images[part]).to(device)).cpu().numpy()
        return seen

    def to_onnx(self, path: str | PathLike[str]) -> None:
        """Writes the generator as ONNX, opset 17: inputs `z` float32 `[batch, latent_size]` and `emotions` float32
        `[batch, 7]`, output `faces` float32 `[batch, 1, 48, 48]` in [-1, 1], for any batch. Weights stay 8-bit integers.

        Raises:
            BundleError: the bundle holds no generator.
            MissingPackageError: onnx is not installed.
        """
        packed = self._held("generator")
        needed("onnx", "to_onnx")
        from .onnx_graph import onnx_model

        Path(path).write_bytes(onnx_model(packed.config, packed.weights).SerializeToString())

    def _held(self, name: str) -> Packed:
        if name not in self._packed:
            kind, holds = KINDS[name], ", ".join(self._packed)
            raise BundleError(
                f"{self.folder} holds a {holds} and no {name}, which is a folder with {kind.manifest}: "
                f"`native-trainer {kind.command}` writes one"
            )
        return self._packed[name]

    def _module(self, name: str, of: str) -> Any:
        packed = self._held(name)
        needed("torch", f"the {name} as a module")
        from . import networks
        from .networks.loading import loaded

        return loaded(getattr(networks, of)(packed.config), packed.weights)

    def _on(self, device: Any) -> Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]:
        """The generator in PyTorch on a device."""
        network = self.generator.to(device)
        import torch

        def make(z: NDArray[np.float32], emotions: NDArray[np.float32]) -> NDArray[np.float32]:
            with torch.inference_mode():
                faces: Tensor = network(torch.from_numpy(z).to(device), torch.from_numpy(emotions).to(device))
                return faces.cpu().numpy()

        return make


def _read(folder: Path, kind: Kind) -> Packed:
    path = folder / kind.manifest
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BundleError(f"{path} is no JSON: {error}") from None
    version = manifest.get("format_version") if isinstance(manifest, dict) else None
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{path} has format version {version}, this package reads {FORMAT_VERSION}: export the model again with a matching trainer"
        )
    for name, expected in (("emotions", list(EMOTIONS)), ("image_side", IMAGE_SIDE)):
        if name in manifest and manifest[name] != expected:
            raise BundleError(f"{path} describes another kind of model: {name} is {manifest[name]}, expected {expected}")
    try:
        config = kind.config(manifest)
    except BundleError as error:
        raise BundleError(f"{path} describes a network that cannot be built: {error}") from None
    return Packed(manifest, config, Weights.read(folder, manifest.get("weights")))
