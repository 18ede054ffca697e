"""The lowest states of a Hamiltonian, as `excited_states` returns them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.classical.exact_energies import Diagonalization
from hybridq.core.equality import ComparedByValue
from hybridq.core.plain import json_text, plain
from hybridq.engines.info import EngineInfo
from hybridq.operators.sector import Sector
from hybridq.presentation.advice import Advice
from hybridq.presentation.columns import Columns
from hybridq.presentation.energy_parts import exact_text
from hybridq.presentation.parts import ProblemInfo
from hybridq.presentation.restore import read_document, restore

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class State(ComparedByValue):
    """One of the lowest states; fields that do not apply or are not known are None.

    Attributes:
        energy: its energy.
        exact: the eigenvalue of the same number, counted from below.
        error: energy − exact.
        n_alpha, n_beta: ⟨N_α⟩ and ⟨N_β⟩.
        s_squared: ⟨S²⟩ in units of ħ²: 0 for a singlet, 2 for a triplet.
        s_z: ⟨S_z⟩ in units of ħ.
        overlaps: |⟨lower|this⟩|² with each lower state in order.
        evaluations: of the objective, for this state.
        status: outcome of its search; ``"diagonalized"`` in a subspace.
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


@dataclass(frozen=True, eq=False)
class ExcitedStates(ComparedByValue):
    """The outcome of `excited_states`, states in ascending energy.

    Attributes:
        problem: the question.
        method: ``"vqd"`` or ``"subspace"``; its options are in `facts`.
        ansatz: of the ground state, and with VQD of all states.
        engine: the engine that ran the circuits.
        states: the states found.
        diagonalization: record of how the exact energies were computed, or of why they were not.
        unit: ``"hartree"`` for molecules, None where the Hamiltonian brings its own unit.
        facts: of the method, plain names and values.
        seed: the seed of the run, or None.
        seconds: time taken, without compilation of kernels.
        versions: versions of hybridq, Python and the numerical libraries.
        sector: the only sector that was searched; None for all states of the qubits.
        advice: options with which a trial did better, where these states are not good.
    """

    problem: ProblemInfo
    method: str
    ansatz: dict[str, Any]
    engine: EngineInfo
    states: tuple[State, ...]
    diagonalization: Diagonalization
    unit: str | None
    facts: dict[str, Any]
    seed: int | None
    seconds: float
    versions: dict[str, str]
    sector: Sector | None = None
    advice: Advice | None = None

    @property
    def energies(self) -> NDArray[np.float64]:
        """The energies, ascending, shape (k,)."""
        return np.array([state.energy for state in self.states])

    @property
    def exact_note(self) -> str:
        """Method of the exact energies, or the reason why they were not computed."""
        return exact_text(self.diagonalization)

    def __repr__(self) -> str:
        return f"ExcitedStates({self.problem.name!r}: {len(self.states)} states, seed={self.seed})"

    def __str__(self) -> str:
        from hybridq.presentation.state_sentences import paragraph

        return paragraph(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON knows."""
        return {**plain(self), "exact_note": self.exact_note}

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the states as JSON text; with `path`, also write it there atomically.

        Raises:
            OutputError: the file cannot be written.
        """
        return json_text(self.to_dict(), path)

    @classmethod
    def from_json(cls, source: str | os.PathLike[str]) -> Self:
        """Return the states in a JSON file or text.

        Args:
            source: a path, or the text itself, which begins with ``{``.

        Raises:
            FormatError: it cannot be read, or is not the JSON of excited states.
        """
        return restore(cls, *read_document(source))

    def table(self) -> Columns:
        """Return one row for each state: energies, electrons, spin, search."""
        names = (
            "energy", "exact", "error", "n_alpha", "n_beta", "s_squared", "s_z", "evaluations",
            "status",
        )  # fmt: skip
        rows = [
            {"state": place, **{name: getattr(state, name) for name in names}}
            for place, state in enumerate(self.states)
        ]
        return Columns.of_rows("states", rows)

    def figure(self) -> Figure:
        """Return the levels as a Matplotlib figure."""
        from hybridq.presentation.overview import states_overview

        return states_overview(self)

    def plot(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """Return `figure()`; with `path`, also save it there (PNG, PDF or SVG by suffix).

        Raises:
            OutputError: the file cannot be written.
        """
        from hybridq.plots import save

        figure = self.figure()
        if path is not None:
            save(figure, path)
        return figure

    def _repr_html_(self) -> str:
        """Return the report with its picture, which a notebook shows."""
        from hybridq.presentation.html import states_html

        return states_html(self)
