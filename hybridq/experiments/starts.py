"""Initial points of a trial's search: names, parameters or files of angles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hybridq.core.files import read_bytes
from hybridq.experiments.content import checked_digest


def is_file(initial: Any) -> bool:
    """True if a start is the name of a file of angles."""
    return isinstance(initial, str) and initial.lower().endswith(".json")


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
    if not is_file(initial):
        return initial
    from hybridq.ansatz.learned_angles import angles_in

    wanted = strategy.get("sha256")
    data = contents.get(wanted or "")
    if data is None:
        data, source = read_bytes(base / initial)
        checked_digest(data, wanted, source)
    with TemporaryDirectory() as folder:  # `angles_in` reads files only
        copy = Path(folder, Path(initial).name)
        copy.write_bytes(data)
        return angles_in(copy)
