"""Options of the command of a family, collected from their declarations.

Declared are the family's fields, the arguments of `hybridq.solve` and of
`hybridq.strategies.excited.excited_states`, and the fields of ansätze. Names come from registries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hybridq.cli.option_types import first_clause, shown_default
from hybridq.core.options import Option, of_function

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

# Arguments of `hybridq.solve` by the panel that shows them.
SEARCH = (
    "initial",
    "strategy",
    "objective",
    "alpha",
    "eta",
    "objective_shots",
    "restarts",
    "executor",
)
LIMITS = ("max_evaluations", "time_limit")
CIRCUIT = ("engine", "precision", "threads", "kernels", "noise")
MACHINE = (
    "backend",
    "ledger",
    "max_executions",
    "max_shots",
    "max_cost",
    "dry_run",
    "refine",
    "search_on_machine",
)
MEASUREMENT = ("shots", "target_error", "grouping", "mitigate")
_OFFERED = (
    "ansatz",
    "p",
    "mixer",
    "optimizer",
    *SEARCH,
    *LIMITS,
    *CIRCUIT,
    *MACHINE,
    *MEASUREMENT,
    "exact",
)
_BITS_ONLY = ("p", "mixer", "strategy", "refine", "search_on_machine")
_ENERGIES_ONLY = ("exact", "target_error", "grouping")
_LONGEST_LIST = 60  # characters of names that help spells out; for more it refers to a list
_LISTED_BY = {  # commands that list the names of an argument
    "ansatz": "hybridq list ansatze",
    "mixer": "hybridq list mixers",
    "objective": "hybridq list objectives",
    "optimizer": "hybridq optimizers",
    "strategy": "hybridq strategies",
    "engine": "hybridq list engines",
    "backend": "hybridq list backends",
    "grouping": "hybridq list groupings",
    "mitigate": "hybridq list mitigations",
}


@dataclass(frozen=True)
class AnsatzOption:
    """An option of one ansatz or of several.

    Attributes:
        option: its declaration, with the help of the first ansatz.
        owners: names of the ansätze that have it.
    """

    option: Option
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Declared:
    """Options of one command by group, as they are declared in the library."""

    family: Mapping[str, Option]
    solve: Mapping[str, Option]
    ansatz: Mapping[str, AnsatzOption]
    states: Mapping[str, Option]


def declared(family: type[Problem]) -> Declared:
    """Return every option of the command of a family."""
    from hybridq.problems.base import BinaryProblem
    from hybridq.solver import solve

    over_bits = issubclass(family, BinaryProblem)
    left_out = _ENERGIES_ONLY if over_bits else _BITS_ONLY
    arguments = {
        option.name: _with_names(option, _names_of(option.name, family))
        for option in of_function(solve, _OFFERED)
        if option.name not in left_out
    }
    states = [] if over_bits else _of_excited_states()
    own = {
        option.name: option for option in family.options() if option.name not in family.idle_options
    }
    taken = own.keys() | set(_OFFERED)
    return Declared(
        own,
        arguments,
        {name: each for name, each in _of_ansatze(family).items() if name not in taken},
        # Without --excited there are no such states, so its default is not one of the command.
        {each.name: replace(each, default=None) if each.name == "k" else each for each in states},
    )


def _of_excited_states() -> list[Option]:
    """Return the options of the search for excited states."""
    from hybridq.strategies.excited import excited_states

    return of_function(excited_states, ("k", "method", "tries"))


def _of_ansatze(family: type[Problem]) -> dict[str, AnsatzOption]:
    """Return the options of the ansätze that suit a family, by name."""
    from hybridq.solver.choices import ansatz_options_of, ansatze_of

    found: dict[str, list[tuple[str, Option]]] = {}
    for name in ansatze_of(family):
        for option in ansatz_options_of(name, family).values():
            listed = _with_names(option, _names_of(option.name, family))
            found.setdefault(option.name, []).append((name, listed))
    return {name: _merged(owned) for name, owned in found.items() if name != "progress"}


def _merged(owned: Iterable[tuple[str, Option]]) -> AnsatzOption:
    """Return the shared option of several ansätze, with the default of each."""
    (_, first), *others = owned = list(owned)
    defaults = {name: _default_of(option) for name, option in owned}
    if others and len(set(defaults.values())) > 1:
        names: dict[str, list[str]] = {}
        for name, default in defaults.items():
            names.setdefault(default, []).append(name)
        each = ", ".join(_default_for(default, of) for default, of in names.items())
        clause = first_clause(first.help).partition(" (default: ")[0]
        first = replace(first, help=f"{clause} (default: {each})" if each else clause)
    return AnsatzOption(first, tuple(name for name, _ in owned))


def _default_for(default: str, ansatze: Sequence[str]) -> str:
    """Return a default with its ansätze and its explanation, which follows a colon."""
    value, colon, explanation = default.partition(": ")
    return f"{value} for {' and '.join(ansatze)}{colon}{explanation}"


def _default_of(option: Option) -> str:
    """Return the default in the help of an option, or that of its declaration."""
    _, _, written = first_clause(option.help).partition(" (default: ")
    return written.rstrip(")") or shown_default(option)


def _names_of(argument: str, family: type[Problem]) -> list[str]:
    """Return the names that an argument accepts for a family, empty for others."""
    from hybridq.ansatz.pools import POOLS
    from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
    from hybridq.solver.choices import ansatze_of, mixers_of, registries

    if argument == "ansatz":
        return ansatze_of(family)
    if argument == "pool":
        return list(POOLS)
    if argument == "initial":
        # Other ansätze know their starts only once they are built.
        return list(INITIAL_POINTS) if QAOA.suits(family) else []
    if argument == "backend":
        from hybridq.backends import BACKENDS

        return list(BACKENDS)
    names = list(registries().get(argument, ()))
    if argument == "mixer":
        return mixers_of(family)
    if argument == "mitigate":
        return ["none", *names]
    return ["auto", *names] if argument in ("engine", "grouping") else names


def _with_names(option: Option, names: Sequence[str]) -> Option:
    """Return an option with the names that it takes in its help."""
    if not names:
        return option
    clause, opening, rest = first_clause(option.help).partition(" (default: ")
    listed = f": {', '.join(names)}"
    if len(listed) > _LONGEST_LIST and option.name in _LISTED_BY:
        listed = f", see '{_LISTED_BY[option.name]}'"
    return replace(option, help=f"{clause}{listed}{opening}{rest}")
