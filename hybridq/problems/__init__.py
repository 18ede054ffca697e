"""Problem families: a question becomes a Hamiltonian, bits become an answer.

One file per family; `base` holds the promise, `graph_problem` what families on graphs share,
`formats/` the readers by shape of data, `reading` brings both together.
"""

from __future__ import annotations

from hybridq.core.errors import ProblemError
from hybridq.core.registry import Registry
from hybridq.problems.base import BinaryProblem, Problem
from hybridq.problems.hamiltonian_problem import HamiltonianProblem
from hybridq.problems.independent_set import IndependentSet
from hybridq.problems.maxcut import MaxCut
from hybridq.problems.molecule import Molecule
from hybridq.problems.number_partitioning import NumberPartitioning


def _check_family(name: str, family: object) -> None:
    """Raise unless `family` is a problem class whose `kind` is `name`.

    Raises:
        ProblemError: it is not.
    """
    if not (isinstance(family, type) and issubclass(family, Problem)):
        raise ProblemError(f"{family!r} is not a subclass of hybridq.Problem")
    for promise in ("kind", "sense", "value_name"):
        if not isinstance(getattr(family, promise, None), str):
            raise ProblemError(f"{family.__name__} has no {promise}")
    if family.kind != name:
        raise ProblemError(f"{family.__name__}.kind is {family.kind!r}, not {name!r}")
    missing = sorted(getattr(family, "__abstractmethods__", ()))
    if missing:
        raise ProblemError(f"{family.__name__} does not implement {', '.join(missing)}")


#: Every problem family by its plain name.
PROBLEMS: Registry[type[Problem]] = Registry(
    "problem",
    {
        family.kind: family
        for family in (MaxCut, IndependentSet, NumberPartitioning, Molecule, HamiltonianProblem)
    },
    aliases={"max-cut": "maxcut", "mis": "independent-set"},
    group="hybridq.problems",
    check=_check_family,
)

__all__ = [
    "PROBLEMS",
    "BinaryProblem",
    "HamiltonianProblem",
    "IndependentSet",
    "MaxCut",
    "Molecule",
    "NumberPartitioning",
    "Problem",
]
