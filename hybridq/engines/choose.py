"""Choosing an engine: by name, as a configured object, or the first that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from hybridq.core.configured import named_or_configured
from hybridq.core.errors import (
    CapacityError,
    EngineError,
    ParameterError,
    Setting,
    UnknownNameError,
)
from hybridq.core.registry import Registry, check_class
from hybridq.engines.config import EngineConfig, too_wide
from hybridq.engines.noisy import Density, Trajectories
from hybridq.engines.simulators import (
    P1,
    Diagonal,
    Distributed,
    LightCone,
    Sector,
    Simulator,
    Statevector,
    Subspace,
)

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable
    from hybridq.noise import NoiseModel

AUTO = "auto"

EngineLike: TypeAlias = str | EngineConfig
"""The argument `engine`: ``"auto"``, a name of `ENGINES`, or a configured engine."""

_ALL: tuple[type[EngineConfig], ...] = (
    Diagonal,
    Subspace,
    Sector,
    Statevector,
    P1,
    LightCone,
    Density,
    Trajectories,
    Distributed,
)

ENGINES: Registry[type[EngineConfig]] = Registry(
    "engine",
    {each.name: each for each in _ALL},
    group="hybridq.engines",
    check=partial(check_class, base=EngineConfig, name_field="name", texts=("summary",)),
)
"""Engines by name, in the order in which ``"auto"`` tries them."""


@dataclass(frozen=True, kw_only=True)
class Auto(Simulator):
    """The first engine of `ENGINES` that can run the circuit, fastest first."""

    name: ClassVar[str] = AUTO
    summary: ClassVar[str] = "The fastest engine that can run the circuit."

    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return the first engine that can run `circuit`.

        Raises:
            EngineError: none can; the message gives the reason of each.
        CapacityError: the same, and one of the reasons is a lack of memory.
        """
        return choose_engine(circuit, observable, engine=self)

    def for_any_circuit(self) -> EngineConfig:
        """Return the statevector engine with the same options."""
        return Statevector(**self.options())

    def candidates(self) -> Iterator[EngineConfig]:
        """Yield each automatic engine of `ENGINES` with these options."""
        for kind in ENGINES.values():
            if kind.automatic:
                known = {name: getattr(self, name) for name in self.option_names()}
                yield kind(**{name: known[name] for name in kind.option_names() if name in known})


def resolve_engine(
    engine: EngineLike = AUTO,
    *,
    precision: str | None = None,
    threads: int | None = None,
    kernels: str | None = None,
    noise: NoiseModel | Mapping[str, Any] | str | None = None,
) -> EngineConfig:
    """Return the configuration that `engine` and the shortcuts stand for.

    Args:
        engine: ``"auto"``, a name of `ENGINES`, or a configured engine.
        precision: shortcut for the option of that name; None leaves the engine's own.
        threads: shortcut for the option of that name; None leaves the engine's own.
        kernels: shortcut for the option of that name; None leaves the engine's own.
        noise: shortcut for the option of that name; ``"auto"`` is then the exact engine
            ``"density"``.

    Raises:
        UnknownNameError: no engine of that name.
        ParameterError: `engine` is of another type, has no such option, or is configured
            otherwise.
    """
    shortcuts = {
        name: value
        for name, value in (
            ("precision", precision),
            ("threads", threads),
            ("kernels", kernels),
            ("noise", noise),
        )
        if value is not None
    }
    engine = named_or_configured(
        engine,
        EngineConfig,
        argument="engine",
        expected="'auto', a name of hybridq.engines.ENGINES or a configured engine such as "
        "hybridq.engines.Statevector(precision='single')",
        made="an engine",
    )
    if isinstance(engine, str):
        kind = _named(engine)
        if kind is Auto and noise is not None:
            kind = Density
        for name, value in shortcuts.items():
            if name not in kind.option_names():
                raise _no_such_option(kind.name, name, value)
        return kind(**shortcuts)
    for name, value in shortcuts.items():
        if name not in engine.option_names():
            raise _no_such_option(engine.name, name, value)
        if getattr(engine, name) != getattr(replace(engine, **{name: value}), name):
            raise ParameterError(
                argument=name,
                value=value,
                expected=f"{getattr(engine, name)!r}, as {engine!r} has it",
                remedy=("leave out ", Setting(name), " or change the engine"),
            )
    return engine


