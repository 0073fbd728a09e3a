"""The package's networks as they are trained: normalised by the batch, enlarged before they are convolved, with first weights.

Compare with model-core/src/{generator,normalisation,blocks,discriminator}.rs; where PyTorch has a fused form of the same thing,
it is used.
"""

import torch.nn as nn
import torch.nn.functional as F
from seven_faces import EMOTIONS
from seven_faces.config import DiscriminatorConfig, GeneratorConfig
from seven_faces.networks import ConditionalNorm, Discriminator, Generator

EPSILON = 1e-5
INITIAL_DEVIATION = 0.02


class BatchNorm(ConditionalNorm):
    """Normalises by the statistics of the batch first; what z scales and shifts begins as zeros."""

    def __init__(self, conditions, channels):
        super().__init__(conditions, channels)
        nn.init.zeros_(self.scale[len(EMOTIONS) :])

    def forward(self, maps, condition):
        return super().forward(F.batch_norm(maps, None, None, training=True, eps=EPSILON), condition)


class EnlargedConv(nn.Conv2d):
    """Nearest-neighbour enlargement, then a 3x3 convolution."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, 3, padding=1)

    def forward(self, maps):
        return super().forward(F.interpolate(maps, scale_factor=2))


def generator(options):
    """From the options of a run."""
    enlarged = options["up_sampling"] == "nearest"
    config = GeneratorConfig.of({**options, "up_sampling": "transposed"})  # what it becomes at export
    network = Generator(config, BatchNorm, EnlargedConv) if enlarged else Generator(config, BatchNorm)
    initialise(network)
    for residual in network.residuals:  # begins by adding nothing
        nn.init.zeros_(residual.conv.weight)
    return network


def discriminator(options):
    """From the options of a run."""
    network = Discriminator(DiscriminatorConfig.of(options))
    initialise(network)
    if network.dense is not None:  # begins by adding nothing
        nn.init.zeros_(network.dense.weight)
    return network


def initialise(network):
    """All layers (Radford et al. 2016)."""
    for layer in network.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, std=INITIAL_DEVIATION)
            nn.init.zeros_(layer.bias)
