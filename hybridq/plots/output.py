"""Figures to files and bytes."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import OutputError
from hybridq.core.files import atomic_path, check_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# No time stamps: the same result gives the same file.
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {},
    ".pdf": {"CreationDate": None},
    ".svg": {"Date": None},
}
_DPI = 160


def check_plot_path(path: str | os.PathLike[str]) -> Path:
    """Return `path` as a `Path` if a picture can be written there.

    Call it before the work starts.

    Raises:
        OutputError: the suffix names no known format, or the place cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in _METADATA:
        known = ", ".join(sorted(_METADATA))
        found = (
            f"{target.suffix!r} is not a picture format" if target.suffix else "it has no suffix"
        )
        raise OutputError(f"cannot write the picture {target}: {found}; choose from {known}")
    return check_writable(target)


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write `figure` atomically as PNG, PDF or SVG, by suffix.

    Raises:
        OutputError: the suffix names no known format, or the file cannot be written.
    """
    suffix = check_plot_path(path).suffix.lower()
    with atomic_path(path) as temporary:
        _write(figure, temporary, suffix, _DPI)


def png(figure: Figure) -> bytes:
    """Return `figure` as the bytes of a PNG file."""
    buffer = io.BytesIO()
    _write(figure, buffer, ".png", 110)
    return buffer.getvalue()


def svg(figure: Figure) -> bytes:
    """Return `figure` as the bytes of an SVG file."""
    buffer = io.BytesIO()
    _write(figure, buffer, ".svg", _DPI)
    return buffer.getvalue()


def _write(figure: Figure, target: Path | io.BytesIO, suffix: str, dpi: int) -> None:
    """Write a figure without time stamps and without warnings about fonts."""
    import matplotlib

    with warnings.catch_warnings(), matplotlib.rc_context({"svg.hashsalt": "hybridq"}):
        # A node label in a script that the font lacks is drawn as a box; no need to warn.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure.savefig(
            target,
            format=suffix[1:],
            dpi=dpi,
            facecolor="white",
            metadata=_METADATA[suffix],
        )
