"""Contents of instance files, stored with the experiment for other machines."""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Mapping

from hybridq.core.errors import FormatError
from hybridq.core.limits import MOST_BYTES
from hybridq.experiments.records import Plain
from hybridq.experiments.store.trials import Trials

LARGEST = 1_000_000
"""Largest packed content of a file that is kept with the experiment, in bytes."""

LARGEST_IN_MYSQL = 60_000
"""The same where a text is at most 64 KiB."""

_INSTANCE = "instance:"


def stored_contents(trials: Trials) -> dict[str, bytes]:
    """Return the contents of the stored files by their SHA-256."""
    found = trials.attributes(_INSTANCE)
    return {name.removeprefix(_INSTANCE): unpacked(value) for name, value in found.items()}


def add_contents(
    trials: Trials, contents: Mapping[str, tuple[str, bytes]], largest: int = LARGEST
) -> None:
    """Store contents that are missing and not too large.

    Args:
        trials: trials of the experiment.
        contents: name and content of each file by the SHA-256 of the content.
        largest: most bytes of one packed content.
    """
    stored = trials.attributes(_INSTANCE) if contents else {}
    for sha, (file, data) in contents.items():
        value = packed(file, data)
        key = f"{_INSTANCE}{sha}"
        if key not in stored and len(value["gzip"]) <= largest:
            trials.storage.set_study_user_attr(trials.study, key, value)


def packed(name: str, data: bytes) -> Plain:
    """Return the content of a file as an attribute."""
    text = base64.b64encode(gzip.compress(data, mtime=0)).decode("ascii")
    return {"name": name, "gzip": text}


def unpacked(value: Mapping[str, str]) -> bytes:
    """Return the content of the file that `packed` was given.

    Raises:
        FormatError: the content is larger than any file that hybridq reads.
    """
    with gzip.GzipFile(fileobj=io.BytesIO(base64.b64decode(value["gzip"]))) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FormatError(
            f"the content unpacks to more than {MOST_BYTES:,} bytes",
            source=str(value.get("name", "an instance")),
            remedy="check whether the storage is damaged",
        )
    return data
