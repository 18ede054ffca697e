"""What every result says of its problem and of the software."""

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
    """Which question was asked."""
    return ProblemInfo(
        kind=problem.kind,
        name=problem.name,
        n_qubits=problem.n_qubits,
        sense=problem.sense,
        value_name=problem.value_name,
        facts=problem.describe(),
    )


@cache
def _installed() -> dict[str, str]:
    packages = ("numpy", "scipy", "numba", "networkx")
    return {
        "hybridq": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def versions() -> dict[str, str]:
    """Versions of hybridq, Python and the numerical libraries."""
    return dict(_installed())
