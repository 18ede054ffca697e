"""Base of engine configurations: frozen objects that make running engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.core import memory
from hybridq.core.configured import Configured
from hybridq.core.errors import CapacityError

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable


@dataclass(frozen=True, kw_only=True)
class EngineConfig(Configured, ABC):
    """A configured engine; its fields are its options, checked when it is made.

    To add an engine, write such a class and a subclass of `Engine` in one file, and name the
    configuration in `ENGINES` (or in the entry points ``hybridq.engines`` of another package).
    The running class needs only the capabilities that it has (`hybridq.engines.protocols`).

    Class attributes:
        name: the plain name, as in Python, on the command line and in YAML.
        summary: one line that says when to choose it.
        source: the publication, where there is one.
        automatic: whether ``engine="auto"`` may choose it. For exact engines only: a choice that
            the caller did not make must not change the results.
        most_qubits: the width of circuits that it takes at most; None without a fixed limit.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str] = ""
    automatic: ClassVar[bool] = False
    holds_state: ClassVar[bool] = True
    most_qubits: ClassVar[int | None] = None

    @abstractmethod
    def bind(self, circuit: Circuit, observable: Observable) -> Engine:
        """Return an engine that runs `circuit` and measures `observable`.

        Raises:
            EngineError: this engine cannot run the circuit.
            CapacityError: the work does not fit in memory.
        """

    def for_any_circuit(self) -> EngineConfig:
        """Return a configuration for variants of a circuit, such as shifted parameters.

        An engine for circuits of a special form returns a general one with the same options.
        """
        return self

    def candidates(self) -> Iterator[EngineConfig]:
        """Yield the configurations to try in order: this one alone, except for ``"auto"``."""
        yield self

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """Return the names of all options."""
        return tuple(field.name for field in fields(cls))

    def options(self) -> dict[str, Any]:
        """Return all options with their values."""
        return {name: getattr(self, name) for name in self.option_names()}

    def decisive_options(self) -> dict[str, Any]:
        """Return the options that decide values, by which a journal knows the engine.

        A journal has the precision next to the engine, so it is left out.
        """
        found = self.options()
        return {name: found[name] for name in found if name not in ("precision", "threads")}


def too_wide(engine: str, n_qubits: int, most: int) -> CapacityError:
    """Return the error for more qubits than an engine takes on any machine."""
    free = memory.available_bytes()
    have = f", and {free / 2**30:.3g} GiB of memory are free" if free else ""
    return CapacityError(
        f"{n_qubits} qubits are too many to simulate exactly: the limit of the {engine} engine is "
        f"{most} qubits{have}",
        argument="n_qubits",
        value=n_qubits,
        remedy="use a smaller problem",
    )
