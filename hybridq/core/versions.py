"""Versions of the software, for results, journals and models."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import cache

from hybridq._version import __version__


@cache
def _installed() -> dict[str, str]:
    """Return the versions, looked up once."""
    packages = ("numpy", "scipy", "numba", "networkx")
    return {
        "hybridq": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def versions() -> dict[str, str]:
    """Return the versions of hybridq, Python and the numerical libraries."""
    return dict(_installed())
