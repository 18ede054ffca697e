"""Mistakes in a config, in plain words and sorted by their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import ConfigError, closest
from hybridq.core.registry import canonical_name
from hybridq.experiments.config.yaml_source import KeyPath, Place

if TYPE_CHECKING:
    from pydantic import ValidationError

    from hybridq.experiments.section import Section

_EXPECTED = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "null",
}
_LIMITS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
MOST_LINES = 20
PATTERNS: dict[str, str] = {}
"""Descriptions of regular expressions of fields, registered where the field is declared."""

_SEVERAL = {"list_type", "tuple_type", "too_short", "too_long"}
_INTEGER = {"int_type", "int_from_float"}
_NUMBER = {"float_type", *_INTEGER}
_YAML_1_1_BOOLEANS = ("yes", "no", "on", "off", "y", "n", "true", "false")


@dataclass(frozen=True)
class Mistake:
    """A mistake in the value at a path, or in its key.

    Attributes:
        path: location of the value in the config.
        text: message without the place.
        at_key: True if the key is wrong, not its value.
        of_values: True if values from a sweep may be the cause.
    """

    path: KeyPath
    text: str
    at_key: bool = False
    of_values: bool = True

    @classmethod
    def of_value(
        cls, path: KeyPath, name: str, value: Any, expected: str, remedy: str = ""
    ) -> Mistake:
        """Return the mistake "<name> must be <expected>, got <value>: <remedy>"."""
        text = f"{name} must be {expected}, got {shown(value)}"
        return cls(path, f"{text}: {remedy}" if remedy else text)


class TooManyTrialsError(ConfigError):
    """A plan with more trials than the limit.

    Args:
        summary: place, number of trials and limit.
    """

    def __init__(self, summary: str) -> None:
        self.summary = summary
        super().__init__(f"{summary}: shorten the sweep, or plan without a limit")


def refuse(mistakes: Iterable[Mistake], place: Callable[[Mistake], Place]) -> None:
    """Raise a `ConfigError` with all mistakes, sorted by place, if any.

    Args:
        mistakes: what was found; equal lines are reported once.
        place: returns the place of a mistake.
    """
    lines = {(place(each), f"{place(each)}: {each.text}") for each in mistakes}
    if lines:
        ordered = [text for _, text in sorted(lines)]
        more = len(ordered) - MOST_LINES
        raise ConfigError(ordered if more <= 0 else [*ordered[:MOST_LINES], f"and {more:,} more"])


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``": did you mean 'x'?"``, or ``": choose from x, y"``."""
    names = list(known)
    near = closest(name, names, likeness=0.6)
    if near is not None:
        return f": did you mean {near!r}?"
    listed = ", ".join(names)
    return f": choose from {listed}" if listed else ""


def shown(value: Any) -> str:
    """Return a value as YAML has it, shortened where it is long."""
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
    error: ValidationError, raw: Mapping[str, Any], path: KeyPath, model: type[Section], what: str
) -> list[Mistake]:
    """Convert pydantic's errors to mistakes in plain words.

    Args:
        error: the error of validating `raw` with `model`.
        raw: values in the config.
        path: location of `raw`.
        model: model with the known keys as fields.
        what: name of the section, for example ``"optimizer 'spsa'"``.
    """
    found: list[Mistake] = []
    expected: dict[KeyPath, dict[str, str]] = {}  # descriptions by pydantic's type of error
    for each in error.errors(include_url=False):
        at, value = _within(each["loc"], raw)
        kind, context = each["type"], each.get("ctx", {})
        if kind == "extra_forbidden":
            key = str(at[-1])
            owner, named = _level(model, what, raw, path, at[:-1])
            hint = nearest(key, owner.model_fields)
            found.append(Mistake((*path, *at), f"unknown key {key!r} of {named}{hint}", True))
        elif kind == "missing":
            key = str(each["loc"][-1])
            _, named = _level(model, what, raw, path, at)
            found.append(Mistake((*path, *at), f"{named} needs the key {key!r}"))
        elif kind in ("value_error", "assertion_error", "option"):
            text = str(context.get("error", each["msg"]))
            at = (*at, context["field"]) if "field" in context else at
            found.append(Mistake((*path, *at), text))
        else:
            expected.setdefault(at, {})[kind] = _expected(kind, context, each["msg"])
    for at, kinds in expected.items():
        if any(len(other) > len(at) and other[: len(at)] == at for other in expected):
            continue  # one of the types fits, except for a value within
        if at and any(each.path[: len(path) + len(at)] == (*path, *at) for each in found):
            continue  # likewise, except for a key within
        value = _value(raw, at)
        name = ".".join(map(str, (*path, *at)))
        options = " or ".join(dict.fromkeys(kinds.values()))
        remedy = _remedy(value, kinds.keys(), name)
        found.append(Mistake.of_value((*path, *at), name, value, options, remedy))
    return found


