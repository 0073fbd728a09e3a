"""Latents and the functions behind them."""

import math

import numpy as np
import pytest

from seven_faces import latents
from seven_faces.libm import cos, log, sin

#: The trainer's and the page's: LATENT_OF_SEED_6 in tests/lib.rs.
LATENT_OF_SEED_6 = [3215448649, 1041161737, 1043361055, 3217147326]


def test_a_seed_gives_the_trainers_latent_to_the_bit():
    assert latents(6, 4).view(np.uint32).tolist() == [LATENT_OF_SEED_6]


def test_a_longer_latent_begins_like_a_shorter_one():
    assert (latents(3, 64)[:, :5] == latents(3, 5)).all()


def test_a_row_does_not_depend_on_the_others():
    seeds = [5, 0, 2**64 - 1]
    for seed, row in zip(seeds, latents(seeds, 33)):
        assert (latents(seed, 33)[0] == row).all(), seed


def test_latents_are_standard_normal_and_differ_by_seed():
    z = latents(range(200), 100)
    assert z.dtype == np.float32 and abs(z.mean()) < 0.03 and abs(z.var() - 1) < 0.05
    assert (z[0] != z[1]).any()


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, "6"])
def test_what_is_no_seed_is_refused_by_name(seed):
    with pytest.raises(ValueError, match="is not a seed: expected a whole number from 0 to 2"):
        latents([1, seed], 4)


def test_no_seeds_give_no_latents():
    assert latents([], 4).shape == (0, 4)


def near_multiples():
    """Angles all around the borders of the quadrants, where most of the angle cancels."""
    steps = [0.0] + [sign * 2.0**-power for sign in (-1, 1) for power in range(4, 53)]
    angles = np.array([multiple * np.pi / 4 * (1 + step) for multiple in range(1, 9) for step in steps])
    return angles[angles <= 2 * np.pi]


@pytest.mark.parametrize(("ours", "theirs"), [(sin, math.sin), (cos, math.cos)])
def test_sine_and_cosine_are_right_to_a_last_place(ours, theirs):
    for angle, value in zip(near_multiples(), ours(near_multiples())):
        assert abs(value - theirs(angle)) <= math.ulp(theirs(angle)), angle


def test_the_logarithm_is_right_to_a_last_place():
    numbers = np.concatenate([np.linspace(0.001, 1, 999), 2.0 ** -np.arange(54)])
    for number, value in zip(numbers, log(numbers)):
        assert abs(value - math.log(number)) <= math.ulp(math.log(number)), number
