"""Initial points of a trial's search: names, parameters, files or models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hybridq.angles.references import is_reference
from hybridq.core.files import read_bytes
from hybridq.experiments.content import checked_digest


def is_file(initial: Any) -> bool:
    """True if a start is the name of a file of angles."""
    return isinstance(initial, str) and initial.lower().endswith(".json")


def has_content(initial: Any) -> bool:
    """True if a start is a file of angles or a version of a model."""
    return is_file(initial) or is_reference(initial)


def content_of_start(initial: str, base: Path) -> tuple[bytes, str, str]:
    """Return the content of a start, its name, and the start for good.

    A model's alias is resolved here: the start names the version by its number.

    Args:
        initial: a start that `has_content`.
        base: the folder that a file is relative to.

    Raises:
        FormatError: the file cannot be read, or has no angles.
        UnknownModelError: no such model, version or alias.
        OutputError: the registry of models does not exist.
    """
    if is_reference(initial):
        from hybridq.angles.content import canonical
        from hybridq.angles.registry import resolve_locally

        learned = resolve_locally(initial)
        data = canonical(learned.describe()).encode()
        return data, f"{learned.model}.json", f"model:{learned.model}"
    from hybridq.ansatz.learned_angles import angles_in

    data, _ = read_bytes(base / initial)
    angles_in(base / initial)
    return data, Path(initial).name, initial


START_KEYS = ("initial", "sha256", "restarts")
"""Keys of the section ``strategy`` that are about its starts; the others are its options."""


def start_of(strategy: Mapping[str, Any], base: Path, contents: Mapping[str, bytes]) -> Any:
    """Return the start as `hybridq.solve` takes it: name, parameters or angles.

    Args:
        strategy: the section, with ``initial`` and, for a file, ``sha256``.
        base: the folder that the file is relative to.
        contents: contents of files by SHA-256, used before the files themselves.

    Raises:
        FormatError: the file is missing, has changed, or contains no angles.
    """
    initial = strategy.get("initial", "auto")
    if not has_content(initial):
        return initial
    from hybridq.ansatz.learned_angles import LearnedAngles, angles_in

    wanted = strategy.get("sha256")
    data = contents.get(wanted or "")
    if is_reference(initial):
        if data is None:
            data, source, _ = content_of_start(initial, base)
            checked_digest(data, wanted, source)
        return LearnedAngles.from_plain(json.loads(data), initial)
    if data is None:
        data, source = read_bytes(base / initial)
        checked_digest(data, wanted, source)
    with TemporaryDirectory() as folder:  # `angles_in` reads files only
        copy = Path(folder, Path(initial).name)
        copy.write_bytes(data)
        return angles_in(copy)
