"""FER2013 as a table, `emotion,pixels,Usage`, plain or zipped."""

import contextlib
import csv
import io
import zipfile
from pathlib import Path

import numpy as np
from seven_faces import IMAGE_SIDE


def rows(path):
    """Usage, label and face uint8 `[48, 48]` of every row."""
    with opened(Path(path)) as file:
        for row in csv.DictReader(file):
            face = np.fromstring(row["pixels"], np.uint8, sep=" ")  # a quarter of the time of int() for each
            yield row["Usage"], int(row["emotion"]), face.reshape(IMAGE_SIDE, IMAGE_SIDE)


def arrays(labelled):
    """Faces uint8 `[N, 48, 48]` and labels `[N]` of pairs of a label and a face."""
    labels, faces = zip(*labelled)
    return np.stack(faces), np.array(labels)


@contextlib.contextmanager
def opened(path):
    """The table as text."""
    if not zipfile.is_zipfile(path):
        with open(path, newline="") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        if not tables:
            raise SystemExit(f"{path} holds no table: expected a .csv in it, such as fer2013.csv")
        with archive.open(tables[0]) as file:
            yield io.TextIOWrapper(file, "utf-8", newline="")
