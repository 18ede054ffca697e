"""The contract of mixers, held against the states that they prepare."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.mixers.base import Conserved, Mixer
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Instruction, PauliRotation
from hybridq.operators.feasible import FeasibleSpace, unpacked
from hybridq.testing.contract import require

_ANGLES = (0.37, -1.1, 2.45)
_ROUNDING = 1e-9


def check_mixer(
    mixer: Mixer,
    n_qubits: int = 4,
    space: FeasibleSpace | None = None,
) -> None:
    r"""Hold a mixer against the promises that QAOA relies on.

    Checked are: the declared names; it is a frozen dataclass that pickles; U(0) does nothing; one
    period does nothing; the conserved property holds after phases and mixers in alternation. Unless
    the mixer says otherwise (`is_group`, `starts_in_eigenstate`), also: the evolutions form a
    group, :math:`U(a) U(b) = U(a + b)` up to a global phase, and the initial state is an
    eigenstate.

    Args:
        mixer: configured.
        n_qubits: width of the circuits that are checked, 2 to 8.
        space: the feasible states of the problem that it is for, None without constraints.

    Raises:
        ContractError: a promise is broken.
    """
    name = type(mixer).__name__
    for promise in ("kind", "summary"):
        text = getattr(mixer, promise, None)
        require(isinstance(text, str) and bool(text), f"{name}.{promise} must be a text")
    require(isinstance(mixer.conserves, Conserved), f"{name}.conserves must be a Conserved")
    require(dataclasses.is_dataclass(mixer), f"{name} must be a dataclass")
    require(pickle.loads(pickle.dumps(mixer)) == mixer, f"{name} changes when pickled")
    missing = mixer.lacks(space)
    require(missing is None, f"{name} needs {missing}, which the space does not have")
    fitted = mixer.fitted(n_qubits, space)
    initial = fitted.initial_state(n_qubits)

    def evolved(*steps: float | None) -> NDArray[np.complexfloating]:
        """Return the state after mixers of these angles; None means phases."""
        instructions: list[Instruction] = [*initial]
        for step in steps:
            if step is None:
                instructions += _phases(n_qubits)
            else:
                instructions += fitted.instructions(n_qubits, Angle(step))
        return Circuit(n_qubits, tuple(instructions)).state()

    start = evolved()
    norm = float(np.linalg.norm(start))
    require(abs(norm - 1.0) < _ROUNDING, f"{name}: the initial state has norm {norm}")
    a, b, c = _ANGLES
    _same(evolved(0.0), start, f"{name}: U(0) changes the initial state")
    if fitted.starts_in_eigenstate:
        _same(evolved(a), start, f"{name}: the initial state is not an eigenstate of the mixer")
    mixed = evolved(None, a, None)
    _same(evolved(None, a, None, 0.0), mixed, f"{name}: U(0) changes a state")
    if mixer.is_group:
        _same(
            evolved(None, a, None, b, c),
            evolved(None, a, None, b + c),
            f"{name}: U(b) U(c) is not U(b + c)",
        )
    period = fitted.period(n_qubits)
    if period is not None:
        _same(
            evolved(None, a, None, b + period),
            evolved(None, a, None, b),
            f"{name}: U changes after the period {period}",
        )
    _check_conserved(name, fitted, start, evolved(None, a, None, b, None, c), space)


def _phases(n_qubits: int) -> list[Instruction]:
    """Return phases of a diagonal cost without symmetry."""
    single: list[Instruction] = [
        PauliRotation("Z", (q,), Angle(0.3 + 0.4 * q)) for q in range(n_qubits)
    ]
    return single + [
        PauliRotation("ZZ", (q, q + 1), Angle(0.7 - 0.2 * q)) for q in range(n_qubits - 1)
    ]


def _same(
    found: NDArray[np.complexfloating], wanted: NDArray[np.complexfloating], promise: str
) -> None:
    """Raise unless two states agree up to a global phase."""
    overlap = abs(complex(np.vdot(wanted, found)))
    require(abs(overlap - 1.0) < _ROUNDING, f"{promise} (overlap {overlap:.12g})")


def _check_conserved(
    name: str,
    mixer: Mixer,
    start: NDArray[np.complexfloating],
    later: NDArray[np.complexfloating],
    space: FeasibleSpace | None,
) -> None:
    """Raise unless the property that the mixer conserves is the same in both states."""
    before, after = (np.flatnonzero(np.abs(state) ** 2 > _ROUNDING) for state in (start, later))
    if mixer.conserves is Conserved.HAMMING_WEIGHT:
        weights = [set(np.bitwise_count(states).tolist()) for states in (before, after)]
        require(
            weights[0] >= weights[1], f"{name}: Hamming weights {weights[0]} become {weights[1]}"
        )
    elif mixer.conserves is Conserved.ONE_HOT_BLOCKS:
        for group in () if space is None else space.groups:
            mask = sum(1 << qubit for qubit in group.qubits)
            ones = set(np.bitwise_count(after & mask).tolist())
            require(
                ones == {group.count},
                f"{name}: the group {group.qubits} has {sorted(ones)} ones",
            )
    elif mixer.conserves is Conserved.FEASIBILITY and space is not None:
        rows = unpacked(after.astype(np.uint64)[:, None], space.n_qubits)
        infeasible = after[~space.contains(rows)].tolist()
        require(not infeasible, f"{name}: the states {infeasible[:4]} are not feasible")
    elif mixer.conserves is Conserved.INITIAL_SUPPORT:
        outside = sorted(set(after.tolist()) - set(before.tolist()))
        require(not outside, f"{name}: the states {outside[:4]} are not in the initial state")
