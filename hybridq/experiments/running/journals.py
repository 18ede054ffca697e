"""Where the journals of running trials are: beside the storage where that is a file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from hybridq.experiments.records import identity
from hybridq.storage.database import storage_url, without_password


def journal_folder(url: str, name: str) -> Path:
    """The folder of an experiment's journals; a trial that was cut short continues from there.

    Beside the file of the storage (``runs.db.journals/NAME``), where all who share the file find
    it; for a server in this user's cache, so that trials continue on the machine they began on and
    begin anew elsewhere.

    Args:
        url: of the storage.
        name: of the experiment.
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
    """Return the file of a trial's journal; `identity` may be any text that a storage holds."""
    return folder / f"{_file_name(identity)}.jsonl"


def _file_name(name: str) -> str:
    """Return a name that is no path: separators are escaped, and so are names of dots alone."""
    quoted = quote(name, safe=" ")
    return quoted.replace(".", "%2E") if not quoted.strip(".") else quoted


def is_linked(folder: Path) -> bool:
    """Tell whether a folder of journals, or the one it is in, is a link to somewhere else."""
    return folder.is_symlink() or folder.parent.is_symlink()


def set_aside(journal: Path) -> bool:
    """Rename a journal that no run of ours has left, so that its values are not believed.

    Returns:
        whether none is left in its place.
    """
    try:
        journal.replace(journal.with_name(f"{journal.name}.stale"))
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def leave_folder(folder: Path) -> None:
    """Remove the folder of an experiment's journals, and the one that it is in, if empty."""
    with suppress(OSError):  # it has journals, or another was faster
        folder.rmdir()
        folder.parent.rmdir()


def delete_journals(url: str, name: str) -> None:
    """Remove the journals of an experiment that is no more.

    Args:
        url: of the storage.
        name: of the experiment.
    """
    folder = journal_folder(url, name)
    if is_linked(folder):
        return
    for path in folder.glob("*.jsonl*"):
        with suppress(OSError):
            path.unlink()
    leave_folder(folder)
