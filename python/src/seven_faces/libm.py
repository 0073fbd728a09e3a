"""Logarithm, sine and cosine to the bit as the trainer and the page compute them.

numpy's own differ from machine to machine in the last bit. These are the ones of FreeBSD's msun (Sun Microsystems, 1993), which
Rust's crate libm holds, for the numbers that a latent draw asks them for: logarithms of (0, 1], angles of (0, 2 pi]. Sums and
products are in its order, because every order rounds otherwise.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: Of log(1 + f) in powers of f / (2 + f), by Remez.
L1, L2, L3, L4, L5, L6, L7 = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
)  # fmt: skip
C1, C2, C3, C4, C5, C6 = (
    4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05, -2.75573143513906633035e-07,
    2.08757232129817482790e-09, -1.13596475577881948265e-11,
)  # fmt: skip
S1, S2, S3, S4, S5, S6 = (
    -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04, 2.75573137070700676789e-06,
    -2.50507602534068634195e-08, 1.58969099521155010221e-10,
)  # fmt: skip
#: Pi / 2 in three pieces of 33 bits, each with the rest behind it.
PIECES = (
    (1.57079632673412561417e00, 6.07710050650619224932e-11),
    (6.07710050630396597660e-11, 2.02226624879595063154e-21),
    (2.02226624871116645580e-21, 8.47842766036889956997e-32),
)
#: The high words of the multiples of pi / 2: near them a piece and its rest do not suffice.
NEAR_MULTIPLES = (0x3FF921FB, 0x400921FB, 0x4012D97C, 0x401921FB)
#: High words of pi / 4, 3 pi / 4, 5 pi / 4, 7 pi / 4, between which the quadrants lie.
QUADRANTS = (0x3FE921FB, 0x4002D97C, 0x400F6A7A, 0x4015FDBC)


def log(x: Numbers) -> Numbers:
    """The natural logarithm of normal positive numbers."""
    bits = x.view(np.int64) if x.flags.c_contiguous else np.ascontiguousarray(x).view(np.int64)
    high = (bits >> 32) + (0x3FF00000 - 0x3FE6A09E)
    k = ((high >> 20) - 0x3FF).astype(np.float64)
    high = (high & 0x000FFFFF) + 0x3FE6A09E
    reduced = (high << 32 | bits & 0xFFFFFFFF).view(np.float64)  # within the roots of 1/2 and 2
    f = reduced - 1.0
    half_square = 0.5 * f * f
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    t1 = w * (L2 + w * (L4 + w * L6))
    t2 = z * (L1 + w * (L3 + w * (L5 + w * L7)))
    return s * (half_square + (t2 + t1)) + k * LN2_LOW - half_square + f + k * LN2_HIGH


def sin(x: Numbers) -> Numbers:
    """The sine of angles in (0, 2 pi]."""
    n, y, rest = _reduced(x)
    sine, cosine = np.where(n == 0, _small_sine(y), _sine(y, rest)), _cosine(y, rest)
    return np.select([n == 1, n == 2, n == 3], [cosine, -sine, -cosine], sine)


def cos(x: Numbers) -> Numbers:
    """The cosine of angles in (0, 2 pi]."""
    n, y, rest = _reduced(x)
    sine, cosine = _sine(y, rest), _cosine(y, rest)
    return np.select([n == 1, n == 2, n == 3], [-sine, -cosine, sine], cosine)


def _reduced(x: Numbers) -> tuple[NDArray[np.int64], Numbers, Numbers]:
    """Multiples n of pi / 2, 0 to 4, and what is left of the angle, in two parts."""
    high = np.ascontiguousarray(x).view(np.int64) >> 32
    n = np.zeros(x.shape, np.int64)
    for border in QUADRANTS:
        n += high > border
    piece, behind = PIECES[0]
    r, w = x - n * piece, n * behind
    near = np.isin(high, NEAR_MULTIPLES)
    for (piece, behind), bits_lost in zip(PIECES[1:], (16, 49)):
        y = r - w
        near &= (high >> 20) - (y.view(np.int64) >> 52 & 0x7FF) > bits_lost
        next_r = r - n * piece
        next_w = n * behind - ((r - next_r) - n * piece)
        r, w = np.where(near, next_r, r), np.where(near, next_w, w)
    y = r - w
    return n, y, (r - y) - w


def _small_sine(x: Numbers) -> Numbers:
    """Of an angle below pi / 4 that needed no reduction."""
    z = x * x
    return x + z * x * (S1 + z * _sine_series(z))


def _sine(x: Numbers, rest: Numbers) -> Numbers:
    z = x * x
    v = z * x
    return x - ((z * (0.5 * rest - v * _sine_series(z)) - rest) - v * S1)


def _sine_series(z: Numbers) -> Numbers:
    return S2 + z * (S3 + z * S4) + z * (z * z) * (S5 + z * S6)


def _cosine(x: Numbers, rest: Numbers) -> Numbers:
    z = x * x
    w = z * z
    r = z * (C1 + z * (C2 + z * C3)) + w * w * (C4 + z * (C5 + z * C6))
    half = 0.5 * z
    most = 1.0 - half
    return most + (((1.0 - most) - half) + (z * r - x * rest))
