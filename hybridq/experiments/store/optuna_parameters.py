"""Swept conditions as parameters of Optuna, for its dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hybridq.experiments.records import Plain, canonical

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def distributions(
    swept: Iterable[Plain], known: Mapping[str, BaseDistribution] | None = None
) -> dict[str, BaseDistribution]:
    """Return the distribution of each swept condition: integer, float or categorical.

    Args:
        swept: swept conditions of each trial.
        known: distributions of the stored trials. Their kinds are kept, since Optuna rejects
            changes, and their ranges widened. A new text does not fit into them.
    """
    values: dict[str, list[Any]] = {}
    for conditions in swept:
        for name, value in conditions.items():
            values.setdefault(name, []).append(value)
    found = {name: _distribution(all_) for name, all_ in values.items()}
    for name, old in (known or {}).items():
        found[name] = _widened(old, values.get(name, []))
    return found


def parameters(swept: Plain, known: Mapping[str, BaseDistribution]) -> Plain:
    """Return a trial's parameters: its swept conditions that fit the distributions."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    found: Plain = {}
    for name, value in swept.items():
        kind = known.get(name)
        if isinstance(kind, CategoricalDistribution):
            if (text := condition_text(value)) in kind.choices:
                found[name] = text
        elif (
            kind is not None
            and _is_number(value, whole=isinstance(kind, IntDistribution))
            and kind.low <= value <= kind.high
        ):
            found[name] = value
    return found


def condition_text(value: Any) -> str:
    """Return a condition as text: ``spsa(calibrate=true)`` for a whole section."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and "kind" in value:
        rest = ", ".join(
            f"{name}={condition_text(v)}" for name, v in value.items() if name != "kind"
        )
        return f"{value['kind']}({rest})" if rest else str(value["kind"])
    return canonical(value)


def _distribution(values: list[Any]) -> BaseDistribution:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if all(_is_number(value, whole=True) for value in values):
        return IntDistribution(min(values), max(values))
    if all(_is_number(value) for value in values):
        return FloatDistribution(min(values), max(values))
    return CategoricalDistribution(list(dict.fromkeys(condition_text(value) for value in values)))


def _widened(old: BaseDistribution, values: list[Any]) -> BaseDistribution:
    from optuna.distributions import FloatDistribution, IntDistribution

    for kind, whole in ((IntDistribution, True), (FloatDistribution, False)):
        if isinstance(old, kind):
            fitting = [value for value in values if _is_number(value, whole=whole)]
            return kind(min([old.low, *fitting]), max([old.high, *fitting]))
    return old


def _is_number(value: Any, *, whole: bool = False) -> bool:
    kinds = int if whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool)
