"""The latent draw of model-core/src/latent.rs in plain Python: seed to normal numbers by ChaCha8 and Box-Muller."""

import math
import struct

import numpy as np

WORD = 0xFFFFFFFF
LONG = 0xFFFFFFFFFFFFFFFF
#: "expand 32-byte k": the first four words of every ChaCha state.
SIGMA = struct.unpack("<4I", b"expand 32-byte k")
#: Which words a quarter round mixes: four columns, then four diagonals.
QUARTERS = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
DOUBLE_ROUNDS = 4


def rotated(word, left):
    return (word << left | word >> (32 - left)) & WORD


def key_of(seed):
    """Eight words from a 64-bit seed, by PCG32, as Rust's `SeedableRng::seed_from_u64` expands it."""
    words = []
    for _ in range(8):
        seed = (seed * 6364136223846793005 + 11634580027462260723) & LONG
        shifted = ((seed >> 18 ^ seed) >> 27) & WORD
        words.append(rotated(shifted, -(seed >> 59) % 32))
    return words


def block(key, counter):
    """Sixteen words of the key stream."""
    start = [*SIGMA, *key, counter & WORD, counter >> 32, 0, 0]
    state = list(start)
    for _ in range(DOUBLE_ROUNDS):
        for a, b, c, d in QUARTERS:
            for (to, add, turn), left in zip([(a, b, d), (c, d, b)] * 2, [16, 12, 8, 7]):
                state[to] = (state[to] + state[add]) & WORD
                state[turn] = rotated(state[turn] ^ state[to], left)
    return [(one + other) & WORD for one, other in zip(state, start)]


def units(seed):
    """Uniform draws from (0, 1]: 53 bits of every two words."""
    key, counter = key_of(seed), 0
    while True:
        words = block(key, counter)
        for low, high in zip(words[::2], words[1::2]):
            yield (((high << 32 | low) >> 11) + 1) / 2**53
        counter += 1


def latent(seed, size):
    """The latent vector of a seed."""
    draws, values = units(seed), []
    while len(values) < size:
        radius, angle = math.sqrt(-2 * math.log(next(draws))), 2 * math.pi * next(draws)
        values += [radius * math.cos(angle), radius * math.sin(angle)]
    return np.array(values[:size], dtype=np.float32)


def latents(seeds, size):
    """One row per seed."""
    return np.stack([latent(seed, size) for seed in seeds])
