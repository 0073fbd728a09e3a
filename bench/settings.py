"""What a run of the bench is told: where things are, and how long it may measure."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    site: Path
    trainer: Path
    #: Peers, files made for them, and the compressed sizes that are remembered; outside the checkout.
    folder: Path
    rounds: int
    #: A smoke run: everything once, numbers without meaning.
    quick: bool
    #: Of both trainers.
    threads: int
    gan: str = "acgan"

    @property
    def made(self):
        """Files made for the peers."""
        folder = self.folder / "made"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def bundle(self):
        return self.site / "models" / self.gan

    def scratch(self):
        """A folder that is gone after a `with`."""
        return tempfile.TemporaryDirectory(prefix="scratch-", dir=self.folder)

    def check_site(self):
        if not (self.site / "seven-faces.js").is_file():
            raise SystemExit(f"{self.site} is no built site: run `trunk build --release`, or pass --site DIR")

    def check_trainer(self):
        if not os.access(self.trainer, os.X_OK):
            build = "cargo build -p native-trainer"
            raise SystemExit(f"{self.trainer} is no program: run `{build}`, or pass --trainer FILE")
