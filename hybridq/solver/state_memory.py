"""Memory of the states of a search, checked before any work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.ansatz.mixers import fitting_mixers
from hybridq.core import memory
from hybridq.core.errors import CapacityError, Setting
from hybridq.engines.noisy import NoisyEngine

if TYPE_CHECKING:
    from hybridq.ansatz.qaoa import QAOA
    from hybridq.engines.config import EngineConfig
    from hybridq.operators.feasible import FeasibleSpace
    from hybridq.solver.settings import SolveSettings

_GIB = 2**30
_FEW_STATES = 10**7  # feasible states that are simulated with ease
_AMPLITUDE = {"double": 16, "single": 8}  # bytes


def _check_width(name: str, n_qubits: int, engine: EngineConfig) -> None:
    """Raise for more qubits than a named engine without noise ever takes.

    Args:
        name: of the instance.
        n_qubits: of the circuit.
        engine: that runs it.

    Raises:
        CapacityError: it takes fewer.
    """
    if isinstance(engine, NoisyEngine) or engine.most_qubits is None:
        return
    if n_qubits > engine.most_qubits:
        raise CapacityError(
            f"{name} has {n_qubits} qubits, and the {engine.name} engine takes at most "
            f"{engine.most_qubits}"
        )


def check_states(
    name: str, ansatz: QAOA, settings: SolveSettings, space: FeasibleSpace | None = None
) -> None:
    """Raise if the states of a search by QAOA do not fit in the memory that is free.

    Args:
        name: of the instance.
        ansatz: with the X mixer; other mixers run on engines that check for themselves.
        settings: engine, precision and optimizer.
        space: the feasible states of the problem, which other mixers simulate alone.

    Raises:
        CapacityError: they do not fit; the message names the settings that do.
    """
    precision = settings.engine.options().get("precision")
    if not ansatz.mixer.has_tables:
        return
    if settings.engine.name not in ("auto", "diagonal") or precision not in _AMPLITUDE:
        _check_width(name, ansatz.n_qubits, settings.engine)
        return
    half = not ansatz.ising.has_odd_terms and ansatz.n_qubits > 1
    try:
        check_memory(
            name,
            ansatz.n_qubits,
            precision,
            gradient=settings.optimizer.uses_gradient,
            half=half,
        )
    except CapacityError as error:
        fitting = [each for each in fitting_mixers(space) if each not in ("x", ansatz.mixer.kind)]
        if space is None or not fitting or space.count(_FEW_STATES) > _FEW_STATES:
            raise
        fitting.sort(key=lambda each: each == "grover")  # which ignores neighbours
        raise CapacityError(
            error.message,
            remedy=(
                Setting("mixer", fitting[0]),
                f" simulates {space.dim:,} feasible states alone",
            ),
        ) from None


def check_memory(name: str, n_qubits: int, precision: str, *, gradient: bool, half: bool) -> None:
    """Raise if one state, or two with gradients, of 2**n amplitudes do not fit.

    Args:
        name: of the instance.
        n_qubits: n.
        precision: ``"double"`` or ``"single"``.
        gradient: whether the search holds two states.
        half: whether the cost is spin-flip symmetric, so that half the amplitudes suffice.

    Raises:
        CapacityError: they do not fit.
    """
    states = 2 if gradient else 1
    needed = states * _AMPLITUDE[precision] << (n_qubits - half)
    if needed <= memory.ALWAYS_FREE:
        return
    free = memory.available_bytes()
    if free is None:
        return
    largest = _largest(free, states * _AMPLITUDE[precision], half)
    if n_qubits <= largest:
        return
    tries: list[tuple[tuple[Setting, ...], int]] = []
    single, cheap = Setting("precision", "single"), Setting("optimizer", "cobyla")
    if precision == "double":
        tries.append(((single,), states * 8))
    if gradient:
        tries.append(((cheap,), _AMPLITUDE[precision]))
        if precision == "double":
            tries.append(((single, cheap), 8))
    message: list[str | Setting] = [
        f"{name} has {n_qubits} qubits: simulating it takes {_size(needed)}, "
        f"{free / _GIB:.3g} are free{memory.limited_by()}; up to {largest} qubits fit"
    ]
    for chosen, unit in tries:
        fits = _largest(free, unit, half)
        if fits >= n_qubits:
            listed: list[str | Setting] = []
            for each in chosen:
                listed += [" and " if listed else "", each]
            message += [f" ({fits} with ", *listed, ")"]
            break
    raise CapacityError(tuple(message))


def _largest(free: int, unit: int, half: bool) -> int:
    """Return the largest n with `unit` bytes per amplitude in `free`, or 0."""
    return max((free // unit).bit_length() - 1 + half, 0)


def _size(needed: int) -> str:
    """Return bytes in GiB, as a power of two where a float would overflow."""
    exponent = needed.bit_length() - 31
    return f"{needed / _GIB:.4g} GiB" if exponent < 20 else f"2**{exponent} GiB"
