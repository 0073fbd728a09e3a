"""The networks as `torch.nn.Module`, with the names of their parameters in a bundle."""

from .classifier import Classifier
from .discriminator import Discriminator, DiscriminatorOutput
from .generator import ConditionalNorm, Generator, Residual

__all__ = ["Classifier", "ConditionalNorm", "Discriminator", "DiscriminatorOutput", "Generator", "Residual"]
