"""Unitary pair coupled cluster with generalized singles and doubles, k times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar, Self

import numpy as np

from hybridq.ansatz.base import Ansatz, Vector
from hybridq.ansatz.electrons import Electrons, ElectronsLike, require_orbitals
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Transition
from hybridq.core.checks import checked_count
from hybridq.core.limits import check_layers
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.problems.base import Problem
from hybridq.problems.electronic_problem import ElectronicProblem

RANDOM_SPREAD = 0.3  # radians; smaller ones end in worse minima for stretched H4 and H6


@dataclass(frozen=True, eq=False)
class KUpCCGSD(Ansatz):
    r"""k products of paired doubles and singles between all orbitals p < q.

    .. math:: |\theta\rangle = \prod_{r=1}^{k} \Bigl[\prod_{p<q} e^{\theta (E_{qp} - E_{pq})}
              \prod_{p<q} e^{\theta (P_{qp} - P_{pq})}\Bigr] |\Phi\rangle, \qquad
              P_{qp} = a^\dagger_{q\alpha} a^\dagger_{q\beta} a_{p\beta} a_{p\alpha}

    with :math:`E_{qp} = \sum_\sigma a^\dagger_{q\sigma} a_{p\sigma}`: the singles of α and β share
    their parameter, so that S² is kept. There are m(m − 1) parameters for each of the k products,
    in the order of application.

    Φ is the determinant `reference`. At all angles 0 many derivatives vanish, so the default start
    is random; for k > 1 several starts pay off.

    Args:
        molecule: a `Molecule`, or (n_orbitals, n_alpha, n_beta).
        k: number of products, at least 1.
        reference: initial state as bits, qubit 0 first (default: lowest orbitals).

    Raises:
        ParameterError: electrons that do not fit.

    Source: Lee, Huggins, Head-Gordon, Whaley 2019, arXiv:1810.02327.
    """

    molecule: ElectronsLike
    k: int = 1
    reference: str | Sequence[int] | None = None
    kind: ClassVar[str] = "k-upccgsd"
    summary: ClassVar[str] = "Excite pairs and singles between all orbitals of a molecule, k times."
    source: ClassVar[str] = "Lee, Huggins, Head-Gordon, Whaley 2019, arXiv:1810.02327"
    starts: ClassVar[tuple[str, ...]] = ("random", "zero")

    @classmethod
    def for_problem(cls, problem: Problem, **options: Any) -> Self:
        """Return the ansatz for a molecule; see `Ansatz.for_problem`."""
        require_orbitals(problem)
        return cls(problem, **options)

    @classmethod
    def suits(cls, family: type[Problem]) -> bool:
        """Return whether problems of a family have electrons in orbitals."""
        return issubclass(family, ElectronicProblem)

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", checked_count("k", self.k))
        m = self.electrons.n_orbitals
        check_layers("k", self.k, max(1, 3 * m * (m - 1) // 2))

    @cached_property
    def electrons(self) -> Electrons:
        """The reference determinant."""
        return Electrons.of(self.molecule, self.reference)

    @cached_property
    def circuit(self) -> Circuit:
        """X gates for the reference, then the exponentials."""
        m = self.electrons.n_orbitals
        pairs = list(combinations(range(m), 2))
        doubles = [(Transition((q, m + q), (m + p, p)),) for p, q in pairs]
        singles = [(Transition((q,), (p,)), Transition((m + q,), (m + p,))) for p, q in pairs]
        product = [*doubles, *singles]
        exponentials = [
            Excitation(((1.0, transition),), Angle(parameter=repetition * len(product) + number))
            for repetition in range(self.k)
            for number, transitions in enumerate(product)
            for transition in transitions  # α and β commute
        ]
        return Circuit(2 * m, (*self.electrons.preparation, *exponentials))

    def _start(self, name: str, rng: RandomLike) -> Vector:
        if name == "random":
            return as_generator(rng).normal(0.0, RANDOM_SPREAD, self.n_params)
        return np.zeros(self.n_params)

    @classmethod
    def richer(cls, facts: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return options of more expressive circuits, the nearest first."""
        return ({"k": 2 * int(facts.get("k", 1))},)

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {"kind": self.kind, "n_params": self.n_params, "k": self.k}
