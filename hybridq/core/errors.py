"""All that can go wrong, told in one line: what, where, which value, and the remedy.

Every exception that hybridq raises on purpose derives from `HybridqError`; the command line
turns each into one line on standard error and exit code 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class HybridqError(Exception):
    """Base of every refusal that the caller can mend."""


class ParameterError(HybridqError, ValueError):
    """An argument has a value that makes no sense here."""


class DimensionError(ParameterError):
    """An array, a vector or an operator has the wrong length, shape or width."""


_LONGEST_NAME = 100


def closest(asked: str, known: Sequence[str], *, likeness: float) -> str | None:
    """The name that was probably meant, None where none is alike.

    Args:
        asked: what was written.
        known: the names that exist.
        likeness: how much alike they must be, from 0 to 1 (`difflib.get_close_matches`).
    """
    if len(asked) > _LONGEST_NAME:  # nothing that anybody meant, and slow to compare
        return None
    asked = asked.lower()
    # Swapped letters are the commonest slip, and difflib does not know it.
    near = [name for name in known if sorted(name) == sorted(asked)]
    near = near or difflib.get_close_matches(asked, known, n=1, cutoff=likeness)
    return near[0] if near else None


class UnknownNameError(ParameterError):
    """A name that no registry entry carries; the message offers the nearest one.

    Args:
        what: what was looked up, for example ``"optimizer"``.
        name: the name that was asked for.
        known: all names that exist.
    """

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = sorted(known)
        near = closest(str(name), self.known, likeness=0.5)
        hint = "" if near is None else f"did you mean {near!r}? "
        choice = f"choose from {', '.join(self.known)}" if self.known else "there is none at all"
        shown = repr(name) if len(str(name)) <= _LONGEST_NAME else f"{str(name)[:40]!r}..."
        super().__init__(f"unknown {what} {shown}: {hint}{choice}")


class CapacityError(HybridqError):
    """The work asked for does not fit in this machine's memory or in an engine's limits."""


class EngineError(HybridqError):
    """No engine, or not the engine that was asked for, can run this circuit."""


class ProblemError(HybridqError, ValueError):
    """A graph, a Hamiltonian or another question that cannot be encoded."""


class FormatError(HybridqError, ValueError):
    """A file or a text that cannot be read.

    Args:
        message: what is wrong and what to do.
        source: the file's name, ``"standard input"`` or similar.
        line: line number, counted from 1.
    """

    def __init__(self, message: str, *, source: str = "input", line: int | None = None) -> None:
        self.message = message
        self.source = source
        self.line = line
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {message}")


class ConfigError(HybridqError, ValueError):
    """An experiment's config that cannot be run.

    Args:
        problems: everything that is wrong with it, a line each, which begins with where it stands.
    """

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class OutputError(HybridqError, OSError):
    """A result cannot be written where it was asked to go."""


class MissingExtraError(HybridqError, ImportError):
    """An optional dependency is needed and absent.

    Args:
        package: the package that is missing.
        extra: the extra of hybridq that brings it.
        purpose: what it is needed for.
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs {package}, which is not installed: pip install {package} "
            f"(or '.[{extra}]' in the folder of hybridq)"
        )
