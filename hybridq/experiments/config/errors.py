"""Mistakes in a config: found by models, told in plain words, and sorted by where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import ConfigError, closest
from hybridq.experiments.config.yaml_source import Path, Place

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_KINDS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "nothing",
}
_LIMITS = {
    "greater_than": ("gt", "a number above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "a number below"),
    "less_than_equal": ("le", "at most"),
}
MOST_LINES = 20
_NO_TRUTH = ("yes", "no", "on", "off", "y", "n", "true", "false")


@dataclass(frozen=True)
class Mistake:
    """Something wrong with the value at a path, or with its key.

    Attributes:
        of_values: whether values that a sweep puts there may be to blame.
    """

    path: Path
    text: str
    at_key: bool = False
    of_values: bool = True


def refuse(mistakes: Iterable[Mistake], place: Callable[[Mistake], Place]) -> None:
    """Raise a `ConfigError` with all mistakes, sorted by place, if there is one.

    Args:
        mistakes: what was found; the same line is told once.
        place: where the value of a mistake stands.
    """
    lines = {(place(each), f"{place(each)}: {each.text}") for each in mistakes}
    if lines:
        told = [text for _, text in sorted(lines)]
        more = len(told) - MOST_LINES
        raise ConfigError(told if more <= 0 else [*told[:MOST_LINES], f"and {more:,} more"])


def nearest(name: str, known: Iterable[str]) -> str:
    """``": did you mean 'x'?"`` or ``": choose from x, y"``; of many names only the nearest."""
    names = list(known)
    near = closest(name, names, likeness=0.6)
    if near is not None:
        return f": did you mean {near!r}?"
    listed = ", ".join(names)
    return f": choose from {listed}" if listed else ""


def shown(value: Any) -> str:
    """A value as it stands in YAML, cut where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        return "a list"
    text = repr(value)
    return text if len(text) <= 50 else text[:47] + "..."


def of_model(
    error: ValidationError, raw: Mapping[str, Any], path: Path, model: type[BaseModel], what: str
) -> list[Mistake]:
    """What pydantic found, in plain words.

    Args:
        error: of validating `raw` with `model`.
        raw: what stands in the config.
        path: where `raw` stands.
        model: whose fields are the known keys.
        what: what the section is called, for example ``"optimizer 'spsa'"``.
    """
    found: list[Mistake] = []
    expected: dict[Path, list[str]] = {}
    for each in error.errors(include_url=False):
        at, value = _within(each["loc"], raw)
        kind, context = each["type"], each.get("ctx", {})
        if kind == "extra_forbidden":
            key = str(at[-1])
            hint = nearest(key, model.model_fields)
            found.append(Mistake((*path, *at), f"unknown key {key!r} of {what}{hint}", True))
        elif kind == "missing":
            key = str(each["loc"][-1])
            found.append(Mistake((*path, *at), f"{what} needs the key {key!r}"))
        elif kind in ("value_error", "assertion_error", "option"):
            text = str(context.get("error", each["msg"]))
            at = (*at, context["field"]) if "field" in context else at
            found.append(Mistake((*path, *at), text))
        else:
            expected.setdefault(at, []).append(_expected(kind, context, value, each["msg"]))
    for at, words in expected.items():
        if any(len(other) > len(at) and other[: len(at)] == at for other in expected):
            continue  # one of the types fits but for something within
        value = _value(raw, at)
        name = ".".join(map(str, (*path, *at)))
        options = " or ".join(dict.fromkeys(words))
        found.append(
            Mistake((*path, *at), f"{name}: {shown(value)}: give {options}{_remedy(value, words)}")
        )
    return found


def _expected(kind: str, context: Mapping[str, Any], value: Any, message: str) -> str:
    """What would have been right, in a few words."""
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return f"{words} {context[name]:g}"
    if kind in ("literal_error", "enum"):
        listed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"one of {', '.join(listed)}"
    if kind == "too_short":
        return f"at least {context['min_length']} values"
    if kind == "too_long":
        return f"at most {context['max_length']} values"
    if kind == "string_too_short":
        return "a text that is not empty"
    return message[:1].lower() + message[1:]


def _remedy(value: Any, words: Sequence[str]) -> str:
    """How a value of the wrong kind is written right."""
    if isinstance(value, str) and "true or false" in words and value.lower() in _NO_TRUTH:
        return f" (YAML 1.2 takes {value!r} as a text)"
    if isinstance(value, float) and "a whole number" in words and value == int(value):
        return f": write {int(value)}"
    if isinstance(value, str) and {"a whole number", "a number"} & set(words):
        try:
            return f": write {float(value):g} without quotes"
        except ValueError:
            return ""
    if isinstance(value, int | float) and words == ["a text"]:
        return ": put it in quotes"
    if isinstance(value, Mapping) and words == ["a text"]:
        return ": put a text with {...} in quotes"
    return ""


def _within(loc: Sequence[str | int], raw: Any) -> tuple[Path, Any]:
    """The part of a pydantic location that is in the config, without the names of branches."""
    at: list[str | int] = []
    value = raw
    for step in loc:
        if (isinstance(value, Mapping) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]  # type: ignore[index]  # a list has numbers, a mapping names
            at.append(step)
    return tuple(at), value


def _value(raw: Any, at: Path) -> Any:
    for step in at:
        raw = raw[step]
    return raw
