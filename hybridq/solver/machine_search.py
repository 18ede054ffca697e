"""Searches by readings of a machine: every value is a batch in its ledger."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.backends.base import Execution
from hybridq.circuits.digest import digest
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.randomness import RandomLike
from hybridq.engines.base import Engine
from hybridq.engines.config import EngineConfig
from hybridq.engines.info import EngineInfo
from hybridq.optimizers.capabilities import Capability
from hybridq.solver.machine_mitigation import Runs

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Observable
    from hybridq.solver.machine import Machine
    from hybridq.solver.settings import SolveSettings

_MOST_INDEX_BITS = 63


@dataclass(frozen=True, kw_only=True)
class OnMachine(EngineConfig):
    """Samples of a machine, through its ledger and budget.

    Args:
        runs: of the search.
        machine: identity of the backend.
        title: of the backend.
    """

    name: ClassVar[str] = "machine"
    summary: ClassVar[str] = "Readings of a machine."

    runs: Runs = field(compare=False, repr=False)
    machine: str
    title: str

    def options(self) -> dict[str, Any]:
        """Return what decides its samples."""
        return {"machine": self.machine}

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return an engine that samples, and can do nothing else."""
        return MachineEngine(circuit, self)


class MachineEngine(Engine):
    """A circuit on a machine."""

    name: ClassVar[str] = "machine"

    def __init__(self, circuit: Circuit, config: OnMachine) -> None:
        super().__init__(circuit)
        self._runs = config.runs
        self.info = EngineInfo(self.name, f"values from {config.title}", self.precision)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[Any]:
        """Return measured states, without use of `rng`; see `SupportsSampling`."""
        values = tuple(self.checked_point(x).tolist())
        (bits,) = self._runs.run([Execution(self.circuit, values, shots)])
        if self.n_qubits > _MOST_INDEX_BITS:
            return bits
        return bits.astype(np.int64) @ (np.int64(1) << np.arange(self.n_qubits))


def searching(machine: Machine, settings: SolveSettings) -> SolveSettings:
    """Return the settings of a search whose values are readings of the machine.

    Raises:
        ParameterError: shots or evaluations are not limited, or the optimizer needs gradients.
    """
    if machine.dry_run:
        raise ParameterError(
            (Setting("dry_run"), " takes no values from a machine"),
            argument="dry_run",
            value=True,
            remedy=("leave out ", Setting("search_on_machine"), ", which takes a batch each"),
        )
    reason = "the search takes its values from the machine, a batch each"
    for name, wanted in (
        ("objective_shots", "the shots of each value"),
        ("max_evaluations", "the most values"),
    ):
        if getattr(settings, name) is None:
            raise ParameterError(
                reason, argument=name, value=None, remedy=(f"give {wanted} by ", Setting(name))
            )
    if Capability.GRADIENT in settings.optimizer.needs:
        raise ParameterError(
            f"{reason}, and {settings.optimizer.name} needs gradients, which take many",
            argument="optimizer",
            value=settings.optimizer.name,
            remedy=("use ", Setting("optimizer", "bayesian"), " or ", Setting("optimizer", "spsa")),
        )
    engine = OnMachine(
        runs=Runs(machine, settings.announce),
        machine=machine.backend.identity,
        title=machine.backend.title,
    )
    return replace(settings, engine=engine)


def begun(
    machine: Machine, question: str, settings: SolveSettings, seed: int | None
) -> SolveSettings:
    """Return the settings with the seed of an interrupted search.

    The seed is written down before the search begins, and a repeated search asks for the same
    values, which the ledger has.

    Args:
        machine: that gives the values.
        question: digest of the question.
        settings: of the search.
        seed: that was asked for; None for the last search that was not answered.

    Raises:
        BudgetError: a new search with its answer would exceed the budget; nothing was submitted.
    """
    key = digest("search", question)
    row = machine.ledger.plan(key, seed)
    if row is not None:
        return replace(settings, rng=row[0])
    values, shots = settings.max_evaluations or 0, settings.objective_shots or 0
    machine.budget.check_counts(
        values + 1,
        values * shots + settings.shots,
        machine.connection.capabilities.price,
        machine.backend.title,
    )
    machine.ledger.keep_plan(key, settings.seed, {})
    return settings


def ended(machine: Machine, question: str) -> None:
    """Write that a search has been answered."""
    machine.ledger.answered(digest("search", question))
