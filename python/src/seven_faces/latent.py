"""The latent draw: a seed becomes a point in latent space, to the bit the one that page and trainer draw.

A seed is expanded to a key by PCG32 (as `SeedableRng::seed_from_u64` of Rust's rand does), the key to words by ChaCha with
8 rounds (Bernstein 2008), and these to normal numbers by Box & Muller's transform (1958) with the functions of `libm.py`.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .libm import cos, log, sin

#: "expand 32-byte k": the first four words of every ChaCha state.
SIGMA = np.frombuffer(b"expand 32-byte k", np.uint32)
#: Which words a quarter round mixes: four columns, then four diagonals.
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
DOUBLE_ROUNDS = 4
#: Draws from (0, 1] in a block: two words each.
DRAWS_IN_A_BLOCK = 8


def latents(seeds: int | Iterable[int], size: int) -> NDArray[np.float32]:
    """Latent vectors float32 `[N, size]`, drawn from N(0, 1), a row for each of the N seeds.

    Raises:
        ValueError: a seed that is no whole number from 0 to 2^64 - 1.
    """
    draws = _units(seed_array(seeds), -(-size // 2) * 2)
    radius = np.sqrt(-2.0 * log(draws[:, ::2]))
    angle = 2.0 * np.pi * draws[:, 1::2]
    pairs = np.stack([radius * cos(angle), radius * sin(angle)], axis=2)
    return pairs.reshape(draws.shape)[:, :size].astype(np.float32)


def seed_array(seeds: int | Iterable[int]) -> NDArray[np.uint64]:
    """Seeds as uint64 `[N]`.

    Raises:
        ValueError: a seed that is no whole number from 0 to 2^64 - 1.
    """
    given = [seeds] if isinstance(seeds, (int, np.integer)) else list(seeds)
    for seed in given:
        if not (isinstance(seed, (int, np.integer)) and 0 <= int(seed) < 1 << 64):
            raise ValueError(f"{seed!r} is not a seed: expected a whole number from 0 to 2^64 - 1")
    return np.array([int(seed) for seed in given], np.uint64)


def _units(seeds: NDArray[np.uint64], count: int) -> NDArray[np.float64]:
    """Uniform draws from (0, 1], 53 bits of every two words: `[N, count]`."""
    blocks = -(-count // DRAWS_IN_A_BLOCK)
    words = _key_stream(_keys(seeds), blocks).astype(np.uint64)  # [N, blocks, 16]
    whole = words[..., 1::2] << np.uint64(32) | words[..., ::2]
    steps = (whole >> np.uint64(11)) + np.uint64(1)
    return (steps.astype(np.float64) / 2.0**53).reshape(len(seeds), blocks * DRAWS_IN_A_BLOCK)[:, :count]


def _keys(seeds: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Eight words for each seed: `[8, N]`."""
    state, words = seeds.copy(), []
    for _ in range(8):
        state = state * np.uint64(6364136223846793005) + np.uint64(11634580027462260723)  # modulo 2^64
        shifted = (state >> np.uint64(18) ^ state) >> np.uint64(27)
        turn = (state >> np.uint64(59)).astype(np.uint32)
        words.append(_rotated(shifted.astype(np.uint32), (np.uint32(32) - turn) % np.uint32(32)))
    return np.stack(words)


def _key_stream(keys: NDArray[np.uint32], blocks: int) -> NDArray[np.uint32]:
    """So many blocks of sixteen words for each key: `[N, blocks, 16]`."""
    shape = keys.shape[1], blocks
    counters = np.broadcast_to(np.arange(blocks, dtype=np.uint32), shape)
    start = [np.full(shape, word) for word in SIGMA]
    start += [np.broadcast_to(key[:, None], shape) for key in keys]
    start += [counters] + [np.zeros(shape, np.uint32)] * 3
    words = list(start)
    for _ in range(DOUBLE_ROUNDS):
        for a, b, c, d in QUARTERS:
            for to, add, turn, left in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                words[to] = words[to] + words[add]  # modulo 2^32
                words[turn] = _rotated(words[turn] ^ words[to], np.uint32(left))
    return np.stack([word + first for word, first in zip(words, start)], axis=2)


def _rotated(words: NDArray[np.uint32], left: NDArray[np.uint32] | np.uint32) -> NDArray[np.uint32]:
    return words << left | words >> (np.uint32(32) - left) % np.uint32(32)
