"""Measures what generated faces are worth to other people's classifiers, and writes docs/balance.md.

A ResNet-18 (torchvision's, for 48x48 grey faces) and a plain CNN are trained on each arm for the same number of steps of the same
size, and measured on PrivateTest without the images that stand in Training, too:

  a  real        b  real, loss weights        c  real, oversampled
  d  real + generated up to the largest class        e  the same up to twice the largest class
  f  generated only, as many of each class as the largest has

Every run is written into the JSON file when it ends; the command given again continues with the runs that are missing.
"""

import argparse
import json
import sys
from pathlib import Path
from statistics import mean, stdev

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import report  # noqa: E402
import tables  # noqa: E402
import torch  # noqa: E402
from arms import ARMS, training_set  # noqa: E402
from classifiers import CLASSIFIERS  # noqa: E402
from learning import RATES, figures, trained  # noqa: E402
from seven_faces import EMOTIONS, load  # noqa: E402
from settings import REPOSITORY  # noqa: E402

DOCUMENT = REPOSITORY / "docs" / "balance.md"


def arguments():
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="bench/balance.sh", description=__doc__, formatter_class=formatter)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="FER2013 as fer2013.csv, or a zip that holds it")
    add("--bundle", type=Path, default=REPOSITORY / "web/assets/models/acgan", help="[default: web/assets/models/acgan]")
    add("--classifier", action="append", choices=CLASSIFIERS, help="may be repeated [default: all]")
    add("--arm", action="append", choices=ARMS, help="may be repeated [default: all]")
    add("--seeds", type=int, default=5, help="repetitions, each with other first weights and other generated faces [default: %(default)s]")
    add("--steps", type=int, default=15_000, help="of every training [default: %(default)s]")
    add("--batch", type=int, default=128, help="faces in a step [default: %(default)s]")
    add("--label-interpolation", type=float, default=1.0, help="of generated faces, 0 to 1 [default: %(default)s]")
    add("--truncation", type=float, default=1.0, help="of generated faces, 0 to 1.5 [default: %(default)s]")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="[default: a GPU that PyTorch sees, else cpu]")
    add("--threads", type=int, default=torch.get_num_threads(), help="on the CPU [default: %(default)s]")
    add("--json", type=Path, default=Path("balance.json"), help="the runs [default: %(default)s]")
    add("--print", action="store_true", help="leave the document as it is")
    args = parser.parse_args()
    if min(args.seeds, args.steps, args.batch, args.threads) < 1:
        parser.error("--seeds, --steps, --batch and --threads are at least 1")
    return args


def split(path):
    """Training and held-out (faces, labels)."""
    training, held_out = [], []
    for usage, label, face in tables.rows(path):
        if usage in ("Training", "PrivateTest"):
            (training if usage == "Training" else held_out).append((label, face))
    learned = {face.tobytes() for _, face in training}
    held_out = [(label, face) for label, face in held_out if face.tobytes() not in learned]
    if not training or not held_out:
        raise SystemExit(f"{path} has {len(training)} rows of Training and {len(held_out)} of PrivateTest that are not in Training, too")
    return tables.arrays(training), tables.arrays(held_out)


class Runs:
    """The finished runs in a file, all of the same settings."""

    def __init__(self, path, settings):
        self.path, self.settings, self.runs = path, settings, []
        if path.is_file():
            kept = json.loads(path.read_text())
            if kept["settings"] != settings:
                raise SystemExit(f"{path} holds runs with {kept['settings']}, these have {settings}: give another file by --json")
            self.runs = kept["runs"]

    def has(self, **key):
        return any(key.items() <= run.items() for run in self.runs)

    def add(self, run):
        self.runs.append(run)
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"settings": self.settings, "runs": self.runs}, indent=1) + "\n")
        unfinished.replace(self.path)

    def table(self):
        """A row for each classifier and arm: means and standard deviations over the seeds, in percent."""
        heads = ["classifier", "learns from", "runs", "accuracy", "macro-F1", *(f"{emotion}" for emotion in EMOTIONS), "calibration error"]
        rows = []
        for classifier in CLASSIFIERS:
            for arm, described in ARMS.items():
                runs = [run for run in self.runs if (run["classifier"], run["arm"]) == (classifier, arm)]
                if runs:
                    parts = [[run[name] for run in runs] for name in ("accuracy", "macro_f1")]
                    parts += [[run["recall"][emotion] for run in runs] for emotion in EMOTIONS]
                    parts.append([run["calibration_error"] for run in runs])
                    rows.append([classifier, f"{arm}: {described.title}", len(runs), *map(percent, parts)])
        return report.table(heads, rows)


def percent(values):
    spread = f" ± {100 * stdev(values):.1f}" if len(values) > 1 else ""
    return f"{100 * mean(values):.1f}{spread}"


def settings_of(args, bundle, training, held_out):
    """What all runs of a file have in common."""
    asked = {name: getattr(args, name) for name in ("steps", "batch", "truncation", "label_interpolation")}
    return asked | {"bundle": bundle.manifest["weights"]["sha256"], "training": len(training[1]), "held_out": len(held_out[1])}


def measure(args, runs, bundle, training, held_out):
    options = {"truncation": args.truncation, "label_interpolation": args.label_interpolation, "device": args.device}
    for seed in range(args.seeds):
        for name in args.arm or ARMS:
            todo = [kind for kind in args.classifier or CLASSIFIERS if not runs.has(classifier=kind, arm=name, seed=seed)]
            faces = training_set(ARMS[name], training, bundle, seed, options) if todo else None
            for kind in todo:
                print(f"== seed {seed}, arm {name}, {kind}: {len(faces[1])} faces", file=sys.stderr, flush=True)
                torch.manual_seed(seed)
                network = trained(CLASSIFIERS[kind](), RATES[kind], ARMS[name], *faces, args, seed)
                runs.add({"classifier": kind, "arm": name, "seed": seed, **figures(network, *held_out, args.device)})


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    bundle = load(args.bundle)
    training, held_out = split(args.data)
    runs = Runs(args.json, settings_of(args, bundle, training, held_out))
    measure(args, runs, bundle, training, held_out)
    said = f"`bench/balance.sh --data {args.data.name}`, {args.steps} steps of {args.batch}, {len(held_out[1])} held-out faces"
    text = f"*{said}, commit {report.commit()}; recalls by emotion, all in percent*\n\n{runs.table()}"
    print(text)
    if not args.print:
        DOCUMENT.write_text(report.put(DOCUMENT.read_text(), "balance", text))


if __name__ == "__main__":
    main()
