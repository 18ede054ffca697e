"""A file or a word given to the wrong command: which one is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hybridq.core.errors import FormatError

_COMMANDS = {
    "graph": "maxcut",
    "integrals": "molecule",
    "geometry": "molecule",
    "pauli-sum": "hamiltonian",
}
_KINDS = {
    "maxcut": "a graph",
    "molecule": "a molecule",
    "hamiltonian": "a Hamiltonian",
}


@contextmanager
def naming_the_right_command(path: str, command: str) -> Iterator[None]:
    """Within the block, the refusal of a file that another command reads names that command.

    Args:
        path: the input; nothing is known of standard input once it is read.
        command: the one that is running.
    """
    try:
        yield
    except FormatError as error:
        other = _command_for(path)
        if other is None or other == command:
            raise
        raise FormatError(
            f"this is {_KINDS[other]}, not {_KINDS[command]}: use 'hybridq solve {other}' for it",
            source=error.source,
        ) from error


def suggestion(path: str) -> str | None:
    """The command that reads this file, ``'hybridq solve molecule FILE'``; None if none does."""
    command = _command_for(path)
    return None if command is None else f"'hybridq solve {command} {path}'"


def places(own: str, commands: Mapping[str, Any], name: str) -> list[str]:
    """The commands of this name in the groups below one: ``'hybridq experiments compare'``.

    Args:
        own: what was called, ``hybridq``.
        commands: its commands by name, of which groups have commands of their own.
        name: that it does not have.
    """
    return [
        f"'{own} {group} {name}'"
        for group, command in commands.items()
        if name in getattr(command, "commands", {})
    ]


def _command_for(path: str) -> str | None:
    """Return the command that reads the data of a file, None where it is unknown."""
    from hybridq.problems.formats import shape_of

    return _COMMANDS.get(shape_of(path) or "")