def _expected(kind: str, context: Mapping[str, Any], message: str) -> str:
    """Return a description of the accepted values."""
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return f"{words} {context[name]:g}"
    if kind in ("literal_error", "enum"):
        listed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"one of {', '.join(listed)}"
    if kind == "too_short":
        return f"a list of at least {context['min_length']} values"
    if kind == "too_long":
        return f"a list of at most {context['max_length']} values"
    if kind == "string_too_short":
        return "text that is not empty"
    if kind == "string_pattern_mismatch" and context["pattern"] in PATTERNS:
        return PATTERNS[context["pattern"]]
    return message[:1].lower() + message[1:]


def _level(
    model: type[Section], what: str, raw: Mapping[str, Any], path: KeyPath, at: KeyPath
) -> tuple[type[Section], str]:
    """Return the model of a section at or below `model`, and its name.

    Args:
        model: the model of the section at `path`.
        what: its name.
        raw: its values.
        path: its location.
        at: location within it; () for the section itself.
    """
    inner = model.nested.get(str(at[0]), ()) if at else ()
    value = _value(raw, at[:1]) if inner else None
    kind = value.get("kind") if isinstance(value, Mapping) else None
    for each in inner:
        own = each.model_fields["kind"].default
        if len(inner) == 1 or canonical_name(kind) == own:
            return each, f"{'.'.join(map(str, (*path, at[0])))} {own!r}"
    return model, what


def _remedy(value: Any, kinds: Set[str], name: str) -> str:
    """Return the correct spelling of a value of the wrong type, empty if unknown.

    Args:
        value: the value in the config.
        kinds: pydantic's types of its errors.
        name: dotted name of the value.
    """
    several = value.get("sweep") if isinstance(value, Mapping) else value
    if isinstance(several, list) and not kinds & _SEVERAL and _can_be_swept(name):
        listed = ", ".join(map(str, several))
        return f"to sweep it, write sweep: {{{name}: [{listed}]}} at the top level"
    if isinstance(value, str) and "bool_type" in kinds and value.lower() in _YAML_1_1_BOOLEANS:
        return f"{value!r} is text in YAML 1.2"
    if isinstance(value, float) and kinds & _INTEGER and value == int(value):
        return f"write {int(value)}"
    if isinstance(value, str) and kinds & _NUMBER:
        try:
            return f"write {float(value):g} without quotes"
        except ValueError:
            return ""
    if isinstance(value, int | float) and kinds == {"string_type"}:
        return "put it in quotes"
    if isinstance(value, Mapping) and kinds == {"string_type"}:
        return "put text with {...} in quotes"
    return ""


def _can_be_swept(name: str) -> bool:
    """Return whether a dotted name may stand in the section ``sweep``."""
    from hybridq.experiments.config.axes import CANNOT_BE_SWEPT, unknown

    return name not in CANNOT_BE_SWEPT and unknown(name) is None


def _within(loc: Sequence[str | int], raw: Any) -> tuple[KeyPath, Any]:
    """Return the location in the config, without names of union branches."""
    at: list[str | int] = []
    value = raw
    for step in loc:
        if (isinstance(value, Mapping) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]  # type: ignore[index]  # a list has integers, a mapping names
            at.append(step)
    return tuple(at), value


def _value(raw: Any, at: KeyPath) -> Any:
    for step in at:
        raw = raw[step]
    return raw
