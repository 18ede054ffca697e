"""Configured objects, whose classes refuse unknown options."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, Self, TypeVar

from hybridq.core.errors import ParameterError, UnknownNameError

T = TypeVar("T")


class UnknownOptionError(UnknownNameError, TypeError):
    """A class is called with an option that it does not have."""


class Configured:
    """Base of classes whose fields are options; refuses an unknown one."""

    def __new__(cls, *positional: Any, **options: Any) -> Self:
        """Return an object to be initialized.

        Raises:
            UnknownOptionError: the class does not take an option; the message names the nearest.
        """
        check_options(cls, options)
        return super().__new__(cls)


def check_options(cls: type, options: dict[str, Any]) -> None:
    """Raise for the first of `options` that the initializer of `cls` does not take.

    Raises:
        UnknownOptionError: the message names the nearest option.
    """
    if not options:
        return
    known = _options_of(cls)
    for name in options:
        if known is not None and name not in known:
            raise UnknownOptionError(f"option of {cls.__name__}", name, known, argument=name)


def remedy_for_class(value: object, base: type[Any], made: str) -> str | None:
    """Return the remedy for a class in the place of its object, None for other values.

    Args:
        value: the value that is not accepted.
        base: the base of the classes whose objects are.
        made: the object with its article, such as ``"an optimizer"``.
    """
    if isinstance(value, type) and issubclass(value, base):
        return f"call the class, which makes {made}"
    return None


def named_or_configured(
    value: object, base: type[T], *, argument: str, expected: str, made: str
) -> str | T:
    """Return a name, or a configured object, as it is given.

    Args:
        value: the choice.
        base: the base of the classes whose objects are accepted.
        argument: the argument that takes the choice, for errors.
        expected: the names and objects that are accepted, in words.
        made: the object with its article, such as ``"an optimizer"``.

    Raises:
        ParameterError: `value` is neither.
    """
    if isinstance(value, (str, base)):
        return value
    raise ParameterError(
        argument=argument,
        value=value,
        expected=expected,
        remedy=remedy_for_class(value, base, made),
    )


@cache
def _options_of(cls: type) -> tuple[str, ...] | None:
    """Return the names of the arguments of an initializer, None if it takes any."""
    initializer = cls.__init__  # type: ignore[misc]  # of this very class
    _, *parameters = inspect.signature(initializer).parameters.values()
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    return tuple(each.name for each in parameters)
