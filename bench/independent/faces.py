"""Real faces, the same spoilt, and generated ones: pixels (n, 48, 48) and labels."""

import numpy as np
import tables
import torch
import torch.nn.functional as F
from PIL import Image
from seven_faces import EMOTIONS


def read_real(path):
    """Training and held-out (faces, labels); held out are both test splits, less what also lies in training."""
    splits = {"Training": {}, "Test": []}
    for usage, label, face in tables.rows(path):
        if usage == "Training":
            splits["Training"].setdefault(face.tobytes(), (label, face))
        else:
            splits["Test"].append((label, face))
    test = [(y, f) for y, f in splits["Test"] if f.tobytes() not in splits["Training"]]
    return tables.arrays(splits["Training"].values()), tables.arrays(test)


def read_folder(path):
    files = [(file, label) for label, emotion in enumerate(EMOTIONS) for file in sorted((path / emotion).glob("*.png"))]
    return np.stack([np.asarray(Image.open(f).convert("L"), np.uint8) for f, _ in files]), np.array([y for _, y in files])


def shuffled(faces, labels, count):
    order = np.random.default_rng(0).permutation(len(faces))[:count]
    return faces[order], labels[order]


def like(faces, labels, wanted):
    """As many faces of each emotion as `wanted` has, in an order drawn once."""
    order = np.random.default_rng(0).permutation(len(faces))
    chosen = np.concatenate([order[labels[order] == i][:(wanted == i).sum()] for i in range(len(EMOTIONS))])
    return shuffled(faces[chosen], labels[chosen], len(chosen))


def blur(faces, sigma=1.0, radius=4):
    kernel = torch.exp(-torch.arange(-radius, radius + 1.0) ** 2 / (2 * sigma**2))
    kernel = (kernel / kernel.sum())[None, None, None]
    x = F.pad(torch.from_numpy(faces).float()[:, None], [radius] * 4, mode="reflect")
    return F.conv2d(F.conv2d(x, kernel), kernel.transpose(2, 3))[:, 0].round().byte().numpy()


def noisy(faces, sigma=10):
    return (faces + np.random.default_rng(0).normal(0, sigma, faces.shape)).round().clip(0, 255).astype(np.uint8)
