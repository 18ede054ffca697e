"""Base of objective configurations: a statistic with its options."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
    runtime_checkable,
)

from hybridq.ansatz.base import Ansatz
from hybridq.circuits.circuit import Circuit
from hybridq.core.configured import check_options
from hybridq.core.errors import DimensionError, ParameterError, Setting
from hybridq.engines.base import HamiltonianLike, Observable, as_observable
from hybridq.engines.choose import AUTO, EngineLike, choose_engine, resolve_engine
from hybridq.engines.protocols import SupportsDistribution
from hybridq.objectives.statistics import Statistic
from hybridq.operators.pauli_sum import PauliSum
from hybridq.problems.base import Problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from hybridq.engines.base import Engine
    from hybridq.engines.config import EngineConfig
    from hybridq.objectives.base import Objective

T = TypeVar("T")

configured: Callable[[type[T]], type[T]] = dataclass(frozen=True, kw_only=True)
"""Decorator of objectives: ``dataclass(frozen=True, kw_only=True)``.

Type checkers see the constructor of `ObjectiveConfig`, which also takes the arguments of `bind`.
"""


@runtime_checkable
class PreparesState(Protocol):
    """An ansatz: anything with a `circuit`."""

    @property
    def circuit(self) -> Circuit:
        """The circuit that prepares the state from |0…0⟩."""


AnsatzLike: TypeAlias = Circuit | PreparesState


@dataclass(frozen=True)
class Binding:
    """An objective's configuration and everything that it is bound to.

    Attributes:
        config: the configuration, with no option left open.
        ansatz: the ansatz or the circuit, as given.
        circuit: its circuit.
        hamiltonian: what is measured.
        engine_config: the choice of engine.
        engine: the running engine.
    """

    config: ObjectiveConfig
    ansatz: AnsatzLike
    circuit: Circuit
    hamiltonian: Observable
    engine_config: EngineConfig
    engine: Engine


class Bindable:
    """A configuration whose constructor can bind it at once.

    ``CVaR(ansatz, hamiltonian, alpha=0.2)`` is short for ``CVaR(alpha=0.2).bind(ansatz,
    hamiltonian)`` and returns the bound objective, which is not an instance of `CVaR`.
    """

    if TYPE_CHECKING:
        # The constructor may return a bound objective, for which type checkers have no words.
        def __call__(self, x: ArrayLike) -> float:
            """Return the value of the bound objective at `x`."""

        def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class ObjectiveConfig(Bindable, Statistic, ABC):
    """A configured objective: a statistic of the measured values, to be minimized.

    To add one, write a frozen dataclass in one file, decorated with `configured`, with `kind`,
    `summary` and `at`, and name it in `registry.py`. Its fields are its options.

    ``Kind(**options)`` is the configuration, ``Kind(**options).bind(ansatz, hamiltonian)`` the
    `Objective` to minimize, and ``Kind(ansatz, hamiltonian, **options)`` is short for the latter.

    Class attributes:
        kind: the name in `OBJECTIVES`.
        summary: one line that says when to choose it.
        source: the publication, where there is one.
        label: words for the number that is shown, with ``{value}`` for the name of the value.
        is_probability: whether minus the value is a probability, which is shown instead.
        is_energy: whether values are in the Hamiltonian's unit; else they are pure numbers.
        is_linear: whether it is linear in the probabilities, so that it is a trigonometric
            polynomial of each parameter.
        needs: the capabilities of an engine that gives exact values.
        needs_diagonal: whether the Hamiltonian has to be diagonal.
    """

    kind: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str] = ""
    label: ClassVar[str] = "objective"
    is_probability: ClassVar[bool] = False
    is_energy: ClassVar[bool] = True
    is_linear: ClassVar[bool] = False
    needs: ClassVar[tuple[type, ...]] = (SupportsDistribution,)
    needs_diagonal: ClassVar[bool] = True

    if TYPE_CHECKING:

        def __init__(
            self,
            ansatz: AnsatzLike | None = None,
            hamiltonian: HamiltonianLike | None = None,
            *,
            engine: EngineLike = AUTO,
            precision: str | None = None,
            threads: int | None = None,
            **options: Any,
        ) -> None: ...

    else:

        def __new__(
            cls,
            ansatz=None,
            hamiltonian=None,
            *,
            engine=AUTO,
            precision=None,
            threads=None,
            **options,
        ):
            """Return a configuration, or a bound objective where an ansatz is given."""
            check_options(cls, options)
            if ansatz is None and hamiltonian is None:
                return super().__new__(cls)
            return cls(**options).bind(
                ansatz, hamiltonian, engine=engine, precision=precision, threads=threads
            )

    def bind(
        self,
        ansatz: AnsatzLike,
        hamiltonian: HamiltonianLike,
        *,
        engine: EngineLike = AUTO,
        precision: str | None = None,
        threads: int | None = None,
    ) -> Objective:
        """Return the objective of an ansatz and a Hamiltonian, computed exactly.

        Args:
            ansatz: prepares the state: a `Circuit`, or an object with a `circuit`.
            hamiltonian: what is measured: a `PauliSum`, an `Ising`, an `ElectronicHamiltonian`,
                or a problem.
            engine: ``"auto"``, a name of `ENGINES`, or a configured engine.
            precision: shortcut for the engine's option, ``"double"`` or ``"single"``.
            threads: shortcut for the engine's option; all cores by default.

        Raises:
            ParameterError: an argument is of another type, or the Hamiltonian does not suit.
            DimensionError: ansatz and Hamiltonian differ in width.
            EngineError: no engine can run this circuit, or it gives samples only.
            CapacityError: the state does not fit in memory.
        """
        return self.evaluator(
            self.binding(
                ansatz,
                hamiltonian,
                engine=resolve_engine(engine, precision=precision, threads=threads),
                needs=self.needs,
            )
        )

    def binding(
        self,
        ansatz: AnsatzLike,
        hamiltonian: HamiltonianLike,
        *,
        engine: EngineConfig,
        needs: tuple[type, ...],
        prefers: tuple[type, ...] = (),
    ) -> Binding:
        """Check the arguments of `bind` and return them with a running engine.

        Args:
            ansatz: see `bind`.
            hamiltonian: see `bind`.
            engine: the choice of engine.
            needs: capabilities that the engine must have.
            prefers: see `choose_engine`.
        """
        if isinstance(ansatz, Ansatz) and isinstance(hamiltonian, Problem):
            observable = ansatz.measured(hamiltonian)
        else:
            observable = as_observable(hamiltonian)
        circuit = circuit_of(ansatz)
        if circuit.n_qubits != observable.n_qubits:
            raise DimensionError(
                f"the ansatz has {circuit.n_qubits} qubits and the Hamiltonian "
                f"{observable.n_qubits}: the widths must agree",
                argument="hamiltonian",
            )
        self.check_hamiltonian(observable)
        running = choose_engine(circuit, observable, engine=engine, needs=needs, prefers=prefers)
        config = self.completed(observable)
        return Binding(config, ansatz, circuit, observable, engine, running)

    def check_hamiltonian(self, hamiltonian: Observable) -> None:
        """Raise unless this objective is defined for `hamiltonian`.

        Raises:
            ParameterError: it needs a diagonal Hamiltonian, and this one is not.
        """
        if not self.needs_diagonal:
            return
        if not isinstance(hamiltonian, PauliSum) or not hamiltonian.is_diagonal:
            raise ParameterError(
                f"the {self.kind} objective needs the value of each basis state, and this "
                "Hamiltonian is not diagonal (it has X or Y terms)",
                argument="objective",
                value=self.kind,
                remedy=("use ", Setting("objective", "expectation")),
            )

    def completed(self, hamiltonian: Observable) -> Self:
        """Return this configuration with defaults that depend on `hamiltonian` filled in."""
        return self

    def statistic(self, binding: Binding) -> Statistic:
        """Return the function of the distribution: this object by default."""
        return self

    def evaluator(self, binding: Binding) -> Objective:
        """Return the objective with exact values on the engine of `binding`.

        Raises:
            EngineError: the engine has not the capabilities `needs`.
        """
        from hybridq.objectives.distribution import distribution_objective

        return distribution_objective(binding)

    @classmethod
    def shown_sign(cls, sign: float) -> float:
        """Return the factor from the minimized value to the one that is shown.

        Args:
            sign: of the problem, for values in its unit.
        """
        if cls.is_energy:
            return sign
        return -1.0 if cls.is_probability else 1.0

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """Return the names of all options."""
        return tuple(field.name for field in fields(cls))

    def describe(self) -> dict[str, Any]:
        """Return kind and options as plain values."""
        options = {name: getattr(self, name) for name in self.option_names()}
        return {"kind": self.kind, **options}


def circuit_of(ansatz: AnsatzLike) -> Circuit:
    """Return the circuit of an ansatz, or the circuit itself.

    Raises:
        ParameterError: it is neither.
    """
    if isinstance(ansatz, Circuit):
        return ansatz
    if isinstance(ansatz, PreparesState) and isinstance(ansatz.circuit, Circuit):
        return ansatz.circuit
    raise ParameterError(
        argument="ansatz",
        value=ansatz,
        expected="a Circuit or an ansatz such as UCCSD",
        remedy="options of an objective are keywords, as in CVaR(alpha=0.2)",
    )
