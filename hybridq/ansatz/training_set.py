"""Instances that angles were learned on: their kind and their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from hybridq.ansatz.angle_tables import mean_degree
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

SIGNS = ("positive", "negative", "mixed", "none")
"""Signs of the couplings of two spins; those of max-cut are half the weights."""

_MOST_SPINS = 512  # of the powers of an adjacency matrix
_MOST_EDGES = 20_000
_LONGEST_WALK = 6
_REFINEMENTS = 3


@dataclass(frozen=True)
class TrainingSet:
    """Kind and digests of training instances.

    Args:
        families: kinds of problems, such as ``"maxcut"``.
        signs: signs of their couplings, of `SIGNS`.
        degrees: lowest and highest mean degree.
        sizes: lowest and highest number of spins; None if unknown.
        digests: `instance_digest` of each instance; empty if unknown.
        shapes: `shape_digest` of each instance, without those that have none.

    Raises:
        ParameterError: no family, or an unknown sign.
    """

    families: tuple[str, ...]
    signs: tuple[str, ...]
    degrees: tuple[float, float]
    sizes: tuple[int, int] | None = None
    digests: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.families:
            raise ParameterError(argument="families", value=(), expected="at least one family")
        for sign in self.signs:
            if sign not in SIGNS:
                raise ParameterError(
                    argument="sign", value=sign, expected=f"one of {', '.join(SIGNS)}"
                )

    @classmethod
    def of(cls, instances: Iterable[tuple[str, Ising]]) -> Self:
        """Return the training set of costs, each with the family of its problem."""
        found = list(instances)
        isings = [ising for _, ising in found]
        degrees = [round(mean_degree(ising), 6) for ising in isings]
        sizes = [ising.n_qubits for ising in isings]
        shapes = (shape_digest(ising) for ising in isings)
        return cls(
            tuple(sorted({family for family, _ in found})),
            tuple(sorted({sign_of(ising) for ising in isings})),
            (min(degrees), max(degrees)),
            (min(sizes), max(sizes)),
            tuple(instance_digest(ising) for ising in isings),
            tuple(shape for shape in shapes if shape is not None),
        )

    def describe(self) -> dict[str, Any]:
        """Return plain values for JSON, of which `from_plain` makes the training set."""
        return {
            "families": list(self.families),
            "signs": list(self.signs),
            "degrees": list(self.degrees),
            "sizes": None if self.sizes is None else list(self.sizes),
            "digests": list(self.digests),
            "shapes": list(self.shapes),
        }

    @classmethod
    def from_plain(cls, facts: Mapping[str, Any]) -> Self:
        """Return the training set that `describe` wrote.

        Raises:
            KeyError, TypeError, ValueError: they are something else.
        """
        low, high = (float(degree) for degree in facts["degrees"])
        sizes = facts.get("sizes")
        texts = {
            name: tuple(str(each) for each in facts[name])
            for name in ("families", "signs", "digests", "shapes")
        }
        return cls(
            degrees=(low, high),
            sizes=None if sizes is None else (int(sizes[0]), int(sizes[1])),
            **texts,
        )

    def has(self, digest: str, shape: str | None) -> bool:
        """Return whether an instance, or one that may be isomorphic, is among these."""
        return digest in self.digests or (shape is not None and shape in self.shapes)

    def check(self, family: str, ising: Ising) -> list[str]:
        """Refuse a cost of another kind; return warnings where it is out of range.

        Args:
            family: of the problem.
            ising: its cost.

        Raises:
            ParameterError: another family, or couplings of another sign.
        """
        self.check_family(family)
        sign = sign_of(ising)
        if sign not in self.signs:
            raise ParameterError(
                f"the angles were learned on {' and '.join(self.signs)} weights, and the weights "
                f"of this instance are {sign}",
                argument="initial",
                remedy="choose a model of such weights, or another start",
            )
        warnings = []
        if self.sizes is not None and not self.sizes[0] <= ising.n_qubits <= self.sizes[1]:
            few, many = self.sizes
            warnings.append(f"{ising.n_qubits} spins, learned on {few} to {many}")
        degree = mean_degree(ising)
        if not self.degrees[0] - 1e-6 <= degree <= self.degrees[1] + 1e-6:
            low, high = self.degrees
            warnings.append(f"mean degree {degree:.3g}, learned on {low:.3g} to {high:.3g}")
        return warnings

    def check_family(self, family: str) -> None:
        """Refuse problems of another family.

        Raises:
            ParameterError: the training set has none of this family.
        """
        if family not in self.families:
            raise ParameterError(
                f"the angles were learned on {', '.join(self.families)}, and this is {family}",
                argument="initial",
                remedy="choose a model of this family, or another start",
            )


def sign_of(ising: Ising) -> str:
    """Return the sign of the couplings of two spins, of `SIGNS`."""
    couplings = ising.couplings[ising.couplings != 0.0]
    if not len(couplings):
        return "none"
    if (couplings > 0.0).all():
        return "positive"
    return "negative" if (couplings < 0.0).all() else "mixed"


def instance_digest(ising: Ising) -> str:
    """Return the SHA-256 of a cost without its constant, in hexadecimal digits.

    The order of terms does not matter, that of spins does.
    """
    digest = hashlib.sha256(repr(ising.n_qubits).encode())
    groups = [*ising.higher_groups, (ising.pairs, ising.couplings)]  # sorted by `Ising`
    for part in (ising.linear + 0.0, *(array for group in groups for array in group)):
        digest.update(repr((part.shape, part.dtype.str)).encode())
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def shape_digest(ising: Ising) -> str | None:
    """Return a digest that isomorphic costs share, None where it would take long.

    It refines colours of the spins (Weisfeiler-Leman) that begin with the numbers of closed walks
    of 2 to 6 steps; without these all regular graphs of one degree and size would be alike. Costs
    that are not isomorphic share a digest rarely, but may.

    Returns:
        32 hexadecimal digits; None beyond 512 spins or 20,000 couplings, and for terms of more
        than two spins.

    Source: Shervashidze, Schweitzer, van Leeuwen, Mehlhorn, Borgwardt 2011, J. Mach. Learn. Res.
    12, 2539 (the colours).
    """
    if ising.higher or ising.n_qubits > _MOST_SPINS or len(ising.couplings) > _MOST_EDGES:
        return None
    adjacency = np.zeros((ising.n_qubits, ising.n_qubits))
    adjacency[ising.pairs[:, 0], ising.pairs[:, 1]] = 1.0
    adjacency += adjacency.T
    walks, power = [], adjacency
    for _ in range(_LONGEST_WALK - 1):
        power = power @ adjacency
        walks.append(np.diag(power))
    # Exact in floats: at most (2m)^3 < 2^46, by the largest eigenvalue of m edges.
    counts = np.array(walks).T.tolist()
    colours = [
        _hash(repr((row, value))) for row, value in zip(counts, ising.linear.tolist(), strict=True)
    ]
    near: list[list[tuple[int, str]]] = [[] for _ in colours]
    for (i, j), value in zip(ising.pairs.tolist(), ising.couplings.tolist(), strict=True):
        near[i].append((j, repr(value)))
        near[j].append((i, repr(value)))
    for _ in range(_REFINEMENTS):
        colours = [
            _hash(repr((colour, sorted((weight, colours[other]) for other, weight in row))))
            for colour, row in zip(colours, near, strict=True)
        ]
    return _hash(repr(sorted(colours)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
