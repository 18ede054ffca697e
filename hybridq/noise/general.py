"""Any noise of gates: Pauli errors, Kraus operators, over-rotations, twirls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from hybridq.core.checks import is_finite
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.noise.base import (
    LETTERS,
    Channel,
    Matrix,
    Vector,
    check_complete,
    checked_probability,
    independent,
    paulis,
    transfer_matrix,
    twirled_probabilities,
)

_SUM = 1e-9  # probabilities may add up to 1 with such an error


@dataclass(frozen=True)
class PauliChannel(Channel):
    """Pauli errors with given probabilities; the rest is the probability of no error.

    Letter k of a label acts on qubit k of the gate. Labels of one letter are errors of each qubit
    independently; labels of two letters belong to gates on two qubits alone.

    Args:
        probabilities: by label, as ``{"X": 0.01, "Z": 0.02}`` or ``{"XI": 0.01, "ZZ": 0.02}``.

    Raises:
        ParameterError: a label of other letters, labels of different lengths, or probabilities
            outside 0 to 1 or of more than 1 together.
    """

    kind: ClassVar[str] = "pauli"
    summary: ClassVar[str] = "Pauli errors with given probabilities, by label."

    probabilities: tuple[tuple[str, float], ...] | Mapping[str, float]

    def __post_init__(self) -> None:
        given = dict(self.probabilities)
        labels = [str(label) for label in given]
        if not labels or len({len(label) for label in labels}) > 1 or len(labels[0]) not in (1, 2):
            raise ParameterError(
                argument="probabilities",
                value=given,
                expected="errors such as {'X': 0.01} or {'XI': 0.01, 'ZZ': 0.02}, all of one or "
                "all of two letters",
            )
        for label in labels:
            if set(label) - set(LETTERS):
                raise ParameterError(
                    argument="probabilities",
                    value=label,
                    expected="labels of the letters I, X, Y, Z",
                )
            given[label] = checked_probability(f"probability of {label}", given[label])
        none = "I" * len(labels[0])
        errors = sum(chance for label, chance in given.items() if label != none)
        if errors > 1.0 + _SUM or (none in given and abs(errors + given[none] - 1.0) > _SUM):
            raise ParameterError(
                argument="probabilities",
                value=given,
                expected="probabilities that add up to 1",
                remedy=f"they add up to {errors + given.get(none, 0.0):.6g}",
            )
        object.__setattr__(self, "probabilities", tuple(given.items()))

    @property
    def n_qubits(self) -> int:
        """Letters of a label."""
        return len(next(iter(dict(self.probabilities))))

    def one_qubit_kraus(self) -> Matrix:
        """Return √(probability) times each Pauli, shape (4, 2, 2)."""
        return self.kraus(1)

    def kraus(self, n_qubits: int = 1) -> Matrix:
        """Return √(probability) times each product of Paulis.

        Raises:
            DimensionError: labels of two letters after a gate on one qubit.
        """
        return np.sqrt(self.pauli_probabilities(n_qubits))[:, None, None] * paulis(n_qubits)

    def check_width(self, n_qubits: int) -> None:
        """Raise for labels of two letters and a gate on one qubit; see `Channel`."""
        check_fits(self, self.n_qubits, n_qubits)

    def factors(self, n_qubits: int) -> tuple[Channel, ...] | None:
        """Return the channel of each qubit for labels of one letter, None for others."""
        return None if self.n_qubits > 1 else (self,) * n_qubits

    def pauli_probabilities(self, n_qubits: int = 1) -> Vector:
        """Return the given probabilities; of one letter each qubit's own."""
        width = self.n_qubits
        check_fits(self, width, n_qubits)
        found = np.zeros(4**width)
        for label, chance in dict(self.probabilities).items():
            found[sum(LETTERS.index(letter) << 2 * k for k, letter in enumerate(label))] = chance
        found[0] = max(0.0, 1.0 - found[1:].sum())  # given or not
        return found if width == n_qubits else independent(found, n_qubits)

    def describe(self) -> dict[str, Any]:
        """Return kind and probabilities as plain values."""
        return {"kind": self.kind, "probabilities": dict(self.probabilities)}


