"""All comparisons, side by side, written into docs/performance.md."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import inference
import report
import training
import visit
from settings import REPOSITORY, Settings


@dataclass(frozen=True)
class Part:
    #: Settings to a table.
    measure: Callable
    #: More would take too long for what they tell.
    most_rounds: int = 100
    #: Whether the figures depend on the machine.
    timed: bool = True


#: In the order of docs/performance.md.
PARTS = {
    "pixels": Part(inference.pixels, timed=False),
    "faces": Part(inference.faces),
    "faces-growth": Part(inference.growth, most_rounds=3),
    "start": Part(inference.start),
    "bytes": Part(inference.sizes, timed=False),
    "smoothness": Part(visit.smoothness),
    "training": Part(training.steps),
    "training-growth": Part(training.growth, most_rounds=1),
    "csv": Part(training.csv),
    "training-memory": Part(training.memory, most_rounds=3),
    "page-memory": Part(visit.memory, most_rounds=3),
}
DOCUMENT = REPOSITORY / "docs" / "performance.md"
FOLDER = Path(os.environ.get("SEVEN_FACES_BENCH_DIR", Path.home() / ".cache/seven-faces/bench"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    add = parser.add_argument
    names = ", ".join(PARTS)
    add("--only", action="append", choices=PARTS, metavar="PART", help=f"one of {names}; may be repeated")
    add("--rounds", type=int, default=5, help="rounds of every comparison [default: %(default)s]")
    add("--quick", action="store_true", help="a smoke run: everything once and small, printed only")
    add("--site", type=Path, default=REPOSITORY / "dist", help="the site, by `trunk build --release` [default: dist]")
    built = "the trainer, by `cargo build -p native-trainer` [default: %(default)s]"
    add("--trainer", type=Path, default=TARGET / "debug/native-trainer", help=built)
    add("--threads", type=int, default=os.cpu_count(), help="threads of both trainers [default: %(default)s]")
    args = parser.parse_args()
    if args.rounds < 1 or args.threads < 1:
        parser.error("--rounds and --threads are at least 1")
    return args


def main():
    args = arguments()
    rounds = 1 if args.quick else args.rounds
    settings = Settings(args.site.resolve(), args.trainer.resolve(), FOLDER, rounds, args.quick, args.threads)
    for name in args.only or PARTS:
        run(name, PARTS[name], replace(settings, rounds=min(rounds, PARTS[name].most_rounds)))


def run(name, part, settings):
    """Prints a part, and unless this is a smoke run puts it into the document."""
    print(f"== {name}", file=sys.stderr, flush=True)
    caption = report.caption(name, part, settings)  # Other programs are looked for before the start.
    text = f"{caption}\n\n{part.measure(settings)}"
    print(text, flush=True)
    if not settings.quick:
        DOCUMENT.write_text(report.put(DOCUMENT.read_text(), name, text))


if __name__ == "__main__":
    main()
