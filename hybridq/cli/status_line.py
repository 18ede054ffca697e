"""Status line of a command without other output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hybridq.cli.words import one_line

_ROOM = 79
_ERASED = "\r\x1b[K"


@contextmanager
def status_line(text: str, *, quiet: bool) -> Iterator[None]:
    """Show `text` on a terminal's standard error within the block.

    Args:
        text: the current activity.
        quiet: show nothing.
    """
    shown = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if shown:
        sys.stderr.write(one_line(text)[:_ROOM])
        sys.stderr.flush()
    try:
        yield
    finally:
        if shown:
            sys.stderr.write(_ERASED)
            sys.stderr.flush()
