"""The generator, the same for both GANs: a latent vector and an emotion become a face."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import GeneratorConfig
from ..emotions import EMOTIONS
from ..numpy_generator import FIRST_SIDE


class ConditionalNorm(nn.Module):
    """A scale and a shift for each condition and channel (de Vries et al. 2017), in the form for inference: the statistics of
    batch normalisation are fused into both tables. A blend of conditions is a blend of rows."""

    def __init__(self, conditions: int, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(conditions, channels))
        self.shift = nn.Parameter(torch.zeros(conditions, channels))

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        """Maps `[B, C, H, W]` and weights of conditions `[B, conditions]` or `[1, conditions]` to `[B, C, H, W]`."""
        scale, shift = ((condition @ table)[:, :, None, None] for table in (self.scale, self.shift))
        return torch.addcmul(shift, maps, scale)


#: From conditions and channels to a normalisation.
Norm = Callable[[int, int], ConditionalNorm]
#: From channels before and behind to a layer that doubles height and width.
Up = Callable[[int, int], nn.Module]


def transposed(inputs: int, outputs: int) -> nn.Module:
    """A transposed 4x4 convolution, stride 2."""
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)


class Residual(nn.Module):
    """`maps + conv(relu(norm(maps)))` (He et al. 2016)."""

    def __init__(self, norm: ConditionalNorm, channels: int) -> None:
        super().__init__()
        self.norm = norm
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        """Of the shape of the maps `[B, C, H, W]`."""
        added: Tensor = self.conv(F.relu(self.norm(maps, condition)))
        return maps + added


class Generator(nn.Module):
    """z and an emotion to a 48x48 grey face.

    The emotion enters twice: beside z at the start, and in every normalisation; with self-modulation (Chen et al. 2019) z does
    so, too. `norm` and `up` are for networks in training, which normalise by the batch and enlarge before they convolve.
    """

    def __init__(self, config: GeneratorConfig, norm: Norm = ConditionalNorm, up: Up = transposed) -> None:
        super().__init__()
        self.config = config
        channels = config.channels()
        conditions = len(EMOTIONS) + (config.latent_size if config.self_modulation else 0)
        self.start = nn.Linear(config.latent_size + len(EMOTIONS), channels[0] * FIRST_SIDE**2)
        self.norms = nn.ModuleList(norm(conditions, of) for of in channels)
        self.ups = nn.ModuleList(up(of, to) for of, to in zip(channels, channels[1:]))
        self.residuals = nn.ModuleList(Residual(norm(conditions, of), of) for of in channels[1:] if config.residual)
        self.end = nn.Conv2d(channels[-1], 1, 3, padding=1)

    def forward(self, z: Tensor, emotions: Tensor) -> Tensor:
        """Latents z `[B, latent_size]`, drawn from N(0, 1), and weights of emotions `[B, 7]`, rows that add up to 1, to faces
        `[B, 1, 48, 48]` in [-1, 1]."""
        condition = torch.cat([emotions, z], 1) if self.config.self_modulation else emotions
        maps = self.start(torch.cat([z, emotions], 1)).reshape(len(z), -1, FIRST_SIDE, FIRST_SIDE)  # [B, 4w, 6, 6]
        for stage, norm in enumerate(self.norms):
            maps = F.relu(norm(maps, condition))
            if stage < len(self.ups):
                maps = self.ups[stage](maps)  # [B, 2w, 12, 12], [B, w, 24, 24], [B, w / 2, 48, 48]
            if stage < len(self.residuals):
                maps = self.residuals[stage](maps, condition)
        return torch.tanh(self.end(maps))
