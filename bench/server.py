"""Folders under one origin on a free local port, and a record of every byte they were asked for."""

import contextlib
import mimetypes
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")
mimetypes.add_type("application/manifest+json", ".webmanifest")

#: Isolated from other origins a page may use finer clocks (5 instead of 100 microseconds).
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cache-Control": "no-cache",
}


class Listener(ThreadingHTTPServer):
    """A browser that is closed leaves connections behind it; that is no error of anybody's."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """`mounts` maps the first part of an address to a folder. Stops at the end of a `with`."""

    def __init__(self, mounts):
        self.mounts = {name: Path(folder).resolve() for name, folder in mounts.items()}
        self.asked = []
        self.http = Listener(("127.0.0.1", 0), lambda *args: Handler(self, *args))
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def address(self, path):
        return f"http://127.0.0.1:{self.http.server_port}/{path}"

    def file(self, address):
        """The file behind an address; none outside the folders."""
        mount, _, rest = urlsplit(address).path.lstrip("/").partition("/")
        folder = self.mounts.get(mount)
        if folder is None:
            return None
        file = (folder / (rest or "index.html")).resolve()
        return file if file.is_file() and file.is_relative_to(folder) else None

    def taken(self):
        """The files asked for since the last call, each once, in order."""
        files, self.asked = list(dict.fromkeys(self.asked)), []
        return files


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    #: Head and body are two writes: with the algorithm, the second waits 40 milliseconds for the browser to confirm the first.
    disable_nagle_algorithm = True

    def __init__(self, server, *args):
        self.site = server
        super().__init__(*args)

    def do_GET(self):
        file = self.site.file(self.path)
        if file is None:
            return self.send_error(404)
        self.site.asked.append(file)
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(file)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # A browser may hang up.
            self.wfile.write(content)

    def end_headers(self):
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_):
        pass
