"""Mixers by name."""

from __future__ import annotations

from functools import partial

from hybridq.ansatz.mixers.base import Mixer
from hybridq.ansatz.mixers.blocks import Blocks
from hybridq.ansatz.mixers.grover import Grover
from hybridq.ansatz.mixers.x import X
from hybridq.ansatz.mixers.xy import XYComplete, XYRing
from hybridq.core.configured import remedy_for_class
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.registry import Registry, check_class

MIXERS: Registry[type[Mixer]] = Registry(
    "mixer",
    {mixer.kind: mixer for mixer in (X, XYRing, XYComplete, Grover)},
    group="hybridq.mixers",
    check=partial(check_class, base=Mixer, name_field="kind", texts=("summary",)),
)


def require_x_mixer(strategy: str, mixer: Mixer) -> None:
    """Raise if a strategy whose circuits have the X mixer is given another one.

    Raises:
        ParameterError: the mixer is not `X`.
    """
    if mixer != X():
        raise ParameterError(
            ("the strategy ", repr(strategy), " builds circuits with the X mixer"),
            argument="mixer",
            value=mixer.kind,
            remedy=("use ", Setting("mixer", "x"), " or another strategy"),
        )


def mixer_for(mixer: str | Mixer, n_qubits: int, blocks: Blocks = ()) -> Mixer:
    """Return a mixer for a problem, from its name or a configured object.

    Args:
        mixer: a name of `MIXERS`, or a mixer.
        n_qubits: width of the circuit.
        blocks: groups of qubits of which the problem wants exactly one to be 1.

    Raises:
        UnknownNameError: no mixer of that name.
        ParameterError: not a mixer, or the problem lacks what the mixer needs.
        DimensionError: the mixer's blocks name a qubit out of range.
    """
    chosen = MIXERS[mixer]() if isinstance(mixer, str) else mixer
    if not isinstance(chosen, Mixer):
        raise ParameterError(
            argument="mixer",
            value=mixer,
            expected=f"a Mixer or one of the names {', '.join(MIXERS)}",
            remedy=remedy_for_class(mixer, Mixer, "a mixer"),
        )
    missing = chosen.lacks(blocks)
    if missing is not None:
        fitting = [name for name, kind in MIXERS.items() if kind().lacks(blocks) is None]
        choices: list[str | Setting] = []
        for name in fitting:
            choices += [" or " if choices else "", Setting("mixer", name)]
        raise ParameterError(
            ("mixer ", repr(chosen.kind), f" needs {missing}, which the problem does not have"),
            argument="mixer",
            value=chosen.kind,
            remedy=(
                *("choose ", *choices),
                "; in Python a mixer can have blocks of its own, as in XYRing(blocks=((0, 1),))",
            ),
        )
    return chosen.fitted(n_qubits, blocks)
