"""The digest of a problem, for results and journals."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

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
