"""The parts of a docstring, read for help pages."""

from __future__ import annotations

from hybridq.core.docstrings import parse_docstring, read_docstring, without_markup
from hybridq.core.options import of_dataclass, of_function
from hybridq.optimizers import OPTIMIZERS


class _Base:
    """Base.

    Args:
        size: the size, of
            several lines.
        low, high: bounds.
    """


class _Derived(_Base):
    r"""A `Thing` with :math:`e^x`.

    More about it.

    Prefer it for tests.
    Cost: none.

    Args:
        size: see the base class.
        low: the least ``value``.

    Source: Nobody 1900.
    """


def test_every_part_is_one_line_without_markup() -> None:
    found = read_docstring(_Derived)
    assert found.title == "A Thing with e^x."
    assert (found.prefer, found.cost) == ("Prefer it for tests.", "Cost: none.")
    assert found.source == "Nobody 1900."


def test_arguments_of_base_classes_are_inherited_and_overridden() -> None:
    arguments = read_docstring(_Derived).arguments
    assert arguments["size"] == "the size, of several lines."
    assert (arguments["low"], arguments["high"]) == ("the least value.", "bounds.")


def test_an_empty_docstring_has_empty_parts() -> None:
    found = parse_docstring("")
    assert (found.title, found.arguments) == ("", {})
    assert without_markup("``a``  `b`") == "a b"


def test_options_of_functions_and_dataclasses_take_their_help_from_it() -> None:
    def function(*, count: int = 3) -> None:
        """Do nothing.

        Args:
            count: how often; no limit.
        """

    (option,) = of_function(function)
    assert (option.name, option.type, option.default) == ("count", int, 3)
    assert option.help == "how often; no limit."
    assert all(option.help for kind in OPTIMIZERS.values() for option in of_dataclass(kind))
