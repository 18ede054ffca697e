"""Groups of a Hamiltonian that one circuit measures, and ways to form them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.configured import Configured
from hybridq.engines.base import Observable
from hybridq.operators import _masks
from hybridq.operators.pauli_sum import PauliSum

Vector = NDArray[np.float64]
State = NDArray[np.complexfloating]


_NEGLIGIBLE = 1e-14

MIXING = 1e-3
"""Weight of the maximally mixed state where groups are made for a known one."""


@dataclass(frozen=True, eq=False)
class Amplitudes:
    """The entries of a normalized statevector that are not zero, up to rounding.

    Attributes:
        size: 2**n_qubits.
        indices: basis indices, ascending, uint64, shape (k,).
        values: complex128, shape (k,).
    """

    size: int
    indices: NDArray[np.uint64]
    values: State

    @classmethod
    def of(cls, state: State) -> Amplitudes:
        """Return the entries of a statevector, shape (2**n_qubits,), normalized."""
        sizes = np.abs(state)
        kept = np.flatnonzero(sizes > _NEGLIGIBLE * sizes.max(initial=0.0))
        values = state[kept].astype(np.complex128)
        return cls(len(state), kept.astype(np.uint64), values / np.linalg.norm(values))


class Part(Protocol):
    """A hermitian operator whose variance in a known state can be computed."""

    def moments(self, state: Amplitudes) -> tuple[float, float]:
        """Return mean and variance of one measurement."""


@dataclass(frozen=True, eq=False)
class Group:
    """A part A of a Hamiltonian that one circuit measures: U A U† is diagonal.

    Attributes:
        rotation: U, appended to the circuit that prepares the state.
        diagonal: U A U†, a real sum of products of Z, without a constant.
        part: A itself, for the variance of a known state.
    """

    rotation: Circuit
    diagonal: PauliSum
    part: Part = field(repr=False)

    @property
    def weight(self) -> float:
        """The sum of the sizes of the coefficients of `diagonal`: a bound on |A|."""
        return float(np.abs(self.diagonal.coefficients).sum())

    @property
    def mixed_variance(self) -> float:
        """Variance of one measurement of the maximally mixed state, Σ c²."""
        return float((np.abs(self.diagonal.coefficients) ** 2).sum())

    def values(self, bits: NDArray[np.uint8]) -> Vector:
        """Return the value of each measured row of bits, shape (shots, n) → (shots,)."""
        return self.diagonal.diagonal_at(bits)


@dataclass(frozen=True)
class Grouping(Configured, ABC):
    """A way to divide a Hamiltonian into groups; its fields are its options.

    To add one: write such a class in a file of its own and name it in `registry.py`.

    Class attributes:
        name: the name in `GROUPINGS`.
        summary: one line that says when to choose it.
        source: the paper.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str] = ""

    def suits(self, hamiltonian: Observable) -> bool:
        """Return whether it can divide this Hamiltonian."""
        return True

    @abstractmethod
    def groups(self, hamiltonian: Observable) -> tuple[float, tuple[Group, ...]]:
        """Return the constant of the Hamiltonian and its groups, which sum to the rest.

        Raises:
            ParameterError: it does not suit the Hamiltonian.
        """

    def shared(
        self, hamiltonian: Observable, state: Amplitudes, mixing: float
    ) -> tuple[float, tuple[Group, ...]] | None:
        """Return groups that share what several of them can measure.

        With their constant they sum to the same operator.

        Args:
            hamiltonian: what is measured.
            state: the state that is measured.
            mixing: weight of the maximally mixed state: errors leave it, and the true state may
                differ from the known one.

        Returns:
            constant and groups; None where nothing is shared.
        """
        return None

    def without_overlap(self) -> Grouping:
        """Return the grouping that shares nothing."""
        return self

    def describe(self) -> dict[str, Any]:
        """Return name and options as plain values."""
        options = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {"name": self.name, **options}


@dataclass(frozen=True, eq=False)
class PauliPart:
    """A sum of Pauli products as a `Part`.

    Args:
        operator: real coefficients, at most 64 qubits.
    """

    operator: PauliSum

    def moments(self, state: Amplitudes) -> tuple[float, float]:
        """Return mean and variance; zeros of the state cost nothing."""
        x, z = self.operator.x_masks[:, 0], self.operator.z_masks[:, 0]
        # X^x Z^z = (−i)^{|x & z|} P.
        phases = np.array([1, 1j, -1, -1j])[_masks.popcount((x & z)[:, None]) & 3]
        factors = self.operator.coefficients.real * phases
        targets, images = [], []
        for flip in np.unique(x):
            weights = np.zeros(len(state.indices), dtype=np.complex128)
            for row in np.flatnonzero(x == flip):
                odd = _masks.popcount((state.indices & z[row])[:, None]) & 1
                weights += factors[row] * (1.0 - 2.0 * odd)
            targets.append(state.indices ^ flip)
            images.append(weights * state.values)
        places, image = _summed(np.concatenate(targets), np.concatenate(images), state.size)
        at = np.minimum(np.searchsorted(places, state.indices), len(places) - 1)
        image_there = np.where(places[at] == state.indices, image[at], 0.0)
        mean = float(np.vdot(state.values, image_there).real)
        return mean, max(float(np.vdot(image, image).real) - mean**2, 0.0)


def _summed(
    places: NDArray[np.uint64], entries: State, size: int
) -> tuple[NDArray[np.uint64], State]:
    """Return distinct places, ascending, and the sums of their entries."""
    if 4 * len(places) < size:  # few of all entries: sorted instead of spread out
        distinct, at = np.unique(places, return_inverse=True)
    else:
        distinct, at = np.arange(size, dtype=np.uint64), places.astype(np.int64)
    parts = [np.bincount(at, each, len(distinct)) for each in (entries.real, entries.imag)]
    return distinct, parts[0] + 1j * parts[1]


def real_terms(
    hamiltonian: PauliSum,
) -> tuple[float, NDArray[np.uint64], NDArray[np.uint64], NDArray[np.complex128]]:
    """Return constant, x masks, z masks and real coefficients by falling size.

    Terms of equal size are in canonical order, so that groups do not depend on the order given.
    Coefficients that agree to 12 digits count as equal: symmetries make them so, up to rounding.
    """
    merged = hamiltonian.simplify()
    acts = merged.x_masks.any(axis=1) | merged.z_masks.any(axis=1)
    x, z = merged.x_masks[acts], merged.z_masks[acts]
    coefficients = merged.coefficients[acts].real.astype(np.complex128)
    sizes = np.abs(coefficients)
    largest = float(sizes.max(initial=0.0)) or 1.0
    order = np.argsort(-np.round(sizes / largest, 12), kind="stable")
    return float(merged.constant.real), x[order], z[order], coefficients[order]
