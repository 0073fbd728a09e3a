"""The trainer against PyTorch and pandas: steps, memory, and reading fer2013.csv."""

import functools
import json
import os
import sys
from pathlib import Path
from statistics import median

import fer2013
import program
from report import number, table, verdict
from rounds import interleaved, ratio
from trainer import WARM_UP

STEP_GOAL = 1.0
CSV_GOAL = 10.0
MEMORY_GOAL = 2.0
#: Of the trainer, as they are now.
PRESETS = ("tiny", "small", "base")
HERE = Path(__file__).parent
PYTHON = sys.executable


def devices():
    """How each trainer names the device: the CPU, and a GPU where PyTorch sees one."""
    import torch

    return {"CPU": ("cpu", "cpu"), **({"GPU": ("wgpu", "cuda")} if torch.cuda.is_available() else {})}


class Match:
    """The same training in both programs: a preset as it is now, with `changes` by the names of a run's options."""

    def __init__(self, settings, data, device="CPU", gan="acgan", preset="small", batch=None, steps=None, **changes):
        self.settings, self.data, self.gan, self.preset, self.changes = settings, data, gan, preset, changes
        self.native_device, self.torch_device = devices()[device]
        self.batch = batch or self.options["batch"]
        width = self.options["generator"]["width"]
        self.steps = 4 if settings.quick else steps or max(12, 1536 * 32 // (self.batch * width))

    @functools.cached_property
    def options(self):
        """What our trainer computes, by its own account: the options that it writes into a run of one step."""
        with self.settings.scratch() as out:
            self.train(out, "cpu", 1)
            return json.loads(one_file(out, "options.json").read_text())

    def train(self, out, device, images, **more):
        """Our trainer from start to end."""
        options = {"--data": self.data, "--gan": self.gan, "--preset": self.preset, "--out": out, "--images": images, "--device": device}
        sets = [f"--set={name}={value}" for name, value in (self.changes | more).items()]
        threads = {"RAYON_NUM_THREADS": str(self.settings.threads)}
        return program.run([self.settings.trainer, "train", *sets, *(part for pair in options.items() for part in pair)], threads)

    def native(self):
        """Images per second and peak memory of our trainer."""
        with self.settings.scratch() as out:
            finished = self.train(out, self.native_device, self.steps * self.batch, batch=self.batch)
            return images_per_second(one_file(out, "stats.jsonl").read_text()), finished.peak_bytes

    def torch(self):
        """Images per second and peak memory of trainer.py."""
        with self.settings.scratch() as out:
            run = Path(out, "options.json")
            run.write_text(json.dumps(self.options))
            options = {
                "--data": self.data, "--options": run, "--batch": self.batch, "--steps": self.steps,
                "--threads": self.settings.threads, "--device": self.torch_device,
            }  # fmt: skip
            finished = program.run([PYTHON, HERE / "trainer.py", *(part for pair in options.items() for part in pair)])
            return json.loads(finished.output)["images_per_second"], finished.peak_bytes


def one_file(out, name):
    """The file of the only run in a folder."""
    (file,) = Path(out).glob(f"*/{name}")
    return file


def images_per_second(stats):
    """Of all ticks after the first quarter of the run."""
    ticks = [tick for tick in map(json.loads, stats.splitlines()) if "images_per_second" in tick]
    first, images, seconds, seen = WARM_UP * ticks[-1]["images_seen"], 0, 0.0, 0
    for tick in ticks:
        more, seen = tick["images_seen"] - seen, tick["images_seen"]
        if seen > first:
            images, seconds = images + more, seconds + more / tick["images_per_second"]
    return images / seconds


def data(settings):
    """A twentieth of FER2013's rows is enough to train on for seconds."""
    file = settings.made / "faces.csv"
    if not file.is_file():
        fer2013.write(file, 0.05)
    return file


def compared(settings, matches):
    """Title to our and PyTorch's `[(images per second, bytes)]`, a pair a round."""
    contestants = {}
    for title, match in matches.items():
        contestants |= {(title, "native"): match.native, (title, "torch"): match.torch}
    values = interleaved(settings.rounds, contestants)
    return {title: (values[title, "native"], values[title, "torch"]) for title in matches}


def speeds(results):
    rows = []
    for title, sides in results.items():
        ours, theirs = ([speed for speed, _ in side] for side in sides)
        share = ratio(ours, theirs)
        cells = [number(median(ours)), number(median(theirs)), number(share)]
        rows.append([title, *cells, verdict(share, STEP_GOAL, at_most=False)])
    return table(["training", "ours, images/s", "PyTorch, images/s", "ratio", "goal"], rows)


def steps(settings):
    """Both GANs in every preset, as it is now."""
    settings.check_trainer()
    matches = {}
    for device in devices():
        for preset in PRESETS:
            for gan in ("acgan", "cgan"):
                match = Match(settings, data(settings), device, gan, preset)
                matches[f"{device}, {preset}, {gan}, batch {match.batch}"] = match
    return speeds(compared(settings, matches))


def growth(settings):
    """Larger batches, wider networks than preset small's."""
    settings.check_trainer()
    batches = (16, 64) if settings.quick else (16, 32, 64, 128, 256, 512)
    matches = {f"width 32, batch {batch}": Match(settings, data(settings), batch=batch) for batch in batches}
    for width in (64,) if settings.quick else (64, 128):
        widths = {"generator.width": width, "discriminator.width": width * 3 // 2}
        matches[f"width {width}, batch 32"] = Match(settings, data(settings), **widths)
    return speeds(compared(settings, matches))


def memory(settings):
    """The largest resident set of a training with batches of 64."""
    settings.check_trainer()

    def match(gan):
        return Match(settings, data(settings), gan=gan, batch=64, steps=8)  # Memory does not grow with steps.

    matches = {f"{gan}, preset small, batch 64": match(gan) for gan in ("acgan", "cgan")}
    rows = []
    for title, sides in compared(settings, matches).items():
        ours, theirs = (median(peak for _, peak in side) / 1e9 for side in sides)
        rows.append([title, number(ours), number(theirs), verdict(ours, MEMORY_GOAL)])
    return table(["training on the CPU", "ours, GB", "PyTorch, GB", "goal, GB"], rows)


def csv(settings):
    """From fer2013.csv to arrays of pixels: ours without its start-up, pandas without Python's."""
    settings.check_trainer()
    full, one = settings.made / f"fer2013-{'part' if settings.quick else 'all'}.csv", settings.made / "one.csv"
    for file, share in ((full, 0.02 if settings.quick else 1.0), (one, 0.0)):
        if not file.is_file():
            fer2013.write(file, share)

    def native(file):
        return program.run([settings.trainer, "data", "--data", file]).seconds

    def pandas(way):
        return json.loads(program.run([PYTHON, HERE / "fer2013.py", full, "--way", way]).output)["seconds"]

    contestants = {way: lambda way=way: pandas(way) for way in fer2013.WAYS}
    values = interleaved(settings.rounds, {"ours": lambda: native(full) - native(one), **contestants})
    rows = []
    for way in fer2013.WAYS:
        speed_up = ratio(values[way], values["ours"])
        cells = [number(median(values["ours"])), number(median(values[way])), number(speed_up)]
        rows.append([f"pandas, pixels by `{way}`", *cells, verdict(speed_up, CSV_GOAL, at_most=False)])
    rows_read, size = sum(1 for _ in open(full)) - 1, os.path.getsize(full) / 1e6
    return table([f"{rows_read:,} rows, {number(size)} MB", "ours, s", "its s", "times faster", "goal"], rows)