def _named(name: str) -> type[EngineConfig]:
    """Return the configuration class of that name, ``"auto"`` included."""
    if name.strip().lower() == AUTO:
        return Auto
    if name not in ENGINES:
        raise UnknownNameError("engine", name, [AUTO, *ENGINES], argument="engine")
    return ENGINES[name]


def _no_such_option(engine: str, name: str, value: object) -> ParameterError:
    """Return the error for a shortcut that is not an option of the engine."""
    remedy: tuple[str | Setting, ...] = ("leave out ", Setting(name))
    if name == "noise":
        remedy = ("use ", Setting("engine", "density"))
    return ParameterError(
        f"the {engine} engine does not take {name}", argument=name, value=value, remedy=remedy
    )


def choose_engine(
    circuit: Circuit,
    observable: Observable,
    *,
    engine: EngineLike = AUTO,
    precision: str | None = None,
    threads: int | None = None,
    needs: Sequence[type] = (),
    prefers: Sequence[type] = (),
) -> Engine:
    """Return a running engine for `circuit` and `observable`.

    Args:
        circuit: what runs.
        observable: what is measured.
        engine: ``"auto"`` for the first that can, a name of `ENGINES`, or a configured engine.
        precision: see `resolve_engine`.
        threads: see `resolve_engine`.
        needs: capabilities that the engine must have (`hybridq.engines.protocols`).
        prefers: further capabilities; an engine without them is taken where none has them.

    Raises:
        UnknownNameError: no engine of that name.
        EngineError: the engine cannot run this circuit, or lacks a capability.
        CapacityError: the work does not fit in memory; with ``"auto"``, no other engine can run
            the circuit, and the message has the reason of each.
    """
    from hybridq.engines.protocols import lacking

    config = resolve_engine(engine, precision=precision, threads=threads)
    refusals: list[tuple[EngineConfig, EngineError | CapacityError]] = []
    second: Engine | None = None
    for candidate in config.candidates():
        most, width = candidate.most_qubits, circuit.n_qubits
        try:
            if config.name == AUTO and most is not None and width > most:  # no modules to load
                raise too_wide(candidate.name, width, most)
            running = candidate.bind(circuit, observable)
        except (EngineError, CapacityError) as refusal:
            refusals.append((candidate, refusal))
            continue
        absent = next((each for each in needs if not isinstance(running, each)), None)
        if absent is not None:
            missing = lacking(candidate.name, absent, holds_state=running.holds_state)
            refusals.append((candidate, missing))
        elif all(isinstance(running, each) for each in prefers):
            return running
        else:
            second = second or running
    if second is not None:
        return second
    if config.name != AUTO:
        ((_, reason),) = refusals
        final = isinstance(reason, CapacityError) or reason.remedy is not None
        if final or config.for_any_circuit() == config:
            raise reason
        use = ("; use ", Setting("engine", "statevector"), " or ", Setting("engine", AUTO))
        raise EngineError((str(reason), *use), argument="engine", value=config.name) from None
    raise _no_engine(refusals)


def _no_engine(
    refusals: Sequence[tuple[EngineConfig, EngineError | CapacityError]],
) -> EngineError | CapacityError:
    """Return the error with the reason of each engine.

    It is a `CapacityError` where an engine could run the circuit with more memory. The reason of an
    engine without a state that lacks memory is enough: it names the circuits that fit.
    """
    for each, reason in refusals:
        if isinstance(reason, CapacityError) and not each.holds_state:
            without = CapacityError(reason.message, argument=reason.argument, value=reason.value)
            return CapacityError(
                ("no engine can hold the state of this circuit, and ", *without.text),
                remedy=reason.remedy,
            )
    message: list[str | Setting] = ["no engine can run this circuit:"]
    for each, reason in refusals:
        message += [f"\n  {each.name}: ", *reason.text]
    full = next((reason for _, reason in refusals if isinstance(reason, CapacityError)), None)
    if full is not None:
        return CapacityError(message, argument=full.argument, value=full.value)
    return EngineError(message, argument="engine", value=AUTO)
