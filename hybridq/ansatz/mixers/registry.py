"""Mixers by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hybridq.ansatz.mixers import bit_flip, transposition, xy
from hybridq.ansatz.mixers.base import Mixer
from hybridq.ansatz.mixers.grover import Grover
from hybridq.ansatz.mixers.x import X
from hybridq.core.configured import named_or_configured
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.registry import Registry, check_class

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace

_ALL: tuple[type[Mixer], ...] = (
    X,
    *(xy.XYRing, xy.XYComplete, xy.XYChain),
    Grover,
    bit_flip.BitFlip,
    *(transposition.Transposition, transposition.AdjacentTransposition),
    *(xy.XYRingTrotter, xy.XYCompleteTrotter, xy.XYChainTrotter),
    bit_flip.BitFlipTrotter,
    *(transposition.TranspositionTrotter, transposition.AdjacentTranspositionTrotter),
)

MIXERS: Registry[type[Mixer]] = Registry(
    "mixer",
    {mixer.kind: mixer for mixer in _ALL},
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


def default_mixer(names: Iterable[str], space: FeasibleSpace | None) -> str:
    """Return the first mixer that a problem has all parts for, x without constraints.

    Another encoding, or slack bits, may leave a problem without the blocks of its first mixer.

    Args:
        names: mixers that suit the family, the default first.
        space: the feasible states of the problem, None without constraints.
    """
    fitting = (name for name in names if space is not None and MIXERS[name]().lacks(space) is None)
    return next(fitting, X.kind)


def mixer_for(
    mixer: str | Mixer,
    n_qubits: int,
    space: FeasibleSpace | None = None,
    *,
    confined: bool = False,
    other: Sequence[str | Setting] = (),
) -> Mixer:
    """Return a mixer for a problem, from its name or a configured object.

    Args:
        mixer: a name of `MIXERS`, or a mixer.
        n_qubits: width of the circuit.
        space: the feasible states of the problem, None without constraints.
        confined: True if the cost has no penalty for some constraint, so that states must stay
            feasible.
        other: remedy of a confined problem in place of another mixer, () for none.

    Raises:
        UnknownNameError: no mixer of that name.
        ParameterError: not a mixer, the problem lacks what the mixer needs, or the mixer leaves
            the feasible states of a confined problem.
        DimensionError: an option of the mixer names a qubit out of range.
    """
    mixer = named_or_configured(
        mixer,
        Mixer,
        argument="mixer",
        expected=f"a Mixer or one of the names {', '.join(MIXERS)}",
        made="a mixer",
    )
    chosen = MIXERS[mixer]() if isinstance(mixer, str) else mixer
    missing = chosen.lacks(space)
    if missing is not None:
        raise ParameterError(
            ("mixer ", repr(chosen.kind), f" needs {missing}, which the problem does not have"),
            argument="mixer",
            value=chosen.kind,
            remedy=(
                *("choose ", *_choices(space, confined)),
                "; in Python a mixer can have blocks of its own, as in XYRing(blocks=((0, 1),))",
            ),
        )
    fitted = chosen.fitted(n_qubits, space)
    if confined and space is not None and not fitted.confines_to(space):
        raise ParameterError(
            (
                *("mixer ", repr(chosen.kind), " leaves the feasible states, and the cost of "),
                "this problem has no penalty for them",
            ),
            argument="mixer",
            value=chosen.kind,
            remedy=("choose ", *_choices(space, confined), *((", or ", *other) if other else ())),
        )
    return fitted


def fitting_mixers(space: FeasibleSpace | None, *, confined: bool = False) -> tuple[str, ...]:
    """Return the names of the mixers that fit a problem with these feasible states."""
    found = []
    for name, kind in MIXERS.items():
        mixer = kind()
        if mixer.lacks(space) is None and (
            not confined or space is None or mixer.fitted(space.n_qubits, space).confines_to(space)
        ):
            found.append(name)
    return tuple(found)


def _choices(space: FeasibleSpace | None, confined: bool) -> list[str | Setting]:
    """Return the mixers that fit, for a message."""
    choices: list[str | Setting] = []
    for name in fitting_mixers(space, confined=confined):
        choices += [" or " if choices else "", Setting("mixer", name)]
    return choices