@dataclass(frozen=True)
class KrausChannel(Channel):
    """Any channel on one or two qubits by its Kraus operators.

    Args:
        operators: shape (k, 2, 2), for each qubit, or (k, 4, 4), for gates on two qubits; the
            gate's first qubit is the lowest bit of the index. As plain values an entry is a number
            or a pair [re, im].

    Raises:
        ParameterError: another shape, numbers that are not finite, or Σ K†K ≠ 1.
    """

    kind: ClassVar[str] = "kraus"
    summary: ClassVar[str] = "Any channel on one or two qubits by its Kraus operators."

    operators: tuple[tuple[tuple[complex, ...], ...], ...] | ArrayLike

    def __post_init__(self) -> None:
        try:
            array = np.asarray(self.operators, dtype=complex)
            if array.ndim == 4 and array.shape[3] == 2:  # pairs of real and imaginary parts
                array = array[..., 0] + 1j * array[..., 1]
        except (TypeError, ValueError):
            array = np.empty(0, dtype=complex)
        if array.ndim != 3 or array.shape[1:] not in ((2, 2), (4, 4)) or not len(array):
            raise ParameterError(
                argument="operators",
                value=self.operators,
                expected="numbers of shape (k, 2, 2) or (k, 4, 4)",
            )
        if not np.isfinite(array).all():
            raise ParameterError(argument="operators", value=self.operators, expected="finite")
        check_complete(array, "operators")
        plain = tuple(tuple(tuple(row) for row in each) for each in array.tolist())
        object.__setattr__(self, "operators", plain)

    def one_qubit_kraus(self) -> Matrix:
        """Return the operators, shape (k, 2, 2)."""
        return self.kraus(1)

    def kraus(self, n_qubits: int = 1) -> Matrix:
        """Return the operators, or their products on two qubits.

        Raises:
            DimensionError: a channel on two qubits after a gate on one.
        """
        array = np.array(self.operators, dtype=complex)
        width = array.shape[1].bit_length() - 1
        check_fits(self, width, n_qubits)
        if width == n_qubits:
            return array
        return np.array([np.kron(high, low) for high in array for low in array])

    def check_width(self, n_qubits: int) -> None:
        """Raise for operators on two qubits and a gate on one; see `Channel`."""
        check_fits(self, len(self.operators[0]) // 2, n_qubits)  # type: ignore[index,arg-type]

    def factors(self, n_qubits: int) -> tuple[Channel, ...] | None:
        """Return the channel of each qubit for operators on one, None for others."""
        return None if len(self.operators[0]) > 2 else (self,) * n_qubits  # type: ignore[index,arg-type]

    def describe(self) -> dict[str, Any]:
        """Return kind and operators as plain values, each entry a pair [re, im]."""
        array = np.array(self.operators, dtype=complex)
        return {"kind": self.kind, "operators": np.stack([array.real, array.imag], -1).tolist()}


@dataclass(frozen=True)
class OverRotation(Configured):
    """Coherent error: a rotation by θ(1 + relative) + offset instead of θ.

    It changes gates with an angle (rotations and phases) and no others.

    Args:
        relative: the relative error of the angle.
        offset: added to the angle, in radians.

    Raises:
        ParameterError: an argument is not a finite number.
    """

    kind: ClassVar[str] = "over-rotation"
    summary: ClassVar[str] = "Rotations by θ(1 + relative) + offset instead of θ."

    relative: float = 0.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        for name in ("relative", "offset"):
            value = getattr(self, name)
            if not is_finite(value):
                raise ParameterError(argument=name, value=value, expected="a finite number")
            object.__setattr__(self, name, float(value))

    def describe(self) -> dict[str, Any]:
        """Return kind and options as plain values, which `noise_from` reads."""
        return {"kind": self.kind, "relative": self.relative, "offset": self.offset}


def twirled(channel: Channel, n_qubits: int = 1) -> PauliChannel:
    """Return the Pauli twirl of a channel, of the same process fidelity.

    Args:
        channel: any channel.
        n_qubits: 1, or 2 for a channel of gates on two qubits.

    Source: Emerson et al. 2007, arXiv:0707.0685.
    """
    chances = twirled_probabilities(transfer_matrix(channel.kraus(n_qubits)))
    labels = [
        "".join(LETTERS[p >> 2 * k & 3] for k in range(n_qubits)) for p in range(len(chances))
    ]
    return PauliChannel(
        {
            label: float(chance)
            for label, chance in zip(labels[1:], chances[1:].clip(0.0, 1.0), strict=True)
        }
    )


def check_fits(channel: Channel, width: int, n_qubits: int) -> None:
    """Raise for a channel on two qubits after a gate on one.

    Raises:
        DimensionError: it is wider than the gate.
    """
    if width > n_qubits:
        raise DimensionError(
            f"a {channel.kind} channel on {width} qubits cannot act after a gate on {n_qubits}",
            argument="one_qubit",
            remedy="give it as two_qubit noise",
        )
