"""What a journal writes of a run, in the form in which it reads it back."""

from __future__ import annotations

import importlib.metadata
import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq._version import __version__
from hybridq.core.randomness import RandomLike, as_generator

Vector = NDArray[np.float64]


def encoded(array: Vector) -> str:
    """The bits of a float64 array as text."""
    return b2a_base64(np.ascontiguousarray(array, dtype="<f8").data, newline=False).decode()


def decoded(text: str) -> Vector:
    """The array that was encoded, flat and writable."""
    return np.frombuffer(a2b_base64(text, strict_mode=True), dtype="<f8").astype(np.float64)


def seed_facts(rng: RandomLike) -> dict[str, Any] | int | None:
    """What decides which streams `hybridq.core.randomness.spawn` gives.

    A seed alone if that is all, None where nothing tells.
    """
    sequence = as_generator(rng).bit_generator.seed_seq
    if not isinstance(sequence, np.random.SeedSequence):
        return None
    entropy = sequence.entropy
    if isinstance(entropy, int) and not sequence.spawn_key and not sequence.n_children_spawned:
        return entropy
    return {
        "entropy": entropy if isinstance(entropy, int) else list(map(int, entropy or ())),
        "spawn_key": [int(key) for key in sequence.spawn_key],
        "children": int(sequence.n_children_spawned),
    }


@dataclass(frozen=True)
class Later:
    """A fact that takes time to find out: asked for only when the journal is written."""

    find: Callable[[], Any]


def as_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON gives them back; arrays as their shape and bits."""

    def default(value: object) -> Any:
        if isinstance(value, Later):
            return value.find()
        if isinstance(value, np.ndarray):
            return {"shape": list(value.shape), "float64": encoded(value)}
        if isinstance(value, np.generic):
            return value.item()
        name = getattr(value, "__qualname__", None)  # a function's repr has an address in it
        return repr(value) if name is None else f"{value.__module__}.{name}"

    plain: dict[str, Any] = json.loads(json.dumps(dict(facts), default=default))
    return plain


def versions() -> dict[str, str]:
    """Of all that takes part in deciding which points are asked for."""
    return {"hybridq": __version__, **_installed()}


@cache
def _installed() -> dict[str, str]:
    packages = ("numpy", "scipy", "optuna")
    return {name: importlib.metadata.version(name) for name in packages}
