"""Which options of the command line belong to which ansatz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hybridq.cli.options import check_option
from hybridq.core.errors import ParameterError

ADAPT = "adapt"
# Options of Python that have no place on a command line.
_INTERNAL = ("progress", "final_rotations")


def chosen_ansatz(name: str | None) -> str | None:
    """The ansatz in its registered spelling, or None for the problem's own.

    Raises:
        ParameterError: there is no such ansatz.
    """
    from hybridq.ansatz.registry import ANSATZE

    if name is None or name in ANSATZE:
        return None if name is None else ANSATZE.canonical(name)
    return check_option("--ansatz", name, (*ANSATZE, ADAPT))


def check_belongs(ansatz: str, given: Mapping[str, Any], *, why: str = "") -> None:
    """Refuse an option that the ansatz does not have.

    Args:
        ansatz: its registered name.
        given: the options that were set, as Python spells them.
        why: where the ansatz comes from, if nobody asked for it by name.

    Raises:
        ParameterError: the first option that is not its own; those that are, are listed.
    """
    own = [name for name in _options(ansatz) if name not in _INTERNAL]
    for option in given:
        if option not in own:
            listed = ", ".join(map(spelled, own)) or "no options of its own"
            raise ParameterError(
                f"{spelled(option)} does not belong to --ansatz {ansatz}{why}, which takes {listed}"
            )


def spelled(option: str) -> str:
    """An option as the command line spells it."""
    return f"--{option.replace('_', '-')}"


def _options(ansatz: str) -> tuple[str, ...]:
    if ansatz == ADAPT:
        from hybridq.solver.adapt import OPTIONS

        return OPTIONS
    from hybridq.ansatz.registry import ANSATZE

    return ANSATZE[ansatz].options
