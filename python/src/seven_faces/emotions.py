"""The seven emotions, in FER2013's label order, and what a face may be asked to show."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: In the order of FER2013's labels 0 to 6.
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
#: Its label.
NEUTRAL = EMOTIONS.index("neutral")

#: A name in any case or a label 0 to 6, one for all faces or one for each; or weights `[7]` or `[N, 7]` that add up to 1.
Emotion: TypeAlias = str | int | Sequence[str] | Sequence[int] | ArrayLike


def label_of(emotion: str | int | np.integer[Any]) -> int:
    """The label, 0 to 6, of a name in any case or of a label.

    Raises:
        ValueError: it names no emotion.
    """
    if isinstance(emotion, str):
        name = emotion.strip().lower()
        if name in EMOTIONS:
            return EMOTIONS.index(name)
    elif isinstance(emotion, (int, np.integer)) and not isinstance(emotion, bool) and 0 <= emotion < len(EMOTIONS):
        return int(emotion)
    raise ValueError(f"{emotion!r} is not an emotion: expected {', '.join(EMOTIONS)}, or a label 0 to 6 in that order")


def emotion_weights(emotion: Emotion, count: int, label_interpolation: float = 1.0) -> NDArray[np.float32]:
    """Weights float32 `[count, 7]` of what `count` faces are asked to show; every row adds up to 1.

    With `label_interpolation` below 1 faces keep so much of the emotion, and the rest is neutral.

    Raises:
        ValueError: no emotion, weights that do not add up to 1, or another number of rows than `count`.
    """
    if not 0 <= label_interpolation <= 1:
        raise ValueError(f"label_interpolation is {label_interpolation}: expected 0 (neutral) to 1 (the emotion)")
    rows = _rows(emotion)
    if len(rows) not in (1, count):
        raise ValueError(f"{len(rows)} emotions for {count} seeds: expected one for all or one for each")
    rows = np.broadcast_to(rows, (count, len(EMOTIONS)))
    neutral = np.eye(len(EMOTIONS))[NEUTRAL]
    blend: NDArray[np.float64] = label_interpolation * rows + (1 - label_interpolation) * neutral
    return blend.astype(np.float32)


def _rows(emotion: Emotion) -> NDArray[np.float64]:
    """Weights `[1 or N, 7]`."""
    if isinstance(emotion, (str, int, np.integer)):
        return np.eye(len(EMOTIONS))[[label_of(emotion)]]
    values = np.asarray(emotion)
    if values.ndim == 1 and values.dtype.kind in "iuU":
        return np.eye(len(EMOTIONS))[[label_of(value.item()) for value in values]]
    if values.dtype.kind not in "iuf" or values.ndim not in (1, 2) or values.shape[-1] != len(EMOTIONS):
        raise ValueError(f"emotions have the shape {values.shape}: expected names, labels, or weights [7] or [N, 7]")
    rows = np.atleast_2d(values.astype(np.float64))
    if not np.allclose(rows.sum(1), 1, atol=1e-3) or rows.min() < 0:
        raise ValueError("weights of emotions are at least 0 and add up to 1: some of these do not")
    return rows
