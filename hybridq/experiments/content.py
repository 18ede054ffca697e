"""Content digests of files."""

from __future__ import annotations

import hashlib

from hybridq.core.errors import FormatError


def checked_digest(data: bytes, wanted: str | None, source: str) -> str:
    """Return the SHA-256 of a file's content.

    Args:
        data: the content.
        wanted: the expected SHA-256, None for any.
        source: the file's name.

    Raises:
        FormatError: the digests differ.
    """
    found = hashlib.sha256(data).hexdigest()
    if wanted not in (None, found):
        raise FormatError(
            f"the content has changed (SHA-256 {found:.12}… instead of {wanted:.12}…)",
            source=source,
            remedy="restore the old file, or plan the experiment again",
        )
    return found
