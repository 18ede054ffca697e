"""Problem families: a question becomes a Hamiltonian, bits become an answer."""

from __future__ import annotations

from hybridq.core.registry import Registry
from hybridq.problems.base import Problem
from hybridq.problems.hamiltonian_problem import HamiltonianProblem
from hybridq.problems.maxcut import MaxCut
from hybridq.problems.molecule import Molecule

#: Every problem family by its plain name.
PROBLEMS: Registry[type[Problem]] = Registry(
    "problem", {family.kind: family for family in (MaxCut, Molecule, HamiltonianProblem)}
)

__all__ = ["PROBLEMS", "HamiltonianProblem", "MaxCut", "Molecule", "Problem"]
