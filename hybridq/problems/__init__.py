"""Problem families: a question becomes a Hamiltonian, bits become an answer.

One file per family; `base` holds the promise, `graph_problem` what families on graphs share,
`formats/` the readers by shape of data, `reading` brings both together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.core.errors import ParameterError
from hybridq.core.registry import Registry, check_class, lazy
from hybridq.problems.base import BinaryProblem, Problem

if TYPE_CHECKING:
    from hybridq.problems.hamiltonian_problem import HamiltonianProblem
    from hybridq.problems.independent_set import IndependentSet
    from hybridq.problems.maxcut import MaxCut
    from hybridq.problems.molecule import Molecule
    from hybridq.problems.number_partitioning import NumberPartitioning


def _check_family(name: str, family: object) -> None:
    """Raise unless `family` is a problem class whose `kind` is `name`."""
    check_class(name, family, Problem, name_field="kind", texts=("sense", "value_name"))


#: Every problem family by its plain name.
PROBLEMS: Registry[type[Problem]] = Registry(
    "problem",
    {
        "maxcut": lazy("hybridq.problems.maxcut:MaxCut"),
        "max-k-cut": lazy("hybridq.problems.max_k_cut:MaxKCut"),
        "polynomial": lazy("hybridq.problems.polynomial:Polynomial"),
        "spin-glass": lazy("hybridq.problems.spin_glass:SpinGlass"),
        "labs": lazy("hybridq.problems.labs:LABS"),
        "max-sat": lazy("hybridq.problems.max_sat:MaxSAT"),
        "independent-set": lazy("hybridq.problems.independent_set:IndependentSet"),
        "vertex-cover": lazy("hybridq.problems.vertex_cover:VertexCover"),
        "clique": lazy("hybridq.problems.clique:Clique"),
        "coloring": lazy("hybridq.problems.coloring:Coloring"),
        "set-cover": lazy("hybridq.problems.set_cover:SetCover"),
        "set-packing": lazy("hybridq.problems.set_packing:SetPacking"),
        "exact-cover": lazy("hybridq.problems.exact_cover:ExactCover"),
        "number-partitioning": lazy("hybridq.problems.number_partitioning:NumberPartitioning"),
        "bisection": lazy("hybridq.problems.bisection:Bisection"),
        "densest-subgraph": lazy("hybridq.problems.densest_subgraph:DensestSubgraph"),
        "communities": lazy("hybridq.problems.communities:Communities"),
        "knapsack": lazy("hybridq.problems.knapsack:Knapsack"),
        "bin-packing": lazy("hybridq.problems.bin_packing:BinPacking"),
        "tsp": lazy("hybridq.problems.tsp:TravelingSalesman"),
        "quadratic-assignment": lazy("hybridq.problems.quadratic_assignment:QuadraticAssignment"),
        "job-shop": lazy("hybridq.problems.job_shop:JobShop"),
        "portfolio": lazy("hybridq.problems.portfolio:Portfolio"),
        "program": lazy("hybridq.problems.program:Program"),
        "molecule": lazy("hybridq.problems.molecule:Molecule"),
        "hamiltonian": lazy("hybridq.problems.hamiltonian_problem:HamiltonianProblem"),
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
    "from_model",
]

_FAMILIES = {
    "HamiltonianProblem": "hamiltonian",
    "IndependentSet": "independent-set",
    "MaxCut": "maxcut",
    "Molecule": "molecule",
    "NumberPartitioning": "number-partitioning",
}


def from_model(model: Any, **options: Any) -> BinaryProblem:
    """Return a model of another package as a problem.

    `hybridq.solve` takes such models as they are.

    Args:
        model: a `QuadraticProgram` of qiskit-optimization, a model of dimod, or an `Instance` of
            OMMX.
        options: of the family `Program`, such as ``penalty``; of a polynomial only ``name``.

    Raises:
        ProblemError: continuous variables, or an integer without bounds.
        ParameterError: another object.
    """
    from hybridq.problems.polynomial import Polynomial
    from hybridq.problems.program import Program
    from hybridq.problems.programs.interop import from_other_package
    from hybridq.problems.programs.program import IntegerProgram

    found = from_other_package(model)
    if found is None:
        raise ParameterError(
            argument="model", value=model, expected="a model of qiskit-optimization, dimod or OMMX"
        )
    if isinstance(found, IntegerProgram):
        return Program(found, **options)
    return Polynomial(found, **options)


def __getattr__(name: str) -> Any:
    if name not in _FAMILIES:
        raise AttributeError(f"module 'hybridq.problems' has no attribute {name!r}")
    return PROBLEMS[_FAMILIES[name]]


def __dir__() -> list[str]:
    return sorted({*globals(), *_FAMILIES})
