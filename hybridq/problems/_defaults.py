"""Defaults of problem families: checks of option names, data of small examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import ParameterError, Setting, UnknownNameError

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

_RING = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 0))


def check_names(kind: str, own: Sequence[str], given: Iterable[str]) -> None:
    """Raise for the first name that is not an option.

    Args:
        kind: the family.
        own: the names of its options.
        given: the names to check.

    Raises:
        UnknownNameError: the message offers the nearest option.
        ParameterError: the family has no options at all.
    """
    for name in given:
        if name in own:
            continue
        if not own:
            raise ParameterError(
                f"{kind} has no options, and {name} is given",
                argument=name,
                remedy=("leave out ", Setting(name)),
            )
        raise UnknownNameError(f"option of {kind}", name, own, argument=name)


def example_data(family: type[Problem]) -> Any:
    """Return small data for a family: a ring, or four numbers.

    Raises:
        ParameterError: the shape is another one.
    """
    shape = family.reads[0] if family.reads else None
    if shape == "graph":
        import networkx as nx

        return nx.Graph(_RING)
    if shape == "numbers":
        return (5, 3, 2, 4)
    raise ParameterError(f"{family.__name__} has no example: override its example()")
