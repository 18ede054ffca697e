"""Everything that a job can choose by name, as data; a program of its own.

It loads simulators and optimizers, which a server that only answers requests does without, so that
the server runs it once as a process and keeps the JSON that it prints.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import types
import typing
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hybridq.core.docstrings import without_markup
from hybridq.core.errors import OutputError
from hybridq.core.options import Option, of_dataclass, of_function
from hybridq.core.registry import Registry
from hybridq.service.refused_options import REFUSED_OPTIONS
from hybridq.service.work.slot import environment

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

Plain = dict[str, Any]

SOLVE_OPTIONS = (
    "ansatz", "p", "mixer", "strategy", "objective", "alpha", "eta", "objective_shots", "optimizer",
    "initial", "restarts", "max_evaluations", "time_limit", "engine", "precision", "shots", "exact",
)  # fmt: skip
"""Arguments of `hybridq.solve` that a job takes, in the order of a form."""

_ENERGIES_ONLY = ("exact",)
_BITS_ONLY = ("p", "mixer", "strategy")
_BEGIN_SECONDS = 5.0
_MOST_SECONDS = 60.0
_UNIONS = (typing.Union, types.UnionType)
# A name and an object, or a name and a number, are written as text.
_WORDS = {str: "text", bool: "boolean", float: "number", int: "integer"}
_EXAMPLES = {"graph": "0 1\n1 2\n2 3\n3 4\n4 0\n", "numbers": "[5, 3, 2, 4]\n"}


def catalog() -> Plain:
    """Return families, simulators, optimizers and strategies, with their options.

    The object has ``families``, ``options``, ``engines``, ``optimizers``, ``strategies`` and
    ``objectives``. An option has ``name``, ``help``, ``type`` (integer, number, boolean, text or
    json) and ``default``, and ``choices`` where it takes a name of any family's.
    """
    from hybridq.engines.choose import ENGINES
    from hybridq.objectives import OBJECTIVES
    from hybridq.optimizers import OPTIMIZERS
    from hybridq.problems import PROBLEMS
    from hybridq.solver import solve
    from hybridq.strategies.registry import STRATEGIES

    names = {
        "objective": list(OBJECTIVES),
        "optimizer": list(OPTIMIZERS),
        "strategy": list(STRATEGIES),
        "engine": ["auto", *ENGINES],
        "precision": ["double", "single"],
    }
    options = [_option(each) for each in of_function(solve, SOLVE_OPTIONS)]
    return {
        "families": [_family(PROBLEMS[name]) for name in PROBLEMS],
        "options": [
            {**each, "choices": names[each["name"]]} if each["name"] in names else each
            for each in options
        ],
        "engines": _entries(ENGINES),
        "optimizers": _entries(OPTIMIZERS),
        "strategies": _entries(STRATEGIES),
        "objectives": _entries(OBJECTIVES),
    }


def _family(family: type[Problem]) -> Plain:
    """Return a family: what it reads, its options, and the choices that suit it."""
    from hybridq.problems.base import BinaryProblem
    from hybridq.problems.formats import SHAPES, FormatsOfShape
    from hybridq.solver.choices import ansatze_of, mixers_of

    over_bits = issubclass(family, BinaryProblem)
    choices = {"ansatz": ansatze_of(family), "mixer": mixers_of(family)}
    formats = FormatsOfShape(*family.reads)
    return {
        "name": family.kind,
        "summary": without_markup(family.summary),
        "reads": [SHAPES.get(shape, shape) for shape in family.reads],
        "formats": [name for name, entry in formats.items() if not entry.magic],
        "example": next((_EXAMPLES[shape] for shape in family.reads if shape in _EXAMPLES), None),
        "options": [
            _option(each) for each in family.options() if each.name not in family.idle_options
        ],
        "choices": {name: found for name, found in choices.items() if found},
        "without": list(_ENERGIES_ONLY if over_bits else _BITS_ONLY),
    }


def _entries(registry: Registry[Any]) -> list[Plain]:
    """Return the entries of a registry, with the options that a job may set."""
    found = []
    for name, entry in registry.items():
        options = of_dataclass(entry if isinstance(entry, type) else type(entry))
        shown = [_option(each) for each in options if each.name not in REFUSED_OPTIONS]
        summary = without_markup(registry.summary(name))
        found.append({"name": name, "summary": summary, "options": shown})
    return found


def _option(option: Option) -> Plain:
    """Return an option as data, with the first clause of its help."""
    default = option.default if isinstance(option.default, bool | int | float | str) else None
    clause = without_markup(option.help).split("; ")[0].split(". ")[0].strip().rstrip(".")
    return {"name": option.name, "help": clause, "type": _type(option.type), "default": default}


def _type(hint: Any) -> str:
    """Return a word for the values that a type hint accepts."""
    members = typing.get_args(hint) if typing.get_origin(hint) in _UNIONS else (hint,)
    for kind, word in _WORDS.items():
        if kind in members:
            return word
    return "json"


class CatalogProcess:
    """The catalog, made by a process when it is first asked for, and kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Plain | None = None

    def begin(self) -> threading.Timer:
        """Make it once the slots have started, before it is asked for; return the timer."""

        def make() -> None:
            with suppress(OutputError):  # a request tries again, and says so
                self()

        timer = threading.Timer(_BEGIN_SECONDS, make)
        timer.daemon = True
        timer.start()
        return timer

    def __call__(self) -> Plain:
        """Return the catalog.

        Raises:
            OutputError: the process failed; its messages are in the log.
        """
        with self._lock:
            if self._found is None:
                command = [sys.executable, "-P", "-m", "hybridq.service.work.catalog"]
                try:
                    done = subprocess.run(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        env=environment(1),
                        check=True,
                        timeout=_MOST_SECONDS,
                    )
                except (subprocess.SubprocessError, OSError) as error:
                    raise OutputError(f"the catalog cannot be made: {error}") from None
                self._found = json.loads(done.stdout)
            return self._found


def main() -> int:
    """Print the catalog as JSON."""
    json.dump(catalog(), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
