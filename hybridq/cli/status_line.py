"""A line that says what a command is busy with before it has anything else to show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hybridq.cli.words import one_line

_ROOM = 79
_ERASED = "\r\x1b[K"


@contextmanager
def waiting(text: str, *, quiet: bool) -> Iterator[None]:
    """On a terminal `text` stands on standard error within the block, and is gone after it.

    Args:
        text: what is being done.
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
