"""Result of `hybridq.solve`: typed, printed, written, read back, plotted."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hybridq.core.checks import checked_count
from hybridq.core.equality import ComparedByValue
from hybridq.core.errors import ParameterError, Setting, UnknownNameError
from hybridq.core.extras import load_extra
from hybridq.core.plain import json_text, plain
from hybridq.engines.info import EngineInfo
from hybridq.presentation.columns import Columns
from hybridq.presentation.energy_parts import Energy
from hybridq.presentation.machine import MachineInfo
from hybridq.presentation.measured import MeasuredEnergy
from hybridq.presentation.parts import (
    Assignment,
    Best,
    Control,
    OptimizerInfo,
    ProblemInfo,
    Ratio,
    Reference,
    Samples,
    Trace,
)
from hybridq.presentation.restore import read_document, restore, with_labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hybridq.circuits.circuit import Circuit


@dataclass(frozen=True, eq=False)
class Result(ComparedByValue):
    """The outcome of `hybridq.solve`.

    Two results are equal if all their fields are, arrays element by element; a result has no
    hash. It can be pickled, and `from_json` reads what `to_json` wrote.

    Attributes:
        problem: the question.
        ansatz: kind and options of the circuit, and where its search began.
        engine: the engine that ran the circuits.
        optimizer: the outcome of the classical outer loop.
        parameters: the best angles found, in radians, shape (n_params,).
        expectation: mean value of the circuit (expected cut, energy), in the problem's
            natural sign: as the engine computes it; where a machine ran, as it measured it,
            mitigated if it was; for a dry run as it is predicted. See `trained`.
        best: the best sampled assignment, or the answer that a strategy found without samples
            (diagonal problems only).
        samples: the measurements of the final state (diagonal problems only).
        reference: the classical answer that it is compared with.
        ratio: `expectation` and `best` over the reference.
        energy: Hartree–Fock and exact energies, particle number and spin (Hamiltonians and
            molecules only).
        measured: the energy as it was measured, with its standard error; None where only the
            simulator's value was asked for.
        objective: the function that was minimized: its name and options, the value reached, and
            with shots their cost (``shots`` an evaluation, ``shots_used`` and ``circuits`` in all).
        controls: classical counterparts of a strategy that answers without samples.
        execution: what a machine ran, predicted and measured; None for a simulation.
        seed: the seed of the run, None for a random generator of the caller.
        seconds: time of the whole solve, without compilation of kernels.
        versions: versions of hybridq, Python and the numerical libraries.
        trace: the arrays behind the pictures.
    """

    problem: ProblemInfo
    ansatz: dict[str, Any]
    engine: EngineInfo
    optimizer: OptimizerInfo
    parameters: NDArray[np.float64]
    expectation: float
    best: Best | None
    reference: Reference | None
    ratio: Ratio | None
    seed: int | None
    seconds: float
    versions: dict[str, str]
    trace: Trace = field(repr=False)
    energy: Energy | None = None
    samples: Samples | None = None
    objective: dict[str, Any] = field(default_factory=lambda: {"kind": "expectation"})
    controls: tuple[Control, ...] = ()
    execution: MachineInfo | None = None
    measured: MeasuredEnergy | None = None

    @property
    def trained(self) -> float:
        """Mean value of the trained circuit without a machine's noise and shots."""
        return self.expectation if self.execution is None else self.execution.ideal

    def __repr__(self) -> str:
        from hybridq.presentation.sentences import short_repr

        return short_repr(self)

    def __str__(self) -> str:
        from hybridq.presentation.sentences import paragraph

        return paragraph(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the trace, in types that JSON knows."""
        return plain(
            {
                "problem": self.problem,
                "ansatz": self.ansatz,
                "engine": self.engine,
                "optimizer": self.optimizer,
                "parameters": self.parameters,
                "expectation": self.expectation,
                "best": None if self.best is None else self.best.to_dict(),
                "reference": self.reference,
                "ratio": self.ratio,
                "seed": self.seed,
                "seconds": self.seconds,
                "versions": self.versions,
                "energy": None if self.energy is None else self.energy.to_dict(),
                "samples": self.samples,
                "objective": self.objective,
                "measured": self.measured,
                "controls": self.controls,
                "execution": self.execution,
            }
        )

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return the result as JSON text; with `path`, also write it there atomically.

        Raises:
            OutputError: the file cannot be written.
        """
        return json_text(self.to_dict(), path)

    @classmethod
    def from_json(cls, source: str | os.PathLike[str]) -> Self:
        """Return the result in a JSON file or text; all but the trace comes back.

        Labels that are neither numbers, texts nor tuples of them come back as texts.

        Args:
            source: a path, or the text itself, which begins with ``{``.

        Raises:
            FormatError: it cannot be read, or is not the JSON of a result.
        """
        document, name = read_document(source)
        if "best" in document:
            document["best"] = with_labels(document["best"])
        return restore(cls, document, name, trace=Trace(values=np.empty(0)))

    @property
    def counts(self) -> dict[str, int]:
        """Counts of the measured assignments by bits, the most frequent first.

        The first bit is that of qubit 0.

        Raises:
            ParameterError: nothing was measured, or the result comes from JSON.
        """
        bits, counts = self.trace.bits, self.trace.bit_counts
        if bits is None or counts is None:
            raise self._absent("counts", self.samples is not None)
        order = np.argsort(-counts, kind="stable")
        return {"".join(map(str, bits[row].tolist())): int(counts[row]) for row in order}

    def top(self, k: int = 10) -> tuple[Assignment, ...]:
        """Return the best `k` measured assignments, at most ten, feasible ones first.

        Raises:
            ParameterError: nothing was measured.
        """
        if self.samples is None:
            raise self._absent("samples", lost=False)
        return self.samples.top[: checked_count("k", k)]

    @property
    def circuit(self) -> Circuit:
        """The circuit with the best parameters that were found.

        Raises:
            ParameterError: the result comes from JSON.
        """
        if self.trace.circuit is None:
            raise self._absent("circuit", lost=True)
        return self.trace.circuit.bind(self.parameters)

    def state(self) -> NDArray[np.complexfloating]:
        """Return the final state, shape (2**n_qubits,).

        Qubit 0 is the lowest bit of the index.

        Raises:
            ParameterError: the result comes from JSON.
            CapacityError: the state does not fit in memory.
        """
        return self.circuit.state()

    @staticmethod
    def _absent(what: str, lost: bool) -> ParameterError:
        """Return the error for a part that this result does not have."""
        remedy = "JSON does not keep them: solve again, or pickle the result" if lost else None
        return ParameterError(f"this result has no {what}", argument=what, remedy=remedy)

    def table(self, kind: str | None = None) -> Columns:
        """Return the history of the search as columns.

        Args:
            kind: ``"evaluations"`` (the value of each), ``"iterations"`` (operators of
                an ansatz that grew) or ``"steps"`` (searches of a strategy); by default the most
                specific that there is.

        Raises:
            UnknownNameError: no such kind.
            ParameterError: this result has no such history.
        """
        tables = {
            "iterations": self._iterations(),
            "steps": Columns.of_rows("steps", self.ansatz.get("steps", ())),
            "evaluations": self._evaluations(),
        }
        if kind is None:
            kind = next((name for name, columns in tables.items() if len(columns)), "evaluations")
        if kind not in tables:
            raise UnknownNameError("kind of table", kind, tables, argument="kind")
        if not len(tables[kind]):
            lost = kind == "evaluations" and self.optimizer.evaluations > 0
            remedy = "evaluations are not kept in JSON" if lost else None
            raise ParameterError(
                f"this result has no {kind}", argument="kind", value=kind, remedy=remedy
            )
        return tables[kind]

    def _iterations(self) -> Columns:
        """Return operator, gradient and energy of each step of an ansatz that grew."""
        rows = [
            {
                "operator": step.operator,
                "gradient": step.gradient,
                "gradient_norm": step.gradient_norm,
                "energy": step.energy,
                "n_params": step.n_params,
                "evaluations": step.evaluations,
            }
            for step in self.trace.iterations
        ]
        return Columns.of_rows("iterations", rows)

    def _evaluations(self) -> Columns:
        """Return the value of each evaluation in order."""
        values = self.trace.values.tolist()
        columns = {"evaluation": tuple(range(1, len(values) + 1)), "value": tuple(values)}
        return Columns("evaluations", columns)

    def to_xarray(self) -> Any:
        """Return the scanned landscape, an `xarray.DataArray` over ``gamma`` and ``beta``.

        Its values are expectations in the problem's natural sign, its coordinates radians.

        Raises:
            ParameterError: no landscape was scanned.
            MissingExtraError: xarray is not installed.
        """
        if self.trace.landscape is None:
            raise ParameterError(
                "this result has no landscape",
                argument="landscape",
                remedy=("solve with ", Setting("p", 1), " and ", Setting("landscape", True)),
            )
        xarray = load_extra("xarray", "xarray", "to_xarray")
        gammas, betas, values = self.trace.landscape
        coordinates = {"gamma": gammas, "beta": betas}
        facts = {"problem": self.problem.name, "units": "radians"}
        return xarray.DataArray(
            values, coordinates, ("gamma", "beta"), f"expected {self.problem.value_name}", facts
        )

    def figure(self) -> Figure:
        """Return all pictures of this result as one Matplotlib figure."""
        from hybridq.presentation.overview import overview

        return overview(self)

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
        from hybridq.presentation.html import result_html

        return result_html(self)
