"""The engines that are compared, each a page of its own in one browser."""

import contextlib
import json
from dataclasses import dataclass

from browser import Browser
from server import Server
from settings import REPOSITORY
from seven_faces import load

#: The pages that run an engine each.
WEB = REPOSITORY / "bench" / "web"
#: Most faces that anybody is asked for at once.
MOST_FACES = 256
#: All faces are happy ones: index of the emotion in every manifest.
EMOTION = 3


@dataclass(frozen=True)
class Engine:
    #: Of the module in bench/web.
    module: str
    device: str
    title: str

    @property
    def ours(self):
        return self.module == "ours"


ENGINES = [
    Engine(module, device, title)
    for device in ("cpu", "webgpu")
    for module, title in (("ours", "Seven Faces"), ("onnx", "onnxruntime-web"), ("tensorflow", "TensorFlow.js"))
]
DEVICES = {"cpu": "CPU", "webgpu": "WebGPU"}


def peers_of(device):
    """Our engine on a device, and the others there."""
    ours, *others = [engine for engine in ENGINES if engine.device == device]
    return ours, others


class Stage:
    """A server of the site, the peers and what is made for them."""

    def __init__(self, settings):
        settings.check_site()
        self.settings = settings
        bundle = load(settings.bundle)
        bundle.to_onnx(settings.made / f"{settings.gan}.onnx")
        bundle.latents(range(MOST_FACES)).tofile(settings.made / "latents.f32")
        (settings.made / "latents.json").write_text(json.dumps({"latent_size": bundle.latent_size}))
        self.server = Server({
            "site": settings.site,
            "made": settings.made,
            "bench": WEB,
            "peers": settings.folder / "node_modules",
        })

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    def address(self, engine):
        query = f"engine={engine.module}&device={engine.device}&gan={self.settings.gan}"
        return self.server.address(f"bench/page.html?{query}")

    def downloaded(self):
        """The files that a page has asked for since the last call, without the bench's own."""
        return [file for file in self.server.taken() if file.parent != WEB and not file.name.startswith("latents.")]

    def visit(self, browser, device, view, what, condition):
        """Opens our page itself and waits for what `condition` returns; the page must use the device it was told."""
        browser.open(self.server.address(f"site/?gan={self.settings.gan}&device={device}{view}"))
        value = browser.wait(what, condition)
        status = browser.run("return document.querySelector(\"[data-testid='status']\").innerText")
        if not status.startswith(DEVICES[device]):
            raise RuntimeError(f"the page was told to use {device}, and says: {status}")
        return value

    @contextlib.contextmanager
    def cold(self, engine):
        """A browser with an empty profile that has just shown an engine's first face, and the times of that."""
        with Browser() as browser:
            browser.open(self.address(engine))
            yield browser, browser.finish("ready")


class Tabs:
    """All engines in one browser, a tab each."""

    def __init__(self, stage, browser):
        self.browser, self.tabs = browser, {}
        for engine in ENGINES:
            self.tabs[engine] = browser.new_tab()
            browser.open(stage.address(engine))
            browser.finish("ready")

    def measure(self, engine, count, times):
        """Milliseconds of the page and of the engine's own clock, for each time."""
        self.browser.show(self.tabs[engine])
        return self.browser.finish(f"measure({count}, {times})")

    def greys(self, engine, count):
        self.browser.show(self.tabs[engine])
        return self.browser.finish(f"greys({count})")
