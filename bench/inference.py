"""Faces in the browser: whether all engines make the same ones, how fast, how soon, from how many bytes."""

import gzip
import hashlib
import json
from statistics import median

import brotli
import numpy as np
import torch
from PIL import Image

import program
from browser import Browser
from engines import DEVICES, EMOTION, ENGINES, MOST_FACES, Stage, Tabs, peers_of
from report import number, table, verdict
from rounds import interleaved, ratio
from seven_faces import EMOTIONS, IMAGE_SIDE, load
from seven_faces.pixels import HALF_RANGE

PIXEL_GOAL = 1e-3
#: By device: of the peer's time for the same faces.
TIME_GOALS = {"cpu": 0.8, "webgpu": 0.5}
START_GOAL = 0.5
#: Megabytes of code and one model.
GZIP_GOAL, BROTLI_GOAL = 3.0, 2.0
#: A software GPU is asked for fewer faces at once.
MOST_WEBGPU_FACES = 32
SHOWN = "return document.querySelector(\"[data-testid='face']\")?.dataset.state === 'ready' && performance.now()"


def pixels(settings):
    """Everybody's pixels against the generator in PyTorch."""
    settings.check_trainer()
    rows, count = [], 8 if settings.quick else 32
    for gan in ("cgan", "acgan"):
        bundle = load(settings.site / "models" / gan)
        rows.append((f"`native-trainer sample`, {gan}, seven emotions", sampled(settings, bundle, count)))
    with Stage(settings) as stage, Browser() as browser:
        faces = oracle(load(settings.bundle), EMOTION, count)
        tabs = Tabs(stage, browser)
        for engine in ENGINES:
            greys = np.array(tabs.greys(engine, count)).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)
            rows.append((f"{engine.title}, {DEVICES[engine.device]}, {settings.gan}", distance_from(faces, greys)))
    rows = [(who, f"{distance:.1e}" if distance else "none", verdict(distance, PIXEL_GOAL)) for who, distance in rows]
    return table([f"{count} faces by", "largest difference", "goal"], rows)


def oracle(bundle, emotion, count):
    """Faces `[count, 48, 48]` in [-1, 1] of the first seeds, by the package's generator in PyTorch."""
    weights = np.eye(len(EMOTIONS), dtype=np.float32)[[emotion] * count]
    with torch.inference_mode():
        faces = bundle.generator(torch.from_numpy(bundle.latents(range(count))), torch.from_numpy(weights))
    return faces[:, 0].numpy()


def distance_from(faces, greys):
    """How far the farthest pixel lies outside the interval that rounds to its grey level. Over many faces that is as
    good as the largest difference of the numbers themselves, which a picture file does not hold."""
    low, high = (greys - 0.5) / HALF_RANGE - 1, (greys + 0.5) / HALF_RANGE - 1
    return float(np.maximum(np.maximum(low - faces, faces - high), 0).max())


def sampled(settings, bundle, count):
    """The largest difference between the trainer's pictures and the oracle's faces."""
    with settings.scratch() as out:
        faces = ["--bundle", bundle.folder, "--count", count, "--out", out, "--device", "cpu"]
        program.run([settings.trainer, "sample", *faces])
        return max(
            distance_from(oracle(bundle, index, count), pictures(f"{out}/{emotion}", count))
            for index, emotion in enumerate(EMOTIONS)
        )


def pictures(folder, count):
    return np.stack([np.asarray(Image.open(f"{folder}/{face}.png"), dtype=float) for face in range(count)])


