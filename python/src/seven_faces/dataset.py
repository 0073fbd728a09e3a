"""Generated faces as a data set for PyTorch."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from typing import Any, Self

import numpy as np

from .bundle import Bundle, load
from .emotions import EMOTIONS, label_of
from .errors import needed

torch = needed("torch", "SevenFacesDataset")

#: Faces are made so many at a time, always the same ones together, so that a face does not depend on who asks first.
CHUNK = 32


class SevenFacesDataset(torch.utils.data.Dataset):  # type: ignore[misc, name-defined]
    """Faces of a bundle, in the order of their labels: `dataset[i]` is `(image, label)`.

    Face n of an emotion has the seed `seed + n`, as in the trainer's `sample`, so index i is the same face on every machine
    (to a grey level). Faces are made when they are first asked for and then kept, 2,304 bytes each.

        dataset = SevenFacesDataset("web/assets/models/acgan", {"disgust": 6000, "fear": 2000})
        loader = torch.utils.data.DataLoader(dataset, batch_size=64, shuffle=True)

    Attributes:
        classes: the emotions in the order of their labels, as in torchvision.
        targets: the label of each index, a list of numbers 0 to 6.
        seeds: the seed of each index, uint64 `[N]`.
    """

    classes = list(EMOTIONS)

    def __init__(
        self,
        bundle: Bundle | str | PathLike[str],
        counts: int | Mapping[str | int, int],
        *,
        seed: int = 0,
        transform: Callable[[Any], Any] | None = None,
        truncation: float = 1.0,
        label_interpolation: float = 1.0,
        device: Any = "cpu",
    ) -> None:
        """
        Args:
            bundle: a bundle, or its folder.
            counts: faces of each emotion; or faces by emotion, named or by label.
            seed: of face 0 of each emotion, 0 to 2^64 - 1.
            transform: what becomes of the image, a tensor float32 `[1, 48, 48]` in [0, 1] as torchvision's `ToTensor` makes it.
            truncation, label_interpolation, device: as in `Bundle.generate`.

        Raises:
            ValueError: no emotion, or a number out of its range.
            BundleError: the folder is no bundle, or holds no generator.
            MissingPackageError: PyTorch is not installed.
        """
        self.bundle = bundle if isinstance(bundle, Bundle) else load(bundle)
        self.transform = transform
        self.options = {"truncation": truncation, "label_interpolation": label_interpolation, "device": device}
        by_label = dict.fromkeys(range(len(EMOTIONS)), counts) if isinstance(counts, int) else _by_label(counts)
        if wrong := [count for count in by_label.values() if count < 0]:
            raise ValueError(f"{wrong[0]} faces are asked for: expected 0 or more")
        self.targets = [label for label in sorted(by_label) for _ in range(by_label[label])]
        numbers = [number for label in sorted(by_label) for number in range(by_label[label])]
        self.seeds = np.array([(seed + number) % 2**64 for number in numbers], np.uint64)
        self._faces = np.empty((len(self), 48, 48), np.uint8)
        self._made = np.zeros(-(-len(self) // CHUNK), bool)
        self.bundle.generate("neutral", [seed][: len(self)], **self.options)  # refuses wrong options here, not at the first batch

    @classmethod
    def balancing(cls, bundle: Bundle | str | PathLike[str], labels: Iterable[str | int], **options: Any) -> Self:
        """What brings every class of a data set with these labels to the size of its largest.

            real = torchvision.datasets.FER2013("data", "train")
            extra = SevenFacesDataset.balancing(bundle, (label for _, label in real))

        `options` are those of the constructor.
        """
        counts = Counter(map(label_of, (label.item() if hasattr(label, "item") else label for label in labels)))
        most = max(counts.values(), default=0)
        return cls(bundle, {label: most - counts[label] for label in range(len(EMOTIONS))}, **options)

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        index = range(len(self))[index]  # from the end where negative; raises IndexError beyond
        self._make(index // CHUNK)
        image = torch.from_numpy(self._faces[index]).float().div(255)[None]
        return (image if self.transform is None else self.transform(image)), self.targets[index]

    def make(self) -> Self:
        """Makes all faces now, so that worker processes of a loader, which start as copies of this one, need not."""
        for chunk in range(len(self._made)):
            self._make(chunk)
        return self

    def _make(self, chunk: int) -> None:
        if not self._made[chunk]:
            part = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
            self._faces[part] = self.bundle.generate(self.targets[part], self.seeds[part], **self.options)
            self._made[chunk] = True


def _by_label(counts: Mapping[str | int, int]) -> dict[int, int]:
    by_label: Counter[int] = Counter()
    for emotion, count in counts.items():
        by_label[label_of(emotion)] += count
    return dict(by_label)
