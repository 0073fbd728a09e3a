"""Faces by numpy, beside the trainer's."""

import numpy as np
import pytest
from conftest import assert_same_faces, sampled

from seven_faces import EMOTIONS
from seven_faces.pixels import to_grey, to_signed


def test_faces_are_the_trainers_to_a_grey_level(bundle, name, golden_faces):
    assert_same_faces(sampled(bundle, name), golden_faces[name])


def test_an_emotion_is_a_name_a_label_or_weights(acgan):
    expected = acgan.generate("happy", [6])
    for emotion in (" Happy", 3, np.int64(3), np.eye(7)[3], np.eye(7)[[3]], ["happy"], [3]):
        assert (acgan.generate(emotion, [6]) == expected).all(), emotion


def test_one_emotion_for_each_seed(acgan):
    together = acgan.generate(["happy", "sad"], [6, 7])
    for face, emotion, seed in zip(together, ("happy", "sad"), (6, 7)):
        assert_same_faces(face[None], acgan.generate(emotion, [seed]))


def test_more_faces_than_a_pass_are_the_same_faces(acgan):
    assert_same_faces(acgan.generate("fear", range(40))[35:], acgan.generate("fear", range(35, 40)))


def test_no_seeds_make_no_faces(acgan):
    assert acgan.generate("sad", []).shape == (0, 48, 48)


def test_truncation_to_nothing_makes_everybody_the_average(acgan):
    one, other = acgan.generate("sad", [1, 2], truncation=0)
    assert (one == other).all()


def test_interpolation_is_a_blend_with_neutral(acgan):
    blend = 0.25 * np.eye(7)[EMOTIONS.index("angry")] + 0.75 * np.eye(7)[EMOTIONS.index("neutral")]
    assert_same_faces(acgan.generate("angry", [4], label_interpolation=0.25), acgan.generate(blend, [4]))
    assert (acgan.generate("angry", [4], label_interpolation=0) == acgan.generate("neutral", [4])).all()


@pytest.mark.parametrize(
    ("emotion", "options", "said"),
    [
        ("contempt", {}, "'contempt' is not an emotion: expected angry, disgust"),
        (7, {}, "7 is not an emotion"),
        (True, {}, "True is not an emotion|have the shape"),
        (["sad", "sad", "sad"], {}, "3 emotions for 2 seeds: expected one for all or one for each"),
        (np.ones(7), {}, "add up to 1"),
        (np.eye(6)[0], {}, r"have the shape \(6,\): expected names, labels, or weights"),
        ("sad", {"truncation": 2}, "truncation is 2: expected 0 to 1.5"),
        ("sad", {"label_interpolation": -0.5}, "label_interpolation is -0.5: expected 0"),
        ("sad", {"truncation": float("nan")}, "truncation is nan"),
    ],
)
def test_what_cannot_be_generated_is_refused_in_a_sentence(acgan, emotion, options, said):
    with pytest.raises(ValueError, match=said):
        acgan.generate(emotion, [1, 2], **options)


def test_every_grey_value_survives_the_round_trip():
    greys = np.arange(48 * 48, dtype=np.int64).astype(np.uint8).reshape(1, 48, 48)
    assert (to_grey(to_signed(greys))[:, 0] == greys).all()
    assert to_grey(np.float32([-1.7, -1, 1, 1.7])).tolist() == [0, 0, 255, 255]
