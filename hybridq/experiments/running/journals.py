"""Where the journals of running trials are: beside the storage where that is a file."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from hybridq.experiments.records import identity
from hybridq.optimizers.database import storage_url, without_password


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
    return folder / quote(name, safe=" ")
