"""Faces as a data set of PyTorch."""

import pickle

import numpy as np
import pytest
from conftest import GENERATORS

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")

from seven_faces import SevenFacesDataset  # noqa: E402

COUNTS = {"disgust": 40, 3: 2}


@pytest.fixture(scope="module")
def dataset():
    return SevenFacesDataset(GENERATORS["modulated"], COUNTS, seed=2**64 - 1)


def greys(dataset, index):
    return (dataset[index][0] * 255).round().byte()[0].numpy()


def test_an_item_is_an_image_in_0_to_1_and_its_label(dataset):
    image, label = dataset[41]
    assert len(dataset) == 42 and label == 3 and isinstance(label, int)
    assert image.shape == (1, 48, 48) and image.dtype == torch.float32 and 0 <= image.min() <= image.max() <= 1
    assert dataset.targets == [1] * 40 + [3] * 2 and dataset.classes[1] == "disgust"
    assert dataset.seeds[:2].tolist() == [2**64 - 1, 0] and dataset.seeds[40:].tolist() == [2**64 - 1, 0]


def test_an_index_is_the_same_face_whoever_asks_first(dataset):
    backwards = SevenFacesDataset(GENERATORS["modulated"], COUNTS, seed=2**64 - 1)
    for index in reversed(range(len(backwards))):
        assert (greys(backwards, index) == greys(dataset, index)).all(), index


def test_a_face_is_the_bundles(dataset):
    made = dataset.bundle.generate("disgust", [38], device="cpu")[0]
    assert np.abs(greys(dataset, 39).astype(int) - made).max() <= 1


def test_indices_count_from_the_end_and_end(dataset):
    assert (greys(dataset, -1) == greys(dataset, 41)).all()
    with pytest.raises(IndexError):
        dataset[42]


def test_balancing_brings_every_class_to_the_largest():
    labels = ["happy"] * 5 + [torch.tensor(1)] + [np.int64(6)] * 3
    extra = SevenFacesDataset.balancing(GENERATORS["modulated"], labels, seed=100)
    assert np.bincount(extra.targets, minlength=7).tolist() == [5, 4, 5, 0, 5, 5, 2]
    assert extra.seeds[0] == 100


def test_a_transform_is_applied():
    twice = SevenFacesDataset(GENERATORS["modulated"], 1, transform=lambda image: 2 * image)
    once = SevenFacesDataset(GENERATORS["modulated"], 1)
    assert (twice[3][0] == 2 * once[3][0]).all()


def test_a_loader_with_processes_gives_what_the_data_set_holds(dataset):
    loader = torch.utils.data.DataLoader(dataset.make(), batch_size=20, num_workers=2)
    images, labels = (torch.cat(parts) for parts in zip(*loader))
    assert images.shape == (42, 1, 48, 48) and labels.tolist() == dataset.targets
    assert all((images[index] == dataset[index][0]).all() for index in range(42))


def test_it_survives_pickling(dataset):
    again = pickle.loads(pickle.dumps(dataset))
    assert (greys(again, 0) == greys(dataset, 0)).all()


@pytest.mark.parametrize(
    ("counts", "options", "said"),
    [
        ({"contempt": 1}, {}, "is not an emotion"),
        ({"sad": -1}, {}, "-1 faces are asked for"),
        (1, {"truncation": 9}, "truncation is 9"),
        (1, {"seed": -1}, "-1 is not a seed"),
    ],
)
def test_wrong_options_are_refused_at_once(counts, options, said):
    with pytest.raises(ValueError, match=said):
        SevenFacesDataset(GENERATORS["modulated"], counts, **options)
