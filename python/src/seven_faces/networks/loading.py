"""Weights of a bundle into modules. Burn's layers and PyTorch's differ in three places, all of them here."""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..weights import Weights, check_fits
from .discriminator import Discriminator

Network = TypeVar("Network", bound=nn.Module)


def loaded(network: Network, weights: Weights) -> Network:
    """The network with these weights, for inference.

    Raises:
        BundleError: they are another network's.
    """
    tensors = {name.replace(".Transposed.", "."): torch.from_numpy(values) for name, values in weights.single().items()}
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Linear) and f"{name}.weight" in tensors:
            tensors[f"{name}.weight"] = tensors[f"{name}.weight"].mT.contiguous()  # Burn's are [inputs, outputs]
    if isinstance(network, Discriminator) and "convs.0.weight" in tensors:
        tensors["convs.0.weight"] = _four_by_four(tensors["convs.0.weight"])
    check_fits(*({name: tuple(values.shape) for name, values in of.items()} for of in (tensors, network.state_dict())))
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)


def _four_by_four(weight: Tensor) -> Tensor:
    """The trainer writes the first 4x4 convolution with stride 2 as a pixel unshuffle and a 2x2 convolution."""
    return F.pixel_shuffle(weight, 2) if weight.shape[1:] == (4, 2, 2) else weight
