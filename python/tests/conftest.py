"""The bundles of the repository, and what the trainer makes of them (make_golden.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import seven_faces

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
GENERATORS = {
    "acgan": REPOSITORY / "web/assets/models/acgan",
    "cgan": REPOSITORY / "web/assets/models/cgan",
    "modulated": HERE / "modulated",
}
CLASSIFIER = REPOSITORY / "native-trainer/classifiers/fer2013"
DISCRIMINATORS = REPOSITORY / "native-trainer/discriminators"
#: As in make_golden.py: first seed, truncation.
SAMPLES = {"acgan": (0, 1.0), "cgan": (2**64 - 1, 0.5), "modulated": (6, 1.0)}


@pytest.fixture(scope="session", params=GENERATORS)
def name(request):
    return request.param


@pytest.fixture(scope="session")
def bundle(name):
    return seven_faces.load(GENERATORS[name])


@pytest.fixture(scope="session")
def acgan():
    return seven_faces.load(GENERATORS["acgan"])


@pytest.fixture(scope="session")
def golden_faces():
    """Name to faces uint8 `[7, 2, 48, 48]`, by the trainer."""
    return dict(np.load(HERE / "golden.npz"))


@pytest.fixture(scope="session")
def golden_figures():
    """GAN to what the trainer's networks make of those faces."""
    return json.loads((HERE / "golden.json").read_text())


def sampled(bundle, name, **options):
    """The faces that make_golden.py samples, by the package: `[7, 2, 48, 48]`."""
    seed, truncation = SAMPLES[name]
    seeds = [(seed + number) % 2**64 for number in range(2)]
    rows = [bundle.generate(emotion, seeds, truncation=truncation, **options) for emotion in seven_faces.EMOTIONS]
    return np.stack(rows)


def assert_same_faces(made, expected):
    """To a grey level, and in all but one of a thousand pixels to the same one."""
    apart = np.abs(made.astype(int) - expected.astype(int))
    assert apart.max() <= 1, f"a pixel is {apart.max()} grey levels apart"
    assert (apart > 0).mean() <= 1e-3, f"{(apart > 0).sum()} of {apart.size} pixels differ"
