"""Problem families: a question becomes a Hamiltonian, bits become an answer."""

from __future__ import annotations

from hybridq.problems.base import Problem
from hybridq.problems.maxcut import MaxCut
from hybridq.registry import Registry

#: Every problem family by its plain name.
PROBLEMS: Registry[type[Problem]] = Registry("problem", {MaxCut.kind: MaxCut})

__all__ = ["PROBLEMS", "MaxCut", "Problem"]
