"""An ansatz that grows by one operator of a pool at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hybridq.ansatz.base import Ansatz, Vector
from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.pools import Pool, PoolOperator
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle
from hybridq.core.errors import UnknownNameError
from hybridq.core.randomness import RandomLike, as_generator


@dataclass(frozen=True, eq=False)
class AdaptiveAnsatz(Ansatz):
    r"""A product of exponentials of pool operators, immutable; `append` grows it.

    .. math:: e^{\theta_n A_n} \dots e^{\theta_1 A_1} |\Phi\rangle

    Args:
        electrons: the reference determinant Φ.
        operators: A_1 … A_n, first applied first. An operator may occur more than once.

    Source: Grimsley, Economou, Barnes, Mayhall 2019, arXiv:1812.11173.
    """

    electrons: Electrons
    operators: tuple[PoolOperator, ...] = ()
    kind: ClassVar[str] = "adapt"
    starts: ClassVar[tuple[str, ...]] = ("zero", "random")

    @classmethod
    def from_names(cls, electrons: Electrons, pool: Pool, names: Iterable[str]) -> AdaptiveAnsatz:
        """Return the ansatz of named operators of a pool, as a stored run keeps them.

        Raises:
            UnknownNameError: a name that the pool does not have.
        """
        known = {operator.name: operator for operator in pool}
        chosen = []
        for name in names:
            if name not in known:
                raise UnknownNameError("pool operator", name, known)
            chosen.append(known[name])
        return cls(electrons, tuple(chosen))

    def append(self, *operators: PoolOperator) -> AdaptiveAnsatz:
        """Return the ansatz followed by `operators`, each with its own parameter."""
        return replace(self, operators=(*self.operators, *operators))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the operators, first applied first."""
        return tuple(operator.name for operator in self.operators)

    @cached_property
    def circuit(self) -> Circuit:
        """X gates for the reference, then the exponentials."""
        exponentials = (
            operator.excitation(Angle(parameter=number))
            for number, operator in enumerate(self.operators)
        )
        return Circuit(self.electrons.n_qubits, (*self.electrons.preparation, *exponentials))

    def _start(self, name: str, rng: RandomLike) -> Vector:
        if name == "random":
            return as_generator(rng).normal(0.0, 0.1, self.n_params)
        return np.zeros(self.n_params)

    @classmethod
    def richer(cls, facts: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return options of more expressive circuits, the nearest first."""
        further = {"gradient_tolerance": 1e-4}
        return (further,) if facts.get("pool") == "gsd" else ({"pool": "gsd"}, further)

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {"kind": self.kind, "n_params": self.n_params, "operators": list(self.names)}
