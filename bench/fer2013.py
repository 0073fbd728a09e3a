"""A table like fer2013.csv, and how long pandas takes to make arrays of it.

    python fer2013.py fer2013.csv --way split

prints one line of JSON: seconds from the file to arrays of pixels and labels.
"""

import argparse
import json
import time

import numpy as np

#: FER2013's images by split.
SPLITS = {"Training": 28709, "PublicTest": 3589, "PrivateTest": 3589}
SIDE = 48


def write(path, share=1.0):
    """Smooth noise with FER2013's number of rows and length of lines, or a share of them."""
    draw = np.random.default_rng(0)
    with open(path, "w") as file:
        file.write("emotion,pixels,Usage\n")
        for split, rows in SPLITS.items():
            for label in draw.integers(0, 7, max(int(rows * share), 1)):
                coarse = draw.integers(0, 256, (SIDE // 4, SIDE // 4))
                image = np.kron(coarse, np.ones((4, 4), dtype=int)) * 3 // 4 + draw.integers(0, 64, (SIDE, SIDE))
                file.write(f"{label},{' '.join(map(str, image.ravel()))},{split}\n")


#: How pixels are usually cut: what most notebooks do, and the fastest that numpy offers.
WAYS = {
    "split": lambda text: np.array([int(pixel) for pixel in text.split(" ")], dtype=np.uint8),
    "fromstring": lambda text: np.fromstring(text, dtype=np.uint8, sep=" "),
}


def read(path, way):
    import pandas

    start = time.perf_counter()
    table = pandas.read_csv(path)
    images = np.stack([WAYS[way](text) for text in table["pixels"]]).reshape(-1, SIDE, SIDE)
    labels = table["emotion"].to_numpy()
    return {"seconds": time.perf_counter() - start, "rows": len(labels), "sum": int(images.sum())}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Times pandas on a table like fer2013.csv.")
    parser.add_argument("path")
    parser.add_argument("--way", choices=WAYS, default="split")
    args = parser.parse_args()
    print(json.dumps(read(args.path, args.way)))
