"""Rosalin: adaptive shots on randomly drawn groups of terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hybridq.optimizers.icans import ICANS


@dataclass(frozen=True)
class Rosalin(ICANS):
    r"""The shots of `icans`, each for one group of terms that is drawn by its weight.

    A shot measures group g with the probability :math:`p_g \propto \sum_{k \in g} |c_k|`, and its
    value counts :math:`1/p_g` times. The estimate is unbiased for any number of shots, so that a
    derivative may have fewer than the Hamiltonian has circuits.

    Prefer it for molecules, whose Hamiltonians take many circuits; with one circuit it is `icans`.
    Cost: 1 evaluation with gradient per iteration: up to 1 + 2 R circuits of a value for R
    rotations.

    Source: Arrasmith, Cincio, Somma, Coles 2020, arXiv:2004.06252.
    """

    name: ClassVar[str] = "rosalin"
    summary: ClassVar[str] = "descent that chooses shots and draws terms at random; molecules"
    source: ClassVar[str] = "Arrasmith, Cincio, Somma, Coles 2020, arXiv:2004.06252"
    weighted: ClassVar[bool] = True
