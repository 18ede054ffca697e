"""Number of QAOA layers on a machine with known errors."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from hybridq.backends.prediction import Prediction, predicted, rough
from hybridq.circuits.digest import digest
from hybridq.presentation.machine import Layers

if TYPE_CHECKING:
    from collections.abc import Callable

    from hybridq.ansatz.qaoa import QAOA
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.problems.base import BinaryProblem
    from hybridq.solver.machine import Machine
    from hybridq.solver.settings import SolveSettings, Vector

_SHARE = 0.5  # of the work of a prediction: two depths are told apart by less
_OF_LIMIT = 0.3  # of a time limit, after which no deeper circuit is tried


@dataclass(frozen=True)
class Depths:
    """Predicted mean values by number of layers.

    Attributes:
        tried: from one layer on, in the problem's natural sign.
        best: the number of layers with the best of them.
    """

    tried: tuple[Layers, ...]
    best: int


def best_depth(
    machine: Machine,
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    train: Callable[[QAOA], tuple[Vector, float]],
    question: str,
) -> Depths | None:
    """Return the predicted values of 1, 2, ... layers up to the first that falls.

    Each depth is trained by simulation and compiled, and its mean energy predicted with the
    machine's known errors. The outcome is kept in the ledger, so that an interrupted run goes the
    same way.

    Args:
        machine: that will run the circuit.
        problem: the question.
        ansatz: with the most layers.
        settings: of the solve.
        train: finds the angles of a circuit.
        question: digest of the question with this ansatz.

    Returns:
        None where the machine's errors are not known, or it has none.

    Raises:
        BackendError: the circuit does not fit.
        BudgetError: one batch exceeds the budget.
    """
    key = digest("depths", machine.backend.identity, question)
    row = machine.ledger.plan(key, 0)
    if row is not None:
        tried = tuple(Layers(*each) for each in row[1]["tried"])
    else:
        found: list[_Found] = []
        for p in range(1, ansatz.p + 1):
            if found and settings.time_limit and settings.seconds > _OF_LIMIT * settings.time_limit:
                break
            settings.announce(f"predicting p = {p}")
            layers = _predicted(machine, problem, replace(ansatz, p=p), settings, train)
            if layers is None:
                return None
            found.append(layers)
            if any(each.made.rough for each in found):  # values of one kind are compared
                found = [each.roughly for each in found]
            if found[-1].made.value > min(each.made.value for each in found):
                break
        tried = tuple(
            Layers(p, problem.sign * each.made.value, each.made.error)
            for p, each in enumerate(found, start=1)
        )
        machine.ledger.keep_plan(key, 0, {"tried": [astuple(each) for each in tried]})
    return Depths(tried, min(tried, key=lambda each: problem.sign * each.value).p)


@dataclass(frozen=True, eq=False)
class _Found:
    """The prediction of a depth, and what a rough one takes."""

    made: Prediction
    success: float
    energy: PauliSum
    ideal: float

    @property
    def roughly(self) -> _Found:
        """The same with the prediction from the success probability alone."""
        return replace(self, made=rough(self.success, self.energy, self.ideal))


def _predicted(
    machine: Machine,
    problem: BinaryProblem,
    ansatz: QAOA,
    settings: SolveSettings,
    train: Callable[[QAOA], tuple[Vector, float]],
) -> _Found | None:
    """Return the prediction of a circuit, None where no errors are known."""
    compiled = machine.check(ansatz.circuit, settings.shots, known=False)
    if compiled.success is None or compiled.success == 1.0:
        return None
    x, ideal = train(ansatz)
    energy: Any = ansatz.measured(problem)
    compiled = machine.connection.compile(ansatz.circuit.bind(x))  # as it would run
    made = predicted(compiled, (), energy, ideal, share=_SHARE)
    return None if made is None else _Found(made, compiled.success or 0.0, energy, ideal)
