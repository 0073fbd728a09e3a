"""The generator in another runtime."""

import numpy as np
import pytest
from conftest import GENERATORS, SAMPLES, assert_same_faces

onnx = pytest.importorskip("onnx", reason="onnx is not installed: pip install onnx")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: pip install onnxruntime")

from seven_faces.pixels import to_grey  # noqa: E402


@pytest.fixture(scope="module")
def path(bundle, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "generator.onnx"
    bundle.to_onnx(path)
    return path


def test_faces_are_the_trainers_for_any_batch(path, bundle, name, golden_faces):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    seed, truncation = SAMPLES[name]
    z = bundle.latents([(seed + number) % 2**64 for number in range(2)]) * np.float32(truncation)
    expected = golden_faces[name].reshape(-1, 48, 48)
    for count in (1, 14):
        inputs = {"z": np.tile(z, (7, 1))[:count], "emotions": np.repeat(np.eye(7, dtype=np.float32), 2, 0)[:count]}
        (faces,) = session.run(["faces"], inputs)
        assert faces.shape == (count, 1, 48, 48)
        assert_same_faces(to_grey(faces)[:, 0], expected[:count])


def test_the_file_is_opset_17_and_no_larger_than_the_bundles(path, name):
    model = onnx.load(path)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 17)]
    weights = GENERATORS[name] / "generator.safetensors"
    assert path.stat().st_size < weights.stat().st_size + 10_000
