"""Hypothesis strategies for circuits of every kind of instruction."""

import numpy as np
from hypothesis import strategies as st

from hybridq.ansatz import Angle, Circuit
from hybridq.circuits.instructions import (
    GATES,
    DiagonalPhase,
    Excitation,
    Gate,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.operators import PauliSum

FIXED = st.floats(-7.0, 7.0, allow_nan=False)
TUNED = st.builds(Angle, FIXED, st.integers(0, 2), FIXED)


@st.composite
def instructions(draw, n, angles):
    def some(least, most):
        return tuple(
            draw(st.lists(st.integers(0, n - 1), min_size=least, max_size=most, unique=True))
        )

    kind = draw(st.sampled_from(["gate", "gate", "rotation", "phase", "diagonal", "mix", "exc"]))
    if kind == "gate":
        name = draw(st.sampled_from(sorted(name for name in GATES if GATES[name] <= n)))
        return Gate(name, some(GATES[name], GATES[name]))
    angle = draw(angles)
    if kind == "rotation":
        qubits = some(1, n)
        letters = st.text("XYZ", min_size=len(qubits), max_size=len(qubits))
        return PauliRotation(draw(letters), qubits, angle)
    if kind == "phase":
        return PhaseGate(some(1, n), angle)
    if kind == "mix":
        return XMixer(some(1, n), angle)
    if kind == "diagonal":
        terms = [("Z" * len(qubits), qubits, draw(FIXED)) for qubits in (some(0, n), some(1, 2))]
        return DiagonalPhase(PauliSum.from_sparse(terms, n), angle)
    modes = some(1, min(n, 4))
    cut = draw(st.integers(0, len(modes)))
    controls = draw(st.integers(0, len(modes) - 1))
    moved = modes[controls:]
    term = Transition(moved[:cut], moved[cut:], modes[:controls], draw(st.booleans()))
    return Excitation(((draw(FIXED), term),), angle, draw(st.booleans()))


def circuits(n=3, *, angles=None, most=8):
    """Circuits of n qubits, all angles fixed by default."""
    steps = st.lists(
        instructions(n, st.builds(Angle, FIXED) if angles is None else angles), max_size=most
    )
    return steps.map(lambda chosen: Circuit(n, tuple(chosen)))


POINT = np.array([0.3, -1.1, 0.8])
