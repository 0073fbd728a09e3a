"""The emotion classifier: which emotion is in a face, real or generated."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import ClassifierConfig
from ..emotions import EMOTIONS
from .generator import ConditionalNorm

#: The first stages, from each to the next of which channels double.
DOUBLING_STAGES = 2


class NormConv(nn.Module):
    """A convolution and the fused normalisation of its output."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = conv
        self.norm = ConditionalNorm(1, conv.out_channels)

    def forward(self, maps: Tensor) -> Tensor:
        normalised: Tensor = self.norm(self.conv(maps), maps.new_ones(1, 1))
        return normalised


class Stage(nn.Module):
    """A convolution that changes the size, then a residual block that keeps it (He et al. 2016)."""

    def __init__(self, enter: nn.Conv2d) -> None:
        super().__init__()
        channels = enter.out_channels
        self.enter = NormConv(enter)
        self.first = NormConv(nn.Conv2d(channels, channels, 3, padding=1))
        self.second = NormConv(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, maps: Tensor) -> Tensor:
        maps = F.relu(self.enter(maps))
        return F.relu(maps + self.second(F.relu(self.first(maps))))


class Classifier(nn.Module):
    """A small residual network. It decides by the sum of the logits of a face and of its mirror image: `probabilities`."""

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        channels = [config.width << min(stage, DOUBLING_STAGES) for stage in range(config.stages)]
        enters = [nn.Conv2d(4, channels[0], 3, padding=1)]
        enters += [nn.Conv2d(of, to, 4, stride=2, padding=1) for of, to in zip(channels, channels[1:])]
        self.stages = nn.ModuleList(map(Stage, enters))
        self.classifier = nn.Linear(channels[-1], len(EMOTIONS))

    def forward(self, images: Tensor) -> Tensor:
        """Images `[B, 1, 48, 48]` in [-1, 1] to logits `[B, 7]`, in the order of `EMOTIONS`."""
        logits: Tensor = self.classifier(self.features(images))
        return logits

    def features(self, images: Tensor) -> Tensor:
        """Images `[B, 1, 48, 48]` in [-1, 1] to what the logits are read from, `[B, 4w]`, not below 0."""
        maps = F.pixel_unshuffle(images, 2)  # [B, 4, 24, 24]
        for stage in self.stages:
            maps = stage(maps)  # w at 24x24, 2w at 12x12, 4w at 6x6, 4w at 3x3
        return maps.mean((2, 3))

    def probabilities(self, images: Tensor) -> Tensor:
        """Images `[B, 1, 48, 48]` in [-1, 1] to probabilities `[B, 7]`, each image and its mirror image together."""
        return torch.softmax((self(images) + self(images.flip(3))) / 2, 1)
