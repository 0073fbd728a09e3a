"""The discriminator, the same for both GANs: an image becomes features, and these an unconditional logit and seven label logits."""

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from ..config import DiscriminatorConfig
from ..emotions import EMOTIONS

#: Slope of the leaky rectifier below zero.
LEAK = 0.2
#: Keeps the variance of the maps from layer to layer: a rectifier halves it (He et al. 2015).
GAIN = 2**0.5
#: Places of the last maps, 3x3.
LAST_PLACES = 9


class DiscriminatorOutput(NamedTuple):
    """What a discriminator answers about a batch of images."""

    #: `[B, 1]`: real (above 0) or generated (below), whatever the label.
    unconditional_logit: Tensor
    #: `[B, 7]`: one logit for each label.
    label_logits: Tensor


class Discriminator(nn.Module):
    """Four convolutions, from 48x48 pixels to 3x3 maps; their features, summed over all places; two heads.

    With u the unconditional logit and p(y | x) the softmax of the label logits, the adversarial logit of label y is
    `u + log p(y | x)` in the conditional GAN and `u` in the ACGAN.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        channels = [1] + [config.width * factor for factor in (1, 2, 4, 4)]
        features = channels[-1]
        self.convs = nn.ModuleList(nn.Conv2d(of, to, 4, stride=2, padding=1) for of, to in zip(channels, channels[1:]))
        self.dense = nn.Linear(LAST_PLACES * features, features) if config.dense else None
        self.unconditional = nn.Linear(features, 1)
        self.labels = nn.Linear(features, len(EMOTIONS))

    def forward(self, images: Tensor) -> DiscriminatorOutput:
        """Images `[B, 1, 48, 48]` in [-1, 1]."""
        features = self.features(images)
        return DiscriminatorOutput(self.unconditional(features), self.labels(features))

    def features(self, images: Tensor) -> Tensor:
        """Images `[B, 1, 48, 48]` in [-1, 1] to features `[B, 4w]`."""
        maps = images
        for conv in self.convs:
            maps = F.leaky_relu(conv(maps), LEAK) * GAIN  # w at 24x24, 2w at 12x12, 4w at 6x6, 4w at 3x3
        summed = maps.sum((2, 3))
        return summed if self.dense is None else summed + F.leaky_relu(self.dense(maps.flatten(1)), LEAK) * GAIN
