"""The key ``exclude`` of a config: rules that leave trials out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hybridq.experiments.config.axes import kind_of, unknown
from hybridq.experiments.config.choice import Choice
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.errors import Mistake, shown

REPEAT = "repeat"
"""A name of rules that no section has: which of the repeats, from 0."""


class Rules:
    """What leaves trials out.

    Args:
        exclude: the value of the key.

    Attributes:
        mistakes: what is wrong with it; such rules are left out.
    """

    def __init__(self, exclude: Any) -> None:
        self.mistakes: list[Mistake] = []
        self._written: list[Any] = exclude if isinstance(exclude, list) else []
        self._rules: list[dict[str, list[Any]]] = []
        if exclude is not None and not isinstance(exclude, list):
            self._refuse(("exclude",), "exclude: give a list of mappings, - {ansatz.p: 1}")
        for index, rule in enumerate(self._written):
            self._rules.append(self._read(index, rule))
        self._matched = [False] * len(self._rules)

    def __len__(self) -> int:
        """Number of rules."""
        return len(self._rules)

    def exclude(self, value: Callable[[str], Any]) -> bool:
        """Whether a rule excludes a trial; rules that do are remembered.

        Args:
            value: gives a condition of the trial by its dotted name.
        """
        found = False
        for index, rule in enumerate(self._rules):
            if all(_is_one_of(value(name), values) for name, values in rule.items()):
                self._matched[index] = found = True
        return found

    def unused(self) -> Iterator[tuple[Mapping[str, Any], Mistake]]:
        """The rules that have excluded nothing so far, with what to say of them."""
        for index, matched in enumerate(self._matched):
            if not matched:
                rule = self._written[index]
                told = ", ".join(f"{name}: {shown(value)}" for name, value in rule.items())
                yield rule, Mistake(("exclude", index), f"this rule matches no trial: {told}")

    def _read(self, index: int, rule: Any) -> dict[str, list[Any]]:
        """A rule with its values as lists, kinds in the registered spelling."""
        path = ("exclude", index)
        if not isinstance(rule, dict) or not rule:
            self._refuse(path, "exclude: give a mapping of dotted names to values")
            return {}
        found: dict[str, list[Any]] = {}
        for name, value in rule.items():
            hint = None if name == REPEAT else unknown(name)
            if hint is not None:
                self._refuse((*path, name), f"exclude: unknown name {name!r}{hint}", True)
                continue
            listed = value if isinstance(value, list) else [value]
            section = SECTIONS.get(name)
            if isinstance(section, Choice):
                listed = [section.normal(each) for each in listed]
            elif name.endswith(".kind"):
                listed = [kind_of(name, each) for each in listed]
            found[name] = listed
        return found

    def _refuse(self, path: tuple[str | int, ...], text: str, at_key: bool = False) -> None:
        self.mistakes.append(Mistake(path, text, at_key))


def _is_one_of(value: Any, values: list[Any]) -> bool:
    return any(_matches(value, wanted) for wanted in values) or _matches(value, values)


def _matches(value: Any, wanted: Any) -> bool:
    """Whether a condition is what a rule says; of a mapping, whether it has all that it says."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            _matches(value.get(key), each) for key, each in wanted.items()
        )
    # True is 1 in Python, and not in a config.
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)
