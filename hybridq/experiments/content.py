"""Files known by their content, wherever they lie."""

from __future__ import annotations

import hashlib

from hybridq.core.errors import FormatError


def checked_digest(data: bytes, wanted: str | None, source: str) -> str:
    """The SHA-256 of a file's content.

    Args:
        data: the content.
        wanted: the SHA-256 that it should have, None for any.
        source: the file's name.

    Raises:
        FormatError: it has another.
    """
    found = hashlib.sha256(data).hexdigest()
    if wanted not in (None, found):
        raise FormatError(
            f"its content is another than was asked for (SHA-256 {wanted:.12}…, now "
            f"{found:.12}…): bring the old file back, or plan the experiment anew",
            source=source,
        )
    return found
