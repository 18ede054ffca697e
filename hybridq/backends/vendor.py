"""Packages of vendors: imported when a backend connects, their versions checked."""

from __future__ import annotations

import importlib
import importlib.metadata
from types import ModuleType

from hybridq.backends.base import BackendError
from hybridq.core.errors import MissingExtraError


def vendor_module(
    module: str, package: str, extra: str, purpose: str, at_least: tuple[int, ...] = ()
) -> ModuleType:
    """Return a module of a vendor's package.

    Args:
        module: its name.
        package: the package that holds it.
        extra: the extra of hybridq that installs it.
        purpose: the feature that needs it, for the message.
        at_least: the oldest version that works.

    Raises:
        MissingExtraError: the package is not installed.
        BackendError: it has an older version, or lacks the module; the message names versions.
    """
    version = package_version(package)
    if not version:
        raise MissingExtraError(package, extra, purpose)
    wanted = ".".join(map(str, at_least))
    if at_least and _numbers(version) < at_least:
        raise BackendError(
            f"{purpose} needs {package} >= {wanted}, and {version} is installed",
            remedy=f"pip install --upgrade {package}",
        )
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise BackendError(
            f"{purpose} does not work with {package} {version}: {error}",
            remedy=f"pip install --upgrade {package}",
        ) from None


def package_version(package: str) -> str:
    """Return the installed version of a package, empty where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version."""
    found = []
    for part in version.split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found)
