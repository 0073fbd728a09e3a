"""What stands around the code."""

import subprocess
import sys
import tomllib
from importlib.metadata import version

import pytest
from conftest import GENERATORS, REPOSITORY

import seven_faces


def python(code):
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return done.stdout + done.stderr


def test_the_version_is_the_projects():
    project = tomllib.loads((REPOSITORY / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    assert seven_faces.__version__ == version("seven-faces") == project


def test_faces_need_neither_pytorch_nor_onnx():
    code = f"""
import sys
sys.modules.update(torch=None, onnx=None)
from seven_faces import *
print(load({str(GENERATORS["modulated"])!r}).generate("happy", [1, 2]).shape)
"""
    assert python(code) == "(2, 48, 48)\n"


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("torch", "bundle.generator"),
        ("torch", "bundle.generate('sad', [1], device='cpu')"),
        ("torch", "bundle.classify(bundle.generate('sad', [1]))"),
        ("torch", "seven_faces.SevenFacesDataset"),
        ("onnx", "bundle.to_onnx('/nowhere')"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(package, call):
    code = f"""
import importlib.abc, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {package!r}:
            raise ModuleNotFoundError(f"No module named '{{name}}'", name=name)
sys.meta_path.insert(0, Missing())
import shutil, tempfile
import seven_faces
folder = tempfile.mkdtemp()
for part in ({str(GENERATORS["modulated"])!r}, {str(REPOSITORY / "native-trainer/classifiers/fer2013")!r}):
    shutil.copytree(part, folder, dirs_exist_ok=True)
bundle = seven_faces.load(folder)
{call}
"""
    said = python(code).strip().splitlines()[-1]
    assert said.startswith("seven_faces.errors.MissingPackageError: ") and said.endswith(f"run `pip install {package}`"), said


def test_the_package_is_typed():
    assert (REPOSITORY / "python/src/seven_faces/py.typed").is_file()
