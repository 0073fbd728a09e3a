"""The networks as modules of PyTorch, beside the trainer's."""

import json
import shutil

import numpy as np
import pytest
from conftest import CLASSIFIER, DISCRIMINATORS, assert_same_faces, sampled

import seven_faces
from seven_faces.pixels import to_signed

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")

LABELS = np.repeat(np.arange(7), 2)


@pytest.fixture(scope="module", params=["acgan", "cgan"])
def gan(request):
    return request.param


@pytest.fixture(scope="module")
def discriminator(gan):
    return seven_faces.load(DISCRIMINATORS / gan).discriminator


@pytest.fixture(scope="module")
def classifier():
    return seven_faces.load(CLASSIFIER)


def flat(faces):
    return faces.reshape(-1, 48, 48)


def images(faces):
    return torch.from_numpy(to_signed(flat(faces)))


def test_faces_are_the_trainers_to_a_grey_level(bundle, name, golden_faces):
    assert_same_faces(sampled(bundle, name, device="cpu"), golden_faces[name])


def test_parameters_are_as_many_as_the_manifest_says(bundle):
    parameters = sum(values.numel() for values in bundle.generator.parameters())
    assert parameters == bundle.manifest["weights"]["parameters"]


def test_a_module_is_for_inference_and_gradients_reach_the_latents(acgan):
    assert not acgan.generator.training and not any(values.requires_grad for values in acgan.generator.parameters())
    z = torch.from_numpy(acgan.latents([1, 2])).requires_grad_()
    faces = acgan.generator(z, torch.eye(7)[[3, 4]])
    assert faces.shape == (2, 1, 48, 48) and faces.abs().max() <= 1
    faces.sum().backward()
    assert z.grad is not None and z.grad.abs().min() > 0


@pytest.mark.parametrize(("faces", "split"), [("acgan", "training"), ("cgan", "held_out")])
def test_discriminators_answer_as_the_trainers_do(discriminator, gan, golden_faces, golden_figures, faces, split):
    with torch.inference_mode():
        output = discriminator(images(golden_faces[faces]))
    expected = golden_figures[gan]["overfitting"][split]
    assert output.unconditional_logit.shape == (14, 1) and output.label_logits.shape == (14, 7)
    assert output.unconditional_logit.double().mean().item() == pytest.approx(expected["unconditional_logit"], abs=1e-4)
    right = (output.label_logits.argmax(1).numpy() == LABELS).mean()
    assert right == pytest.approx(expected["label_accuracy"])


def test_the_classifier_sees_what_the_trainers_does(classifier, golden_faces, golden_figures):
    seen = classifier.classify(flat(golden_faces["cgan"]))
    assert seen.shape == (14, 7) and np.allclose(seen.sum(1), 1, atol=1e-5)
    counts = np.zeros((7, 7), int)
    np.add.at(counts, (LABELS, seen.argmax(1)), 1)
    assert counts.tolist() == golden_figures["acgan"]["classifier"]


def test_the_classifiers_features_are_the_trainers(classifier, golden_faces, golden_figures):
    """Frechet's distance in them is the one that `eval` prints."""
    features = []
    with torch.inference_mode():
        for faces in (golden_faces["acgan"], golden_faces["cgan"]):
            both = images(faces), images(faces).flip(3)
            features.append(sum(map(classifier.classifier.features, both)).double().numpy() / 2)
    assert frechet(*features) == pytest.approx(golden_figures["acgan"]["frechet_distance"], rel=1e-3)


def frechet(one, other):
    covariances = [np.cov(sample.T) for sample in (one, other)]
    values, vectors = np.linalg.eigh(covariances[0])
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ covariances[1] @ root).clip(0)).sum()
    apart = ((one.mean(0) - other.mean(0)) ** 2).sum()
    return apart + sum(map(np.trace, covariances)) - 2 * shared


def test_images_of_another_shape_are_refused(classifier):
    for wrong in (np.zeros((2, 64, 64), np.uint8), np.zeros((2, 48, 48), np.float32), np.zeros((48, 48), np.uint8)):
        with pytest.raises(ValueError, match=r"expected uint8 \[N, 48, 48\]"):
            classifier.classify(wrong)


def test_weights_of_another_network_are_refused(tmp_path):
    copy = shutil.copytree(CLASSIFIER, tmp_path / "classifier")
    manifest = json.loads((copy / "classifier.json").read_text())
    (copy / "classifier.json").write_text(json.dumps(manifest | {"stages": 3}))
    with pytest.raises(seven_faces.BundleError, match=r"they hold a tensor 'stages\.3"):
        seven_faces.load(copy).classify(np.zeros((1, 48, 48), np.uint8))
