"""Noise of two qubits of a gate, each by a channel of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hybridq.core.errors import ParameterError
from hybridq.noise.base import Channel, Matrix, Vector
from hybridq.noise.general import check_fits


@dataclass(frozen=True)
class QubitwiseChannel(Channel):
    """A channel of its own on each of the two qubits of a gate.

    Args:
        channels: of the gate's first and second qubit, each on one qubit; also plain values that
            describe them.

    Raises:
        ParameterError: other than two channels.
        DimensionError: one of them acts on two qubits.
    """

    kind: ClassVar[str] = "qubit-wise"
    summary: ClassVar[str] = "A channel of its own on each of the two qubits of a gate."

    channels: tuple[Channel, ...] | Sequence[Channel | Mapping[str, Any]]

    def __post_init__(self) -> None:
        from hybridq.noise.descriptions import noise_from

        given = self.channels if isinstance(self.channels, Sequence) else ()
        found = tuple(
            each if isinstance(each, Channel) else noise_from(each, "channels") for each in given
        )
        if len(found) != 2 or not all(isinstance(each, Channel) for each in found):
            raise ParameterError(
                argument="channels", value=self.channels, expected="two channels on one qubit"
            )
        for each in self._pair(found):
            each.check_width(1)
        object.__setattr__(self, "channels", found)

    @staticmethod
    def _pair(channels: Any) -> tuple[Channel, Channel]:
        first, second = channels
        return first, second

    def check_width(self, n_qubits: int) -> None:
        """Raise for a gate on one qubit; see `Channel`."""
        check_fits(self, 2, n_qubits)

    def one_qubit_kraus(self) -> Matrix:
        """Refuse: the channel acts on two qubits.

        Raises:
            DimensionError: always.
        """
        return self.kraus(1)

    def kraus(self, n_qubits: int = 1) -> Matrix:
        """Return the products of the operators on both qubits.

        Raises:
            DimensionError: a gate on one qubit.
        """
        self.check_width(n_qubits)
        low, high = (each.kraus(1) for each in self._pair(self.channels))
        return np.array([np.kron(b, a) for b in high for a in low])

    def factors(self, n_qubits: int) -> tuple[Channel, ...] | None:
        """Return the channel of each qubit."""
        self.check_width(n_qubits)
        return self._pair(self.channels)

    def pauli_probabilities(self, n_qubits: int = 1) -> Vector | None:
        """Return products of probabilities, None unless both channels have them."""
        self.check_width(n_qubits)
        low, high = (each.pauli_probabilities(1) for each in self._pair(self.channels))
        return None if low is None or high is None else np.kron(high, low).astype(np.float64)

    def process_fidelity(self, n_qubits: int = 1) -> float:
        """Return the product of both fidelities."""
        self.check_width(n_qubits)
        low, high = (each.process_fidelity(1) for each in self._pair(self.channels))
        return low * high

    def describe(self) -> dict[str, Any]:
        """Return kind and both channels as plain values."""
        return {"kind": self.kind, "channels": [c.describe() for c in self._pair(self.channels)]}
