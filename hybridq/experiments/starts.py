"""Where a trial's search begins: a name, parameters, or a file of angles known by its content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hybridq.core.files import read_bytes
from hybridq.experiments.content import checked_digest


def is_file(initial: Any) -> bool:
    """Whether a start is the name of a file of angles."""
    return isinstance(initial, str) and initial.lower().endswith(".json")


def start_of(strategy: Mapping[str, Any], base: Path, contents: Mapping[str, bytes]) -> Any:
    """The start as `hybridq.solve` takes it: a name, parameters, or learned angles.

    Args:
        strategy: the section; its ``initial``, and ``sha256`` where that is a file.
        base: the folder that the file is relative to.
        contents: files' bytes by SHA-256, which come before the file itself.

    Raises:
        FormatError: the file is missing, has changed, or holds no angles.
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
    with TemporaryDirectory() as folder:  # what reads angles reads files
        copy = Path(folder, Path(initial).name)
        copy.write_bytes(data)
        return angles_in(copy)
