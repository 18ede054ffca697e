"""A file or a word given to the wrong command: name the right one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import FormatError, Setting

if TYPE_CHECKING:
    from hybridq.problems.base import Problem


_NAME_IT = ("name its format by ", Setting("format"))
_MOST_NAMED = 2  # commands; a graph is read by a dozen families


@contextmanager
def naming_the_right_command(
    path: str, family: type[Problem], format: str | None = None
) -> Iterator[None]:
    """Add the commands that read a file to the error of the wrong one.

    Args:
        path: the input; standard input can be read only once.
        family: the family of the command that is running.
        format: the format that was asked for; its own errors say more.
    """
    try:
        yield
    except FormatError as error:
        if format is not None:
            raise
        from hybridq.problems.formats import SHAPES, shape_of

        shape = shape_of(path)
        if shape is None or shape in family.reads:
            raise
        wanted = " or ".join(SHAPES.get(each, each) for each in family.reads)
        kinds = families_that_read(shape)
        if not kinds:
            raise
        commands = " or ".join(f"'hybridq solve {kind}'" for kind in kinds[:_MOST_NAMED])
        many = len(kinds) > _MOST_NAMED
        commands += f", or another of the {len(kinds)} families that read it" if many else " for it"
        remedy = error.remedy or ()
        others = [remedy] if isinstance(remedy, str) else remedy
        raise FormatError(
            f"the file holds {SHAPES.get(shape, shape)}, not {wanted}",
            remedy=(f"use {commands}, or ", *(others or _NAME_IT)),
            source=error.source,
        ) from error


def families_that_read(shape: str) -> list[str]:
    """Return the kinds of the families that read data of a shape."""
    from hybridq.problems import PROBLEMS

    return [kind for kind, family in PROBLEMS.items() if shape in family.reads]


def suggestion(path: str) -> str | None:
    """Return the commands that read a file, None if none does."""
    from hybridq.problems.formats import shape_of

    shape = shape_of(path)
    kinds = [] if shape is None else families_that_read(shape)
    named = [f"'hybridq solve {kind} {path}'" for kind in kinds[:_MOST_NAMED]]
    if len(kinds) > _MOST_NAMED:
        named.append("another of 'hybridq list problems'")
    return " or ".join(named) or None


def places(own: str, commands: Mapping[str, Any], name: str) -> list[str]:
    """Return the commands of this name in groups: ``'hybridq experiments compare'``.

    Args:
        own: the name of the program, ``hybridq``.
        commands: its commands by name, of which groups have commands of their own.
        name: the unknown one.
    """
    return [
        f"'{own} {group} {name}'"
        for group, command in commands.items()
        if name in getattr(command, "commands", {})
    ]