def timed(settings, counts):
    """Medians of every round by engine and count, as `[page's clock, engine's clock]`."""
    with Stage(settings) as stage, Browser() as browser:
        tabs = Tabs(stage, browser)

        def contestant(engine, count):
            times = 1 if settings.quick or engine.device == "webgpu" else max(1, 30 // count)
            tabs.measure(engine, count, 1)  # Compiles what depends on the count.

            def measure():
                walls, reports = zip(*tabs.measure(engine, count, times))
                return median(walls), median(reports) if engine.ours else None

            return measure

        wanted = [(e, c) for c in counts for e in ENGINES if e.device == "cpu" or c <= MOST_WEBGPU_FACES]
        return interleaved(settings.rounds, {(engine, count): contestant(engine, count) for engine, count in wanted})


def faces(settings):
    """One face and thirty-two."""
    counts = (1, 2) if settings.quick else (1, 32)
    values, rows = timed(settings, counts), []
    for device, name in DEVICES.items():
        for count in counts:
            ours, others = peers_of(device)
            own = [wall for wall, _ in values[ours, count]]
            reported = median(report for _, report in values[ours, count])
            for peer in others:
                theirs = [wall for wall, _ in values[peer, count]]
                share = ratio(own, theirs)
                cells = [number(median(own)), number(reported), peer.title, number(median(theirs)), number(share)]
                rows.append([f"{name}, {count}", *cells, verdict(share, TIME_GOALS[device])])
    return table(["faces", "ours, ms", "in the engine, ms", "peer", "its ms", "ratio", "goal"], rows)


def growth(settings):
    """Milliseconds a face, for more and more faces in one call."""
    counts = (1, 2) if settings.quick else [2**power for power in range(MOST_FACES.bit_length())]
    values = timed(settings, counts)

    def cell(engine, count):
        walls = [wall / count for wall, _ in values.get((engine, count), [])]
        return number(median(walls)) if walls else number(None)

    heads = [f"{engine.title}, {DEVICES[engine.device]}" for engine in ENGINES]
    return table(["faces", *heads], [[count, *(cell(engine, count) for engine in ENGINES)] for count in counts])


def start(settings):
    """From navigation to the painted face, in a browser with an empty profile."""
    with Stage(settings) as stage:

        def engine_start(engine):
            def measure():
                with stage.cold(engine) as (_, times):
                    return times["started"], times["first"]

            return measure

        def page_start(device):
            def measure():
                with Browser() as browser:
                    return None, stage.visit(browser, device, "", "the first face", SHOWN)

            return measure

        contestants = {engine: engine_start(engine) for engine in ENGINES}
        pages = {f"Our page, {name}": page_start(device) for device, name in DEVICES.items()}
        values = interleaved(settings.rounds, {**contestants, **pages})
    rows = []
    for engine in ENGINES:
        ours, _ = peers_of(engine.device)
        first, own = [last for _, last in values[engine]], [last for _, last in values[ours]]
        share = None if engine.ours else ratio(own, first)
        goal = "" if engine.ours else verdict(share, START_GOAL)
        started = median(started for started, _ in values[engine])
        title = f"{engine.title}, {DEVICES[engine.device]}"
        rows.append([title, number(started), number(median(first)), number(share), goal])
    rows += [[page, number(None), number(median(last for _, last in values[page])), number(None), ""] for page in pages]
    return table(["engine", "started, ms", "first face, ms", "ours / this", "goal"], rows)


def sizes(settings):
    """Everything that was asked for until the first face, as it would travel."""
    compressed = Compressed(settings)
    rows = []
    with Stage(settings) as stage:
        for engine in ENGINES:
            with stage.cold(engine):
                rows.append((f"{engine.title}, {DEVICES[engine.device]}", stage.downloaded(), engine.ours))
        with Browser() as browser:
            stage.visit(browser, "cpu", "", "the first face", SHOWN)
            rows.append(("Our page", stage.downloaded(), False))
    lines = []
    for title, files, judged in rows:
        raw, gzipped, brotlied = (sum(sizes) / 1e6 for sizes in zip(*map(compressed.of, files)))
        cells = [verdict(gzipped, GZIP_GOAL), verdict(brotlied, BROTLI_GOAL)] if judged else ["", ""]
        lines.append([title, len(files), number(raw), number(gzipped), cells[0], number(brotlied), cells[1]])
    return table(["code and one model", "files", "MB", "gzip -9", "goal", "brotli -11", "goal"], lines)


class Compressed:
    """Sizes of files, remembered by their contents: brotli at its best takes a minute for 27 MB."""

    def __init__(self, settings):
        self.memory = settings.folder / "compressed.json"
        self.known = json.loads(self.memory.read_text()) if self.memory.is_file() else {}

    def of(self, file):
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()
        if name not in self.known:
            self.known[name] = [len(content), len(gzip.compress(content, 9)), len(brotli.compress(content))]
            self.memory.write_text(json.dumps(self.known))
        return self.known[name]
