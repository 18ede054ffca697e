"""Journals of running trials, next to the storage where that is a file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from hybridq.experiments.records import identity
from hybridq.storage.database import storage_url, without_password


def journal_folder(url: str, name: str) -> Path:
    """Return the folder of an experiment's journals, from which trials resume.

    It is next to the file of the storage (``runs.db.journals/NAME``), where all that share the file
    find it. For a server it is in the user's cache: trials resume on the machine on which they
    started, and start over elsewhere.

    Args:
        url: URL of the storage.
        name: name of the experiment.
    """
    scheme, _, rest = storage_url(url).partition("://")
    if scheme.startswith("sqlite") or scheme == "journal":
        path = Path(rest.removeprefix("/"))
        folder = path.with_name(path.name + ".journals")
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(cache) / "hybridq" / "journals" / identity({"storage": without_password(url)})
    return folder / _file_name(name)


def journal_file(folder: Path, identity: str) -> Path:
    """Return the path of a trial's journal; any stored text is a valid `identity`."""
    return folder / f"{_file_name(identity)}.jsonl"


def _file_name(name: str) -> str:
    """Escape a name for a file: separators, and names of dots alone."""
    quoted = quote(name, safe=" ")
    return quoted.replace(".", "%2E") if not quoted.strip(".") else quoted


def is_linked(folder: Path) -> bool:
    """True if a folder of journals or its parent is a symbolic link."""
    return folder.is_symlink() or folder.parent.is_symlink()


def set_aside(journal: Path) -> bool:
    """Rename a journal that no run of ours has left, so that it is not read.

    Returns:
        True if no journal is left in its place.
    """
    try:
        journal.replace(journal.with_name(f"{journal.name}.stale"))
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def leave_folder(folder: Path) -> None:
    """Remove the folder of an experiment's journals and its parent, if empty."""
    with suppress(OSError):  # it has journals, or another process removed it
        folder.rmdir()
        folder.parent.rmdir()


def delete_journals(url: str, name: str) -> None:
    """Remove the journals of a deleted experiment.

    Args:
        url: URL of the storage.
        name: name of the experiment.
    """
    folder = journal_folder(url, name)
    if is_linked(folder):
        return
    for path in folder.glob("*.jsonl*"):
        with suppress(OSError):
            path.unlink()
    leave_folder(folder)
