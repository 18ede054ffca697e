"""The contract of a mitigation, and results that say what they are worth."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from hybridq.backends.base import Compilation
from hybridq.circuits.circuit import Circuit
from hybridq.core.configured import Configured
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.measurement.execution import Execute
    from hybridq.measurement.plans import Plan
    from hybridq.noise import NoiseModel


Compiler: TypeAlias = Callable[[Circuit], Compilation]
"""Returns a circuit as a machine runs it; equal circuits are compiled once."""


class Label(StrEnum):
    """Worth of a mitigated value.

    Attributes:
        UNBIASED: its mean is the value without noise, if the noise is as stated.
        BIASED: its mean is nearer to that value in known cases, and nothing bounds the rest.
        BOUNDED: the value without noise lies between the bounds, if the noise is as stated.
    """

    UNBIASED = "unbiased"
    BIASED = "biased"
    BOUNDED = "bounded"


@dataclass(frozen=True)
class Cost:
    """The executions of a mitigated value, known before they run.

    Attributes:
        circuits: number of circuits.
        shots: number of shots of all circuits.
        overhead: factor by which the variance of an estimate grows at equal shots; None where it
            depends on the measurements.
    """

    circuits: int
    shots: int
    overhead: float | None = None


@dataclass(frozen=True)
class Mitigated:
    """A value from measurements with noise, corrected or bounded.

    Attributes:
        value: the estimate; of bounds the value as measured.
        standard_error: from the shots, the correction's amplification included.
        label: what it is worth.
        method: name in `MITIGATIONS`.
        statement: the condition of the label.
        raw: the value as measured, without the mitigation; None where it was not measured.
        shots: number of shots of all circuits.
        circuits: number of circuits.
        bounds: lower and upper bound on the value without noise, None without.
        facts: further plain values, such as the fit of an extrapolation.
    """

    value: float
    standard_error: float
    label: Label
    method: str
    statement: str
    raw: float | None
    shots: int
    circuits: int
    bounds: tuple[float, float] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mitigation(Configured, ABC):
    """A way to correct measured values for noise; its fields are its options.

    To add one: write such a class in a file of its own and name it in `registry.py`.

    Class attributes:
        name: the name in `MITIGATIONS`.
        summary: one line that says when to choose it.
        label: what its values are worth.
        source: the paper.
        reads_plan: whether it runs the circuits and shots of the plan itself, perhaps with others.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    label: ClassVar[Label]
    source: ClassVar[str] = ""
    reads_plan: ClassVar[bool] = False

    def prepare(self) -> None:
        """Raise before any work where a package is missing.

        Raises:
            MissingExtraError: it is not installed.
            BackendError: it has another version than is needed.
        """
        return

    @abstractmethod
    def measure(
        self,
        plan: Plan,
        execute: Execute,
        noise: NoiseModel | None = None,
        rng: RandomLike = None,
    ) -> Mitigated:
        """Return the mitigated value of a measurement plan.

        Args:
            plan: with the circuit that prepares the state.
            execute: runs circuits; see `Execute`.
            noise: the noise as far as it is known.
            rng: source of random choices, such as those of twirls.

        Raises:
            ParameterError: the plan does not know the circuit, the noise is not known as far as
                needed, or the mitigation would cost more than its options allow.
        """

    def measure_on(
        self, plan: Plan, execute: Execute, compiler: Compiler, rng: RandomLike = None
    ) -> Mitigated:
        """Return the mitigated value on a machine that compiles each circuit.

        Args:
            plan: with the circuit that prepares the state.
            execute: runs circuits; see `Execute`.
            compiler: returns a circuit as the machine runs it, with its noise where that is known.
            rng: source of random choices.

        Raises:
            ParameterError: as `measure`; or the machine runs the circuits in a way for which the
                mitigation does not hold.
        """
        return self.measure(plan, execute, None, rng)

    def cost_on(self, plan: Plan, compiler: Compiler) -> Cost:
        """Return circuits, shots and overhead of `measure_on`, without an execution.

        Raises:
            ParameterError: as `measure_on`.
        """
        return self.cost(plan)

    @abstractmethod
    def cost(self, plan: Plan, noise: NoiseModel | None = None) -> Cost:
        """Return circuits, shots and overhead, without an execution.

        Raises:
            ParameterError: as `measure`.
        """


def check_prepared(plan: Plan) -> None:
    """Raise for a plan without the circuit that prepares the state.

    Raises:
        ParameterError: it has none.
    """
    if plan.preparation is None:
        raise ParameterError(
            "the plan does not know the circuit that prepares the state",
            argument="plan",
            remedy="make it with the circuit",
        )


def known_noise(name: str, noise: NoiseModel | None) -> NoiseModel:
    """Return the noise model, which the mitigation of this name needs.

    Raises:
        ParameterError: there is none.
    """
    if noise is None:
        raise ParameterError(
            argument="noise",
            value=noise,
            expected=f"a NoiseModel for {name}",
            remedy="give the noise that the machine is known to have",
        )
    return noise


def kept_on_qubits(
    name: str, plan: Plan, compiler: Compiler, further: Callable[[Circuit], Sequence[Circuit]]
) -> list[Circuit]:
    """Return each circuit of a plan so that further ones run on the same qubits.

    Args:
        name: of the mitigation.
        plan: its circuits.
        compiler: see `Mitigation.measure_on`.
        further: makes the further circuits of one.

    Returns:
        the circuits as the machine runs them, on their places, or as written where it takes none.

    Raises:
        ParameterError: the machine's compiler puts further circuits on other qubits, or the service
            compiles them again.
    """
    found = []
    for circuit in plan.circuits:
        compiled = compiler(circuit)
        if compiled.compiled_again:
            raise ParameterError(
                f"{name} compares circuits, and the service compiles each of them again, to gates "
                "and qubits that are not known",
                argument="mitigate",
                value=name,
                remedy="measure without it",
            )
        found.append(compiled.placed(circuit))
        if found[-1] is circuit:
            check_same_qubits(name, [compiled, *map(compiler, further(circuit))])
    return found


def check_same_qubits(name: str, compiled: Sequence[Compilation]) -> None:
    """Raise where circuits are known to lie on different qubits.

    Raises:
        ParameterError: they do not, so that errors of one say nothing of those of another.
    """
    layouts = {each.layout for each in compiled if each.layout}
    if len(layouts) > 1:
        raise ParameterError(
            f"{name} compares circuits, and the machine's compiler puts them on different qubits",
            argument="mitigate",
            value=name,
            remedy="use readout, whose errors are then those of each circuit's own qubits",
        )


def known_on(name: str, plan: Plan, compiler: Compiler) -> list[tuple[Compilation, NoiseModel]]:
    """Return each circuit of a plan as the machine runs it, with its noise.

    Raises:
        ParameterError: the errors of a circuit are not known.
    """
    found = []
    for circuit in plan.circuits:
        compiled = compiler(circuit)
        found.append((compiled, known_noise(name, compiled.noise)))
    return found
