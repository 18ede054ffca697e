"""Circuits with more noise and the same meaning: gates followed by their inverses."""

from __future__ import annotations

from itertools import chain
from typing import Final

import numpy as np

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.elementary import elementary
from hybridq.circuits.instructions import Instruction
from hybridq.core.checks import is_finite
from hybridq.core.errors import ParameterError

FOLDINGS: Final = ("global", "gate")


def folded(circuit: Circuit, scale: float, folding: str = "global") -> tuple[Circuit, float]:
    r"""Return a circuit of about `scale` times as many gates, and its scale.

    Global: :math:`U (U^\dagger U)^k (L^\dagger L)` with the last gates L of U. Gate by gate:
    :math:`G (G^\dagger G)^k` for every gate, and once more for gates spread over the circuit.
    Gates on two qubits alone count for the scale where there are any, since they have most of the
    noise. The circuit is written in gates on one and two qubits first; a compiler behind it must
    not cancel a gate with its inverse, which holds for a `PlacedCircuit`.

    Args:
        circuit: without free parameters.
        scale: at least 1.
        folding: ``"global"`` or ``"gate"``.

    Raises:
        ParameterError: the scale is below 1, or another folding.
        EngineError: an instruction has no exact gates.

    Source: Giurgica-Tiron et al. 2020, arXiv:2005.10921.
    """
    if not is_finite(scale) or scale < 1:
        raise ParameterError(argument="scales", value=scale, expected="numbers >= 1")
    if folding not in FOLDINGS:
        raise ParameterError(argument="folding", value=folding, expected="'global' or 'gate'")
    gates = list(chain.from_iterable(map(elementary, circuit.instructions)))
    wide = [len(gate.qubits) == 2 for gate in gates]
    counted = np.array(wide if any(wide) else [True] * len(gates), dtype=bool)
    total = int(counted.sum())
    if not total:
        return circuit.with_steps(tuple(gates)), 1.0
    pairs = round((scale - 1.0) * total / 2.0)  # of counted gates and their inverses
    whole, rest = divmod(pairs, total)
    again: list[Instruction] = []
    if folding == "global":
        reverse = [gate.inverse() for gate in reversed(gates)]
        again = [*gates, *(whole * [*reverse, *gates])]
        if rest:
            first = int(np.flatnonzero(counted)[total - rest])
            last = gates[first:]
            again += [*(gate.inverse() for gate in reversed(last)), *last]
    else:
        chosen = set(np.flatnonzero(counted)[_spread(rest, total)].tolist())
        for index, gate in enumerate(gates):
            times = whole + (index in chosen)
            again += [gate, *(times * [gate.inverse(), gate])]
    return circuit.with_steps(tuple(again)), 1.0 + 2.0 * pairs / total


def _spread(count: int, total: int) -> list[int]:
    """Return `count` of `total` indices at even distances."""
    return [((2 * k + 1) * total) // (2 * count) for k in range(count)]
