"""The outcome of `hybridq.solve`: typed, printed, written, plotted."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.plain import json_text, plain
from hybridq.engines.info import EngineInfo
from hybridq.presentation.parts import (
    Best,
    Energy,
    OptimizerInfo,
    ProblemInfo,
    Ratio,
    Reference,
    Samples,
    Trace,
)
from hybridq.presentation.text import one_line, paragraph

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Result:
    """The outcome of `hybridq.solve`.

    Attributes:
        expectation: expected value in the problem's natural sign (expected cut, energy).
        parameters: the best angles found, in radians, shape (n_params,).
        best: the best sampled assignment (diagonal problems only).
        samples: the measurements of the final state (diagonal problems only).
        reference: the classical answer it is held against.
        ratio: `expectation` and `best` over the reference.
        energy: Hartree–Fock and exact energies, particle number and spin (Hamiltonians and
            molecules only).
        objective: what was minimized: its name and options, the value reached, and with shots
            what they cost (``shots`` an evaluation, ``shots_used`` and ``circuits`` in all).
        seed: the seed of the run, or None.
        seconds: time of the whole solve, without that for compiling kernels, which are kept.
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

    def __repr__(self) -> str:
        return one_line(self)

    def __str__(self) -> str:
        return paragraph(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the trace, in types that JSON knows."""
        fields = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "trace"
        }
        return plain(
            {
                name: asdict(value) if hasattr(value, "__dataclass_fields__") else value
                for name, value in fields.items()
            }
        )

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """The result as JSON text; with `path`, also written there, whole or not at all.

        Raises:
            OutputError: the file cannot be written.
        """
        return json_text(self.to_dict(), path)

    def figure(self) -> Figure:
        """All pictures of this result as one matplotlib figure."""
        from hybridq.presentation.overview import overview

        return overview(self)

    def plot(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """`figure()`, and with `path` also saved there (PNG, PDF or SVG by suffix).

        Raises:
            OutputError: the file cannot be written.
        """
        from hybridq.plots import save

        figure = self.figure()
        if path is not None:
            save(figure, path)
        return figure

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        from hybridq.plots import png

        return png(self.figure())
