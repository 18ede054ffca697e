"""Exceptions that carry data; each surface renders them in its own words.

Every exception that hybridq raises on purpose derives from `HybridqError`. It holds the argument,
its value, the expected values and the remedy as fields. `str(error)` is the Python rendering
(``p must be an integer >= 1, got 0``); `HybridqError.render` takes another spelling of arguments,
such as that of the command line (``--p must be ...``). No code parses a message.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self, TypeAlias

_LONGEST_VALUE = 100  # characters of a value that a message quotes


class _Absent:
    """The type of `ABSENT`, the marker of a value that was not given."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Setting:
    """A reference to an argument inside a message, with or without a value.

    Args:
        argument: the name in Python, such as ``"max_evaluations"``.
        value: the value to set, or `ABSENT` to name the argument alone.
    """

    argument: str
    value: Any = ABSENT


Text: TypeAlias = "str | Sequence[str | Setting]"
"""A message: plain text, or text with references to arguments."""

Spelling: TypeAlias = Callable[[Setting], str]
"""Writes a reference as one surface spells it."""


def in_python(setting: Setting) -> str:
    """Return ``precision='single'``, or the bare name of the argument."""
    if setting.value is ABSENT:
        return setting.argument
    return f"{setting.argument}={shown(setting.value)}"


def shown(value: object) -> str:
    """Return `repr(value)`, shortened where it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python's limit on the digits of an integer that is shown
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:40]}..."


def render_text(text: Text, spell: Spelling = in_python) -> str:
    """Return `text` with its references to arguments spelled by `spell`."""
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else spell(part) for part in text)


def _parts(text: Text) -> Sequence[str | Setting]:
    """Return the parts of a message."""
    return (text,) if isinstance(text, str) else text


class HybridqError(Exception):
    """Base of every error that the caller can correct.

    Args:
        message: what is wrong, where the standard sentence does not fit.
        argument: the argument at fault, as Python spells it.
        value: its value.
        expected: the values that are accepted, as in "must be <expected>".
        remedy: what to do, an imperative without a full stop.

    Without `message` the error reads "<argument> must be <expected>, got <value>: <remedy>".

    Class attributes:
        is_pending: True where nothing is wrong, and the same call succeeds later.
    """

    is_pending: ClassVar[bool] = False

    def __init__(
        self,
        message: Text | None = None,
        *,
        argument: str | None = None,
        value: Any = ABSENT,
        expected: Text | None = None,
        remedy: Text | None = None,
    ) -> None:
        self.message = message
        self.argument = argument
        self.value = value
        self.expected = expected
        self.remedy = remedy
        super().__init__()
        self.args = (self.render(),)

    def render(self, spell: Spelling = in_python) -> str:
        """Return the message with arguments spelled by `spell`."""
        return render_text(self.text, spell)

    @property
    def text(self) -> tuple[str | Setting, ...]:
        """The message with its references to arguments, to be part of another message."""
        parts: list[str | Setting] = []
        if self.message is not None:
            parts += _parts(self.message)
        elif self.argument is None:
            parts += [] if self.expected is None else ["expected ", *_parts(self.expected)]
        else:
            parts += [Setting(self.argument), " must be "]
            parts += _parts(self.expected or "another value")
            if self.value is not ABSENT:
                parts.append(f", got {shown(self.value)}")
        if self.remedy is not None:
            parts += [": ", *_parts(self.remedy)]
        return tuple(parts)

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> Any:
        return _rebuilt, (type(self), vars(self))

    def with_argument(self, argument: str) -> Self:
        """Return this error with the argument renamed, as the caller knows it."""
        self.argument = argument
        self.args = (self.render(),)
        return self


def _rebuilt(cls: type[HybridqError], fields: dict[str, Any]) -> HybridqError:
    """Return an error with the given fields, as pickle needs it."""
    error = cls.__new__(cls)
    vars(error).update(fields)
    error.args = (error.render(),)
    return error


class ParameterError(HybridqError, ValueError):
    """An argument has a value that is not accepted."""


class DimensionError(ParameterError):
    """An array, a vector or an operator has the wrong length, shape or width."""


_LONGEST_NAME = 100


def closest(asked: str, known: Sequence[str], *, likeness: float) -> str | None:
    """Return the name that was probably meant, None where none is similar.

    Args:
        asked: the name as written.
        known: the names that exist.
        likeness: the least similarity, from 0 to 1 (`difflib.get_close_matches`).
    """
    if len(asked) > _LONGEST_NAME:  # never a misspelling, and slow to compare
        return None
    asked = asked.lower()
    # Swapped letters are the most common slip, and difflib does not rank them first.
    near = [name for name in known if sorted(name) == sorted(asked)]
    near = near or difflib.get_close_matches(asked, known, n=1, cutoff=likeness)
    return near[0] if near else None


class UnknownNameError(ParameterError):
    """A name that no registry entry carries; the message offers the nearest one.

    Args:
        what: what was looked up, for example ``"optimizer"``.
        name: the name that was asked for.
        known: all names that exist.
        argument: the argument that takes the name; `what` by default.
        note: why an entry of this name is left out, where there is one.
    """

    def __init__(
        self,
        what: str,
        name: str,
        known: Iterable[str],
        *,
        argument: str | None = None,
        note: str | None = None,
    ) -> None:
        self.what = what
        self.name = name
        self.known = sorted(known)
        self.nearest = closest(str(name), self.known, likeness=0.5)
        hint = "" if self.nearest is None else f"did you mean {self.nearest!r}? "
        choice = f"choose from {', '.join(self.known)}" if self.known else "none is registered"
        quoted = repr(name) if len(str(name)) <= _LONGEST_NAME else f"{str(name)[:40]!r}..."
        why = "" if note is None else f" ({note})"
        super().__init__(
            f"unknown {what} {quoted}{why}",
            argument=argument,
            value=name,
            remedy=f"{hint}{choice}",
        )


class CapacityError(HybridqError):
    """The work exceeds this machine's memory or an engine's limits."""


class EngineError(HybridqError):
    """No engine, or not the requested engine, can run this circuit."""


class ProblemError(HybridqError, ValueError):
    """A graph, a Hamiltonian or another question that cannot be encoded."""


class FormatError(HybridqError, ValueError):
    """A file or a text that cannot be read.

    Args:
        message: what is wrong and what to do.
        source: the file's name, ``"standard input"`` or similar.
        line: line number, counted from 1.
        remedy: what to do, where `message` does not say it.
    """

    def __init__(
        self,
        message: Text,
        *,
        source: str = "input",
        line: int | None = None,
        remedy: Text | None = None,
    ) -> None:
        self.source = source
        self.line = line
        super().__init__(message, remedy=remedy)

    def render(self, spell: Spelling = in_python) -> str:
        """Return ``<source>, line <line>: <message>``."""
        where = self.source if self.line is None else f"{self.source}, line {self.line}"
        return f"{where}: {super().render(spell)}"


class ConfigError(HybridqError, ValueError):
    """A config of an experiment that cannot be run.

    Args:
        problems: all mistakes, one line each, which begins with its position.
    """

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class OutputError(HybridqError, OSError):
    """A result cannot be written to the requested place."""


class MissingExtraError(HybridqError, ImportError):
    """An optional dependency is needed and absent.

    Args:
        package: the missing package.
        extra: the extra of hybridq that installs it.
        purpose: the feature that needs it.
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(
            f"{purpose} needs {package}, which is not installed: pip install {package} "
            f"(or '.[{extra}]' in the folder of hybridq)"
        )
