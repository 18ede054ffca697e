"""What a run returns: the answer, how good it is, and everything needed to repeat it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from networkx import Graph


@dataclass(frozen=True)
class ProblemInfo:
    """Which question was asked; `facts` holds what the problem says of itself."""

    kind: str
    name: str
    n_qubits: int
    sense: str
    value_name: str = "value"
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EngineInfo:
    """Which engine ran the circuits, and why that one."""

    name: str
    reason: str
    precision: str

    def __str__(self) -> str:
        return f"{self.name}, {self.precision} precision: {self.reason}"


@dataclass(frozen=True)
class OptimizerInfo:
    """How the classical outer loop went.

    Attributes:
        method: the optimizer's name.
        evaluations: how many times the objective was evaluated.
        status: one word: ``converged``, ``max_evaluations``, ``time_limit``, ``target``,
            ``interrupted`` or ``failed``.
        message: one sentence that says why the search ended.
    """

    method: str
    evaluations: int
    status: str
    message: str


@dataclass(frozen=True)
class Best:
    """The best assignment sampled: its natural value, its bits (qubit 0 first), its meaning."""

    value: float
    bits: str
    assignment: dict[Any, int]


@dataclass(frozen=True)
class Reference:
    """A classical answer to the same question; `exact` says whether it is proven optimal."""

    value: float
    method: str
    exact: bool


@dataclass(frozen=True)
class Ratio:
    """The expectation and the best sample, each divided by the reference value.

    None where the reference is zero or of the other sign, so that a quotient would say nothing.
    """

    expectation: float | None
    best: float | None


@dataclass(frozen=True)
class Trace:
    """Arrays behind the pictures; they stay out of the JSON.

    Attributes:
        values: natural value of every evaluation in order, shape (evaluations,).
        sample_values: distinct natural values that were sampled, ascending.
        sample_counts: how often each of them was sampled.
        uniform_values: values of uniformly random assignments, for comparison.
        landscape: for p = 1, the triple (gammas, betas, expectation[gamma, beta]).
        graph: the problem's graph, where it has one.
    """

    values: NDArray[np.float64]
    sample_values: NDArray[np.float64] | None = None
    sample_counts: NDArray[np.int64] | None = None
    uniform_values: NDArray[np.float64] | None = None
    landscape: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None = None
    graph: Graph[Any] | None = None


def _plain(value: Any) -> Any:
    """`value` in types that JSON knows; node labels become strings."""
    if isinstance(value, dict):
        # Labels such as 1 and "1" are two nodes; written as text they would be one.
        text = str if len({str(label) for label in value}) == len(value) else repr
        return {text(label): _plain(entry) for label, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return [_plain(v) for v in value.tolist()]
    if isinstance(value, np.generic):
        return value.item()
    return value


@dataclass(frozen=True)
class Result:
    """The outcome of `hybridq.solve`.

    Attributes:
        expectation: expected value in the problem's natural sign (expected cut, energy).
        parameters: the best angles found, in radians, shape (n_params,).
        best: the best sampled assignment (diagonal problems only).
        reference: the classical answer it is held against.
        ratio: `expectation` and `best` over the reference.
        seed: the seed of the run, or None.
        seconds: wall-clock time of the whole solve.
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

    def __repr__(self) -> str:
        best = "" if self.best is None else f"best={self.best.value:g}, "
        reference = "" if self.reference is None else f", reference={self.reference.value:g}"
        return (
            f"Result({self.problem.name!r}: {best}expectation={self.expectation:g}{reference}, "
            f"seed={self.seed})"
        )

    def __str__(self) -> str:
        name = self.problem.value_name
        best = "" if self.best is None else f"best {name} {self.best.value:g}, "
        lines = [f"{self.problem.name}: {best}expected {name} {self.expectation:g}"]
        if self.reference is not None:
            proof = "optimal" if self.reference.exact else "best known"
            lines.append(f"classical: {self.reference.value:g} ({self.reference.method}, {proof})")
            ratio = self.ratio
            if ratio is not None and ratio.best is not None and ratio.expectation is not None:
                lines[-1] += f"; ratios: best {ratio.best:.4g}, expected {ratio.expectation:.4g}"
        method, count = self.optimizer.method, self.optimizer.evaluations
        lines.append(f"{method}, {count} evaluations, {self.optimizer.status}, seed {self.seed}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the trace, in types that JSON knows."""
        fields = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "trace"
        }
        plain = {
            name: asdict(value) if hasattr(value, "__dataclass_fields__") else value
            for name, value in fields.items()
        }
        return _plain(plain)

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """The result as JSON text; with `path`, also written there, whole or not at all.

        Raises:
            OutputError: the file cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"
        if path is not None:
            from hybridq.files import write_text

            write_text(path, text)
        return text

    def figure(self) -> Figure:
        """All pictures of this result as one matplotlib figure."""
        from hybridq.plots import overview

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
