"""Descriptions of the problem and of the software, for results."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import cache
from typing import TYPE_CHECKING

from hybridq._version import __version__
from hybridq.presentation import ProblemInfo

if TYPE_CHECKING:
    from hybridq.problems.base import Problem


def problem_info(problem: Problem) -> ProblemInfo:
    """Return the description of a problem for a result."""
    return ProblemInfo.of(problem)


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
