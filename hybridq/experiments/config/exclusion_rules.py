"""Rules of the key ``exclude``, which exclude trials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hybridq.experiments.config.axes import kind_of, unknown
from hybridq.experiments.config.choice import Choice
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.errors import Mistake, shown

REPEAT = "repeat"
"""Name of the repeat in rules, from 0; no section has it."""


class ExclusionRules:
    """Rules that exclude trials.

    Args:
        exclude: the value of the key ``exclude``.

    Attributes:
        mistakes: mistakes in it; wrong rules are ignored.
    """

    def __init__(self, exclude: Any) -> None:
        self.mistakes: list[Mistake] = []
        self._written: list[Any] = exclude if isinstance(exclude, list) else []
        self._rules: list[dict[str, list[Any]]] = []
        if exclude is not None and not isinstance(exclude, list):
            expected = "a list of mappings, - {ansatz.p: 1}"
            self.mistakes.append(Mistake.of_value(("exclude",), "exclude", exclude, expected))
        for index, rule in enumerate(self._written):
            self._rules.append(self._read(index, rule))
        self._matched = [False] * len(self._rules)

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._rules)

    def exclude(self, value: Callable[[str], Any]) -> bool:
        """Return True if a rule excludes a trial, and remember that rule.

        Args:
            value: returns a condition of the trial by its dotted name.
        """
        found = False
        for index, rule in enumerate(self._rules):
            if all(_is_one_of(value(name), values) for name, values in rule.items()):
                self._matched[index] = found = True
        return found

    def unused(self) -> Iterator[tuple[Mapping[str, Any], Mistake]]:
        """Yield the rules without any match so far, with their mistakes."""
        for index, matched in enumerate(self._matched):
            if not matched:
                rule = self._written[index]
                said = ", ".join(f"{name}: {shown(value)}" for name, value in rule.items())
                yield rule, Mistake(("exclude", index), f"this rule matches no trial: {said}")

    def _read(self, index: int, rule: Any) -> dict[str, list[Any]]:
        """Return a rule with lists of values, kinds in the registered spelling."""
        path = ("exclude", index)
        if not isinstance(rule, dict) or not rule:
            expected = "a mapping of dotted names to values"
            self.mistakes.append(Mistake.of_value(path, "exclude", rule, expected))
            return {}
        found: dict[str, list[Any]] = {}
        for name, value in rule.items():
            hint = None if name == REPEAT else unknown(name)
            if hint is not None:
                text = f"exclude: unknown name {name!r}{hint}"
                self.mistakes.append(Mistake((*path, name), text, at_key=True))
                continue
            listed = value if isinstance(value, list) else [value]
            section = SECTIONS.get(name)
            if isinstance(section, Choice):
                listed = [section.normal(each) for each in listed]
            elif name.endswith(".kind"):
                listed = [kind_of(name, each) for each in listed]
            found[name] = listed
        return found


def _is_one_of(value: Any, values: list[Any]) -> bool:
    return any(_matches(value, wanted) for wanted in values) or _matches(value, values)


def _matches(value: Any, wanted: Any) -> bool:
    """True if a condition has the wanted value; a mapping, all wanted values."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            _matches(value.get(key), each) for key, each in wanted.items()
        )
    # True equals 1 in Python, but not in a config.
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)
