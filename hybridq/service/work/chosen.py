"""Optimizers, strategies and engines that a request names, with their options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.options import of_dataclass
from hybridq.service.refused_options import REFUSED_OPTIONS

if TYPE_CHECKING:
    from hybridq.engines.config import EngineConfig

Plain = dict[str, Any]


def solve_arguments(options: Mapping[str, Any]) -> Plain:
    """Return the arguments of `hybridq.solve` for the options of a request.

    Raises:
        UnknownNameError: no entry, or no option of it, has a name.
        ParameterError: a value that is not accepted, or an option that jobs cannot set.
    """
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.optimizers import OPTIMIZERS
    from hybridq.optimizers.configure import configured_optimizer
    from hybridq.strategies.registry import STRATEGIES, configured_strategy

    found = dict(options)
    if isinstance(found.get("initial"), dict):
        found["initial"] = LearnedAngles.from_plain(found["initial"])
    found["engine"] = engine_of(found.get("engine", "auto"), found.pop("precision", None))
    if isinstance(found.get("optimizer"), dict):
        name, given = _split(found["optimizer"])
        found["optimizer"] = configured_optimizer(name, _typed(OPTIMIZERS[name], given))
    if isinstance(found.get("strategy"), dict):
        name, given = _split(found["strategy"])
        found["strategy"] = configured_strategy(name, _typed(type(STRATEGIES[name]), given))
    return found


def engine_of(chosen: str | Plain, precision: str | None) -> EngineConfig:
    """Return an engine that gives the same bits before and after kernels are compiled.

    Args:
        chosen: a name, or a name with options.
        precision: an option of the engine, where its own options do not have it.

    Raises:
        UnknownNameError: no engine, or no option of it, has that name.
        ParameterError: a value that is not accepted, or an option that jobs cannot set.
    """
    from hybridq.engines.choose import ENGINES, Auto
    from hybridq.engines.simulators import COMPILED

    name, given = (chosen, {}) if isinstance(chosen, str) else _split(chosen)
    if precision is not None:
        given.setdefault("precision", precision)
    kind = Auto if name == "auto" else ENGINES[name]
    for option in given:
        if option not in kind.option_names():
            raise UnknownNameError(f"option of {name}", option, kind.option_names())
    fixed = {"kernels": COMPILED} if "kernels" in kind.option_names() else {}
    return kind(**_typed(kind, given), **fixed)


def _split(chosen: Plain) -> tuple[str, Plain]:
    """Return name and options of an entry, checked again where they take effect."""
    given = {name: value for name, value in chosen.items() if name != "name"}
    for option in given:
        if option in REFUSED_OPTIONS:
            raise ParameterError(f"jobs cannot set {option}", argument=option)
    return chosen["name"], given


def _typed(kind: type[Any], given: Plain) -> Plain:
    """Return options as values of their declared types; others are left to the entry.

    Raises:
        ParameterError: a value of another type.
    """
    from pydantic import TypeAdapter, ValidationError

    found = dict(given)
    for option in of_dataclass(kind, given):
        try:
            text = json.dumps(given[option.name])
            found[option.name] = TypeAdapter(option.type).validate_json(text, strict=True)
        except ValidationError as error:
            raise ParameterError(
                argument=option.name,
                value=given[option.name],
                expected=f"another value ({error.errors()[0]['msg'].lower()})",
            ) from None
    return found
