"""Results from their JSON."""

from __future__ import annotations

import json
import os
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import FormatError, HybridqError, ParameterError
from hybridq.core.files import read_bytes

T = TypeVar("T")

_SCALARS: dict[Any, tuple[type, ...]] = {
    bool: (bool,), int: (int,), float: (int, float), str: (str,),
}  # fmt: skip


def read_document(source: str | os.PathLike[str]) -> tuple[dict[str, Any], str]:
    """Return a JSON object, and the name of its source.

    Args:
        source: JSON text, which begins with ``{``, or the path of a file.

    Raises:
        ParameterError: `source` is neither.
        FormatError: the file cannot be read, or holds no JSON object.
    """
    if not isinstance(source, str | os.PathLike):
        raise ParameterError(
            argument="source",
            value=source,
            expected="the path of a file, or its text",
            remedy="write the dict as text with json.dumps" if isinstance(source, dict) else None,
        )
    if isinstance(source, str) and source.lstrip().startswith("{"):
        text, name = source, "JSON text"
    else:
        data, name = read_bytes(source)
        text = data.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise FormatError("it holds no JSON", source=name, line=line) from None
    except RecursionError:
        raise FormatError("it is nested too deeply", source=name) from None
    if not isinstance(document, dict):
        raise FormatError("it must hold a JSON object", source=name)
    return document, name


def with_labels(best: Any) -> Any:
    """Return the best sample of a document with its labels as they were."""
    if not isinstance(best, Mapping):
        return best
    labels, assignment = best.get("labels"), best.get("assignment")
    if not isinstance(labels, list) or not isinstance(assignment, Mapping):
        return best
    keys = [_label(each) for each in labels]
    if len(set(keys)) != len(assignment):
        return best
    return {**best, "assignment": dict(zip(keys, assignment.values(), strict=True))}


def _label(value: Any) -> Any:
    """Return a label from JSON, where a tuple is a list."""
    if isinstance(value, list):
        return tuple(map(_label, value))
    return str(value) if isinstance(value, dict) else value


def restore(cls: type[T], document: Mapping[str, Any], source: str, **absent: Any) -> T:
    """Return a dataclass from the dict that `to_dict` wrote.

    Fields that the document lacks take their defaults, and entries without a field are ignored,
    so that results of other versions load.

    Args:
        cls: a dataclass, the type of the result.
        document: its fields in the types of JSON.
        source: the name of the source, for messages.
        absent: fields that are not part of the document.

    Raises:
        FormatError: a field without a default is missing, or has a value of the wrong form.
    """
    try:
        return _restored(cls, {**document, **absent}, frozenset(absent))
    except (HybridqError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise FormatError(
            f"it is not the JSON of a {cls.__name__}: {error}", source=source
        ) from None


def _restored(cls: Any, document: Any, ready: frozenset[str] = frozenset()) -> Any:
    """Return the dataclass `cls`, its fields converted but for those that are `ready`."""
    if not isinstance(document, Mapping):
        raise TypeError(f"{cls.__name__} must be an object")
    hints = _hints(cls)
    found = {
        field.name: document[field.name]
        if field.name in ready
        else _value(hints[field.name], document[field.name])
        for field in fields(cls)
        if field.init and field.name in document
    }
    for field in fields(cls):
        needed = field.default is MISSING and field.default_factory is MISSING
        if field.init and needed and field.name not in found:
            raise ValueError(f"it has no {field.name!r}")
    return cls(**found)


@cache
def _hints(cls: type) -> dict[str, Any]:
    """Return the types of the fields that JSON holds."""
    # Names that are imported for type checking alone belong to fields that JSON does not hold.
    local = {"BinaryProblem": Any, "Problem": Any}
    return get_type_hints(cls, localns=local)


def _value(hint: Any, value: Any) -> Any:
    """Return a JSON value as the type `hint`."""
    origin, args = get_origin(hint), get_args(hint)
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        (inner,) = [arg for arg in args if arg is not type(None)]
        return _value(inner, value)
    if origin in (np.ndarray, NDArray):  # an alias of its own since NumPy 2.5 and Python 3.12
        return np.array(value, dtype=np.float64)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"{value!r:.40} is not a list")
        return tuple(_value(args[0], entry) for entry in value)
    if origin is dict:
        return {key: _value(args[1], entry) for key, entry in value.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return _restored(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    accepted = _SCALARS.get(hint)
    if accepted is not None and (
        not isinstance(value, accepted) or (isinstance(value, bool) and hint is not bool)
    ):
        raise TypeError(f"{value!r:.40} is not of type {hint.__name__}")
    return value
