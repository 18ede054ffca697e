"""Sections of a config whose values name files besides the problem's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hybridq.core.errors import HybridqError
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.errors import Mistake
from hybridq.noise.descriptions import snapshot_from


def read_section(name: str, raw: Any, base: Path) -> tuple[Any, list[Mistake]]:
    """Return a section of the config, None with mistakes, and its mistakes.

    Args:
        name: of the section.
        raw: its values in the config.
        base: folder of relative names of files.
    """
    try:
        noisy = name in ("engine", "backend")
        return SECTIONS[name].read(_with_snapshot(raw, base) if noisy else raw, (name,))
    except HybridqError as error:
        return None, [Mistake((name, "noise"), str(error))]


def _with_snapshot(raw: Any, base: Path) -> Any:
    """Return an engine's values with the content of a snapshot in place of its file.

    Trials are then identified by that content, and run without the file. Of a device of which the
    noise takes some qubits, only these are kept.

    Raises:
        HybridqError: the file cannot be read, or holds no snapshot.
    """
    noise = raw.get("noise") if isinstance(raw, dict) else None
    if not isinstance(noise, dict) or not isinstance(noise.get("snapshot"), str):
        return raw
    device, noise = snapshot_from(noise["snapshot"], base), dict(noise)
    if noise.get("qubits") is not None:
        device = device.part(noise.pop("qubits"))
    return {**raw, "noise": {**noise, "snapshot": device.describe()}}
