"""What goes wrong with a bundle or an installation, as sentences: what was found, what was expected, what to do."""

from importlib import import_module
from types import ModuleType


class BundleError(ValueError):
    """A folder that is no bundle of this project, or a damaged one."""


class MissingPackageError(ImportError):
    """An optional package that is asked for and not installed."""


def needed(package: str, what: str) -> ModuleType:
    """The package, which `what` cannot do without.

    Raises:
        MissingPackageError: it is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise  # the package is there, and lacks something itself
        raise MissingPackageError(f"{what} needs the package {package}, which is not installed: run `pip install {package}`") from None
