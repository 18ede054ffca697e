"""The lowest states of a Hamiltonian, as `excited_states` returns them."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.plain import json_text, plain
from hybridq.engines.info import EngineInfo
from hybridq.presentation.parts import ProblemInfo


@dataclass(frozen=True)
class State:
    """One of the lowest states; None where a figure makes no sense or is not known.

    Attributes:
        energy: its energy.
        exact: the eigenvalue of the same number, counted from below.
        error: energy − exact.
        n_alpha, n_beta: ⟨N_α⟩ and ⟨N_β⟩.
        s_squared: ⟨S²⟩ in units of ħ²: 0 for a singlet, 2 for a triplet.
        s_z: ⟨S_z⟩ in units of ħ.
        overlaps: |⟨lower|this⟩|² with each lower state in order.
        evaluations: of the objective, for this state.
        status: how its search ended; ``"diagonalized"`` in a subspace.
        parameters: of the ansatz; None in a subspace, where no single circuit prepares it.
    """

    energy: float
    exact: float | None
    error: float | None
    n_alpha: float | None
    n_beta: float | None
    s_squared: float | None
    s_z: float | None
    overlaps: tuple[float, ...]
    evaluations: int
    status: str
    parameters: NDArray[np.float64] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ExcitedStates:
    """The outcome of `excited_states`, states in ascending energy.

    Attributes:
        problem: what was asked.
        method: ``"vqd"`` or ``"subspace"``, with what it was done by in `facts`.
        ansatz: of the ground state, and with VQD of all states.
        engine: which engine ran the circuits.
        states: the states found.
        exact_note: how the exact energies were computed, or why they were not.
        unit: ``"hartree"`` for molecules, None where the Hamiltonian brings its own unit.
        facts: of the method, plain names and values.
        seed: the seed of the run, or None.
        seconds: time taken, without that for compiling kernels.
        versions: versions of hybridq, Python and the numerical libraries.
    """

    problem: ProblemInfo
    method: str
    ansatz: dict[str, Any]
    engine: EngineInfo
    states: tuple[State, ...]
    exact_note: str
    unit: str | None
    facts: dict[str, Any]
    seed: int | None
    seconds: float
    versions: dict[str, str]

    @property
    def energies(self) -> NDArray[np.float64]:
        """The energies, ascending, shape (k,)."""
        return np.array([state.energy for state in self.states])

    def __str__(self) -> str:
        kind = self.ansatz.get("kind", "circuit")
        unit = " in hartree" if self.unit == "hartree" else ""
        lines = [f"{self.problem.name}: {len(self.states)} lowest states by {self.method} ({kind})"]
        lines.append(f"  {'energy' + unit:>20} {'exact':>14} {'error':>10} {'⟨N⟩':>6} {'⟨S²⟩':>7}")
        for number, state in enumerate(self.states):
            n = None if state.n_alpha is None else state.n_alpha + (state.n_beta or 0.0)
            lines.append(
                f"{number} {state.energy:20.8f} {_cell(state.exact, '14.8f')} "
                f"{_cell(state.error, '10.2e')} {_cell(n, '6.2f')} {_cell(state.s_squared, '7.4f')}"
            )
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything, in types that JSON knows."""
        return plain(asdict(self))

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """The states as JSON text; with `path`, also written there, whole or not at all.

        Raises:
            OutputError: the file cannot be written.
        """
        return json_text(self.to_dict(), path)


def _cell(value: float | None, form: str) -> str:
    width = int(form.split(".")[0])
    return "-".rjust(width) if value is None else format(value, form)
