"""What is no bundle, or a damaged one, is refused in a sentence."""

import hashlib
import json
import shutil

import numpy as np
import pytest
from conftest import CLASSIFIER, GENERATORS
from safetensors.numpy import load_file, save_file

import seven_faces
from seven_faces import BundleError


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(GENERATORS["modulated"], tmp_path / "bundle")


def change_manifest(folder, **fields):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def change_weights(folder, change):
    """Other weights, under their own size and hash."""
    path = folder / "generator.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)
    content = path.read_bytes()
    described = {"file": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "parameters": 1}
    change_manifest(folder, weights=described)


def refused(folder, said):
    with pytest.raises(BundleError, match=said):
        seven_faces.load(folder).generate("sad", [1])


def test_a_bundle_says_what_it_holds(acgan):
    assert acgan.networks == ("generator",) and acgan.latent_size == 64
    assert acgan.manifest["gan"] == "acgan" and repr(acgan).endswith("acgan: generator>")


def test_a_folder_may_hold_several_networks(copy):
    shutil.copytree(CLASSIFIER, copy, dirs_exist_ok=True)
    assert seven_faces.load(copy).networks == ("generator", "classifier")


def test_a_network_that_a_bundle_does_not_hold_is_named():
    with pytest.raises(BundleError, match="holds a classifier and no generator, which is a folder with manifest.json"):
        seven_faces.load(CLASSIFIER).generate("sad", [1])


def test_another_folder_is_no_bundle(tmp_path):
    refused(tmp_path, "holds no bundle: expected a folder with one of manifest.json")
    refused(tmp_path / "nowhere", "holds no bundle")


def test_a_manifest_that_is_no_json_is_refused(copy):
    (copy / "manifest.json").write_text("{")
    refused(copy, "manifest.json is no JSON")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"format_version": 2}, "has format version 2, this package reads 3: export the model again"),
        ({"emotions": ["happy"]}, "describes another kind of model: emotions is"),
        ({"image_side": 64}, "describes another kind of model: image_side is 64, expected 48"),
        ({"weights": None}, "names None as the file of its weights"),
        ({"weights": {"file": "../generator.safetensors"}}, "expected a plain file name"),
        ({"weights": {"file": "other.safetensors"}}, "other.safetensors is missing"),
        ({"generator": {"latent_size": 5}}, "cannot be built: width is None: expected int"),
        ({"generator": None}, "cannot be built: latent_size is None"),
    ],
)
def test_a_manifest_of_something_else_is_refused(copy, fields, said):
    change_manifest(copy, **fields)
    refused(copy, said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("width", 1_000_000, "generator width is 1000000: expected 2 to 256"),
        ("latent_size", 0, "latent_size is 0: expected 1 to 1024"),
        ("up_sampling", "nearest", "up_sampling is 'nearest': expected 'transposed'"),
        ("residual", 1, "residual is 1: expected bool"),
        ("width", 8, "the tensor 'end.weight' has the shape"),
        ("residual", False, "hold a tensor 'residuals.0.conv.bias' that it has not"),
    ],
)
def test_a_network_that_cannot_be_built_or_is_another_is_refused(copy, name, value, said):
    manifest = json.loads((copy / "manifest.json").read_text())
    change_manifest(copy, generator=manifest["generator"] | {name: value})
    refused(copy, said)


def test_damaged_weights_are_refused(copy):
    path = copy / "generator.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    refused(copy, "the file is incomplete or another one")
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    refused(copy, "the file is damaged or another one")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tensors: tensors.pop("end.bias"), "they hold no tensor 'end.bias'"),
        (lambda tensors: tensors.pop("start.weight.quantisation_scale"), "'start.weight' holds integers without scales"),
        (lambda tensors: tensors.update({"end.bias": np.float16([np.nan])}), "holds a number that is not finite"),
        (lambda tensors: tensors.update({"end.bias": np.int64([1])}), "holds int64, expected float32, float16 or int8"),
    ],
)
def test_weights_of_another_network_are_refused(copy, change, said):
    change_weights(copy, change)
    refused(copy, said)


def test_weights_that_are_no_safetensors_are_refused(copy):
    content = b"not a file of tensors"
    (copy / "generator.safetensors").write_bytes(content)
    described = {"file": "generator.safetensors", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    change_manifest(copy, weights=described)
    refused(copy, "is no safetensors file")
