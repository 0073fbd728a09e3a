"""A headless Chromium with an empty profile, driven through chromedriver by plain W3C WebDriver."""

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1200,900",
    "--enable-unsafe-webgpu",  # WebGPU on SwiftShader where there is no GPU
]
#: Longer than any single measurement, software GPU included.
LIMIT_SECONDS = 600


def installed():
    """Browser and driver on the PATH, or what is missing as a sentence."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        raise SystemExit("Chromium and chromedriver are not on the PATH: apt install chromium chromium-driver")
    return browser, driver


class Browser:
    """Ends, with its profile, at the end of a `with`."""

    def __init__(self):
        binary, driver = installed()
        self.profile = tempfile.TemporaryDirectory(prefix="seven-faces-bench-")
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self.driver = subprocess.Popen([driver, "--port=0"], **pipes)
        self.base = f"http://127.0.0.1:{self._port()}"
        options = {"binary": binary, "args": [*ARGUMENTS, f"--user-data-dir={self.profile.name}"]}
        limits = {"script": LIMIT_SECONDS * 1000, "pageLoad": LIMIT_SECONDS * 1000}
        wanted = {"alwaysMatch": {"goog:chromeOptions": options, "timeouts": limits}}
        session = self._send("POST", f"{self.base}/session", {"capabilities": wanted})
        self.version = session["capabilities"]["browserVersion"]
        self.base += f"/session/{session['sessionId']}"

    def _port(self):
        """chromedriver says: "... was started successfully on port 38123."."""
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rsplit(" ", 1)[1].strip().rstrip("."))
        raise SystemExit("chromedriver did not start")

    def _send(self, method, url, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._send("DELETE", self.base)
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.profile.name, ignore_errors=True)

    def command(self, path, body):
        return self._send("POST", f"{self.base}/{path}", body)

    def open(self, address):
        self.command("url", {"url": address})

    def new_tab(self):
        """Opens a tab in front and names it."""
        handle = self.command("window/new", {"type": "tab"})["handle"]
        self.show(handle)
        return handle

    def show(self, handle):
        self.command("window", {"handle": handle})

    def run(self, script):
        """The value of a function body."""
        return self.command("execute/sync", {"script": script, "args": []})

    def finish(self, expression):
        """The value of a promise; a rejection is an error here."""
        script = (
            f"const done = arguments[0]; (async () => ({expression}))()"
            ".then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));"
        )
        answer = self.command("execute/async", {"script": script, "args": []})
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def wait(self, what, script, seconds=LIMIT_SECONDS):
        """Waits until a function body returns something true, and returns that."""
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            if time.monotonic() > end:
                said = self.run("return document.body.innerText")
                raise RuntimeError(f"{what}: not within {seconds} s; the page says {said}")
            time.sleep(0.05)
        return value

    def before_every_page(self, script):
        self.devtools("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def devtools(self, command, parameters):
        return self.command("goog/cdp/execute", {"cmd": command, "params": parameters})

    def memory(self):
        """Bytes that the processes of this browser hold, shared ones divided among their users (PSS)."""
        return sum(held(process) for process in self._processes())

    def _processes(self):
        """The driver's descendants: browser, renderers, GPU process."""
        children = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # It ended meanwhile.
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                children.setdefault(int(parent), []).append(int(folder.name))
        found = [self.driver.pid]
        for process in found:
            found += children.get(process, [])
        return found[1:]


def held(process):
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
