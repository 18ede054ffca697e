"""A file or a word given to the wrong command: which one is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hybridq.core.errors import FormatError, HybridqError

_MOST = 1 << 20  # bytes that are read to find out
_FCIDUMP = re.compile(r"^[ \t]*+[&$]FCI\b", re.IGNORECASE | re.MULTILINE)
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
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError):
        return None
    if _FCIDUMP.search(text) or path.lower().endswith(".xyz"):
        return "molecule"
    if _is_hamiltonian(text):
        return "hamiltonian"
    return "maxcut" if _is_graph(text, path) else None


def _is_hamiltonian(text: str) -> bool:
    from hybridq.problems.formats.pauli_sums import parse_hamiltonian

    try:
        parse_hamiltonian(text)
    except HybridqError:
        return False
    return True


def _is_graph(text: str, path: str) -> bool:
    from hybridq.problems.formats import parse_graph

    try:
        graph = parse_graph(text, source=path)
    except HybridqError:
        return False
    # Any two words on a line are an edge; between numbers, or in a graph's own format, it is meant.
    return text.lstrip()[:1] in "{<%" or all(isinstance(node, int) for node in graph)
