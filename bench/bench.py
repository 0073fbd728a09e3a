"""All comparisons, side by side, written into docs/performance.md."""

import argparse
import os
import sys
from pathlib import Path

import inference
import report
import training
import visit
from settings import REPOSITORY, Settings

#: In the order of docs/performance.md.
PARTS = {
    "pixels": inference.pixels,
    "faces": inference.faces,
    "faces-growth": inference.growth,
    "start": inference.start,
    "bytes": inference.sizes,
    "smoothness": visit.smoothness,
    "training": training.steps,
    "training-growth": training.growth,
    "csv": training.csv,
    "training-memory": training.memory,
    "page-memory": visit.memory,
}
DOCUMENT = REPOSITORY / "docs" / "performance.md"
FOLDER = Path(os.environ.get("SEVEN_FACES_BENCH_DIR", Path.home() / ".cache/seven-faces/bench"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}; may be repeated")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every comparison [default: 5]")
    parser.add_argument("--quick", action="store_true", help="a smoke run: everything once and small, printed only")
    parser.add_argument("--site", type=Path, default=REPOSITORY / "dist", help="the built site [default: dist, by `trunk build --release`]")
    parser.add_argument("--trainer", type=Path, default=TARGET / "debug/native-trainer", help="the built trainer [default: %(default)s, by `cargo build -p native-trainer`]")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of both trainers [default: %(default)s]")
    return parser.parse_args()


def main():
    args = arguments()
    rounds = 1 if args.quick else args.rounds
    settings = Settings(args.site.resolve(), args.trainer.resolve(), FOLDER, rounds, args.quick, args.threads)
    for part in args.only or PARTS:
        print(f"== {part}", file=sys.stderr, flush=True)
        caption = report.caption(part, settings)
        text = f"{caption}\n\n{PARTS[part](settings)}"
        print(text, flush=True)
        if not args.quick:
            DOCUMENT.write_text(report.put(DOCUMENT.read_text(), part, text))


if __name__ == "__main__":
    main()
