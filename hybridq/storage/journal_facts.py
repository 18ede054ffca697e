"""Encoding of the facts that a journal records about a run."""

from __future__ import annotations

import importlib.metadata
import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hybridq._version import __version__
from hybridq.core.arrays import Vector
from hybridq.core.randomness import RandomLike, as_generator


def bits(array: Vector) -> bytes:
    """Return the bits of a float64 array, little-endian and in C order."""
    return array.astype("<f8", copy=False).tobytes()


def encoded(found: bytes) -> str:
    """Return the bits of an array as base64 text."""
    return b2a_base64(found, newline=False).decode()


def decoded(text: str) -> Vector:
    """Return the array that was encoded, flat and writable."""
    return np.frombuffer(a2b_base64(text, strict_mode=True), dtype="<f8").astype(np.float64)


def seed_facts(rng: RandomLike) -> dict[str, Any] | int | None:
    """Return the facts that determine the streams of `randomness.spawn`.

    An integer seed if that suffices, None if they are unknown.
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
    """A fact that is expensive to compute: found when the journal is written."""

    find: Callable[[], Any]


def as_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as decoded from JSON; arrays become their shape and bits."""

    def default(value: object) -> Any:
        if isinstance(value, Later):
            return value.find()
        if isinstance(value, np.ndarray):
            return {"shape": list(value.shape), "float64": encoded(bits(value))}
        if isinstance(value, np.generic):
            return value.item()
        name = getattr(value, "__qualname__", None)  # a function's repr holds an address
        return repr(value) if name is None else f"{value.__module__}.{name}"

    plain: dict[str, Any] = json.loads(json.dumps(dict(facts), default=default))
    return plain


def versions() -> dict[str, str]:
    """Return the versions of all packages that determine the points of a search."""
    return {"hybridq": __version__, **_installed()}


@cache
def _installed() -> dict[str, str]:
    packages = ("numpy", "scipy", "optuna")
    return {name: importlib.metadata.version(name) for name in packages}
