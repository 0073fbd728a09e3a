"""Our page as a visitor has it: whether the main thread stays free, and how much memory the page holds."""

import time
from statistics import median

from browser import Browser
from engines import DEVICES, ENGINES, Stage
from report import number, table, verdict
from rounds import interleaved

LONGEST_MILLISECONDS = 50
WALK_SECONDS = 10
CROWD = 64
#: Chromium reports tasks from 50 ms on.
WATCH = """
globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: "longtask", buffered: true });
"""


def shown(prefix, count=1):
    """Whether so many canvases of a view show their faces."""
    ready = f"[data-testid^='{prefix}'][data-state='ready']"
    return f'return document.querySelectorAll("{ready}").length >= {count}'


def load(browser, stage, device, settings):
    stage.visit(browser, device, "", "the first face", shown("face"))


def crowd(browser, stage, device, settings):
    stage.visit(browser, device, f"&view=crowd&people={CROWD}", "the crowd", shown("crowd-", CROWD))


def walk(browser, stage, device, settings):
    stage.visit(browser, device, "&view=walk", "the walk", shown("walk"))
    time.sleep(2 if settings.quick else WALK_SECONDS)


SCENES = {
    "loading": load,
    f"loading and a crowd of {CROWD}": crowd,
    f"loading and walking {WALK_SECONDS} s": walk,
}


def smoothness(settings):
    """Long tasks of the main thread."""
    with Stage(settings) as stage:

        def contestant(scene, device):
            def watch():
                with Browser() as browser:
                    browser.before_every_page(WATCH)
                    SCENES[scene](browser, stage, device, settings)
                    return browser.run("return longTasks")

            return watch

        wanted = [(scene, device) for device in DEVICES for scene in SCENES]
        values = interleaved(settings.rounds, {key: contestant(*key) for key in wanted})
    rows = []
    for (scene, device), visits in values.items():
        longest = [max(tasks, default=0) for tasks in visits]
        shown_longest = [f"{number(value)} ms" if value else "none" for value in (median(longest), max(longest))]
        goal = verdict(median(longest), LONGEST_MILLISECONDS)
        rows.append([f"{DEVICES[device]}, {scene}", number(median(map(len, visits))), *shown_longest, goal])
    return table(["visit", "long tasks", "longest, median of rounds", "longest of all", "goal, ms"], rows)


def memory(settings):
    """Memory of all processes of the browser, less that of an empty tab."""
    with Stage(settings) as stage:

        def engine_page(engine):
            def held():
                with Browser() as browser:
                    empty = settled(browser)
                    browser.open(stage.address(engine))
                    browser.finish("ready")
                    browser.finish(f"measure({2 if settings.quick else 32}, 1)")
                    return settled(browser) - empty

            return held

        def scene_page(device):
            def held():
                with Browser() as browser:
                    empty = settled(browser)
                    crowd(browser, stage, device, settings)
                    return settled(browser) - empty

            return held

        engines = {f"{e.title}, {DEVICES[e.device]}, 32 faces": engine_page(e) for e in ENGINES}
        pages = {f"Our page, {name}, a crowd of {CROWD}": scene_page(device) for device, name in DEVICES.items()}
        values = interleaved(settings.rounds, {**engines, **pages})
    rows = [[what, number(median(held) / 1e6)] for what, held in values.items()]
    return table(["page", "MB more than an empty tab"], rows)


def settled(browser):
    """What the browser holds once the dust has settled."""
    time.sleep(1)
    return browser.memory()
