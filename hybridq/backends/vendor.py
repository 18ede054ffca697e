"""Devices and packages of vendors; packages are imported when a backend connects."""

from __future__ import annotations

import importlib
import importlib.metadata
from types import ModuleType
from typing import Any

from hybridq.backends.base import Backend, BackendError
from hybridq.core.errors import MissingExtraError


class OnDevice(Backend):
    """Base of backends whose `device` is a name or an object of a vendor."""

    device: Any

    def _shown(self, target: Any) -> str:
        return target if isinstance(target, str) else str(getattr(target, "name", target))


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
