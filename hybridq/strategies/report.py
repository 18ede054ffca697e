"""Versions of the software and the digest of a problem, for results and journals."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hybridq._version import __version__

if TYPE_CHECKING:
    from hybridq.problems.base import Problem


def problem_digest(problem: Problem) -> str:
    """Return a digest of the question, the same for equal integrals or coefficients."""
    digest = hashlib.sha256()
    electronic = problem.electronic
    if electronic is not None:
        digest.update(repr((problem.particles, electronic.constant)).encode())
        digest.update(np.ascontiguousarray(electronic.one_body).tobytes())
        digest.update(np.ascontiguousarray(electronic.two_body).tobytes())
    else:
        digest.update(problem.hamiltonian.to_json().encode())
    return digest.hexdigest()[:16]


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
