"""What a network is rebuilt from, as its manifest says; the sizes are checked before anything is allocated."""

from dataclasses import dataclass, fields
from typing import Any, Self

from .errors import BundleError


def _within(name: str, found: int, low: int, high: int) -> None:
    if not low <= found <= high:
        raise BundleError(f"{name} is {found}: expected {low} to {high}")


@dataclass(frozen=True)
class Config:
    """Sizes and switches of a network, each under its name in the manifest."""

    @classmethod
    def of(cls, values: Any) -> Self:
        """From an object of a manifest.

        Raises:
            BundleError: a field is missing, of another kind, or out of range.
        """
        found = {}
        for field in fields(cls):
            value = values.get(field.name) if isinstance(values, dict) else None
            kind: Any = field.type
            if type(value) is not kind:
                raise BundleError(f"{field.name} is {value!r}: expected {kind.__name__}")
            found[field.name] = value
        config = cls(**found)
        config.check()
        return config

    def check(self) -> None:
        """Refuses what no network of this project is built from."""


@dataclass(frozen=True)
class GeneratorConfig(Config):
    #: Length of the latent vector z.
    latent_size: int
    #: Channels of the 24x24 maps; 6x6 has four times, 12x12 twice, 48x48 half as many.
    width: int
    #: How maps are doubled: in a bundle always "transposed", by a transposed 4x4 convolution with stride 2.
    up_sampling: str
    #: Whether a residual block follows every doubling (He et al. 2016).
    residual: bool
    #: Whether z, too, scales and shifts in every normalisation (Chen et al. 2019).
    self_modulation: bool

    def check(self) -> None:
        _within("latent_size", self.latent_size, 1, 1024)
        _within("generator width", self.width, 2, 256)
        if self.up_sampling != "transposed":
            raise BundleError(f"up_sampling is {self.up_sampling!r}: expected 'transposed', as in every exported generator")

    def channels(self) -> tuple[int, int, int, int]:
        """Of the maps at 6x6, 12x12, 24x24 and 48x48."""
        return 4 * self.width, 2 * self.width, self.width, self.width // 2


@dataclass(frozen=True)
class DiscriminatorConfig(Config):
    #: Channels of the 24x24 maps; each halving of the size doubles them, up to four times as many.
    width: int
    #: Whether a fully connected layer reads the last 3x3 maps whole, beside their sum over all places.
    dense: bool

    def check(self) -> None:
        _within("discriminator width", self.width, 1, 256)


@dataclass(frozen=True)
class ClassifierConfig(Config):
    #: Channels of the first stage; they double up to the third.
    width: int
    #: Stages; height and width halve from one to the next, beginning at 24x24.
    stages: int

    def check(self) -> None:
        _within("classifier width", self.width, 1, 128)
        _within("stages", self.stages, 1, 4)
