"""The arms: what a classifier learns from, and how its batches and its loss are weighted."""

from dataclasses import dataclass

import numpy as np
from seven_faces import EMOTIONS

#: Seeds of generated faces of one repetition and the next are so far apart.
SEEDS_APART = 10_000_000


@dataclass(frozen=True)
class Arm:
    title: str
    #: Generated faces beside real ones; of each class as many as bring it to so many times the largest class.
    times: int = 0
    real: bool = True
    #: Loss weights by the inverse share of a class.
    weighted: bool = False
    #: Batches with all classes equally often.
    oversampled: bool = False


ARMS = {
    "a": Arm("real"),
    "b": Arm("real, loss weights", weighted=True),
    "c": Arm("real, oversampled", oversampled=True),
    "d": Arm("real + generated, balanced", times=1),
    "e": Arm("real + generated, balanced at twice the largest class", times=2),
    "f": Arm("generated only, balanced", times=1, real=False),
}


def training_set(arm, real, bundle, repetition, options):
    """Faces and labels of an arm; `real` is a pair of both, `options` are those of `Bundle.generate`."""
    faces, labels = real
    parts = [real] if arm.real else []
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    kept = counts if arm.real else 0 * counts
    for label, missing in enumerate(arm.times * counts.max() - kept):
        if arm.times and missing > 0:
            first = repetition * SEEDS_APART
            parts.append((bundle.generate(label, range(first, first + missing), **options), np.full(missing, label)))
    return tuple(np.concatenate(column) for column in zip(*parts))


def inverse_shares(labels):
    """One number a class; over all images their mean is 1. Classes without images get 0."""
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    present = counts > 0
    return np.where(present, len(labels) / np.maximum(counts, 1) / present.sum(), 0)
