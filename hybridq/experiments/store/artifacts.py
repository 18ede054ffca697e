"""Arrays of trials as artifacts of Optuna, one file each."""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.errors import OutputError, ParameterError
from hybridq.core.files import atomic_path, check_writable
from hybridq.experiments.arrays import Arrays
from hybridq.experiments.records import Plain, StoredTrial, canonical
from hybridq.storage.database import storage_file

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

VARIABLE = "HYBRIDQ_ARTIFACTS"

_ATTRIBUTE = "artifacts:"  # by which Optuna and its dashboard find the artifacts of a trial
_NAMES = uuid.UUID("6f1d3a5e-3c0b-4f38-9d55-0f6a3c1f7a10")


class Artifacts:
    """Files of one experiment's arrays.

    The file name is derived from experiment and trial, so a trial that is run twice, after its
    first worker was killed, leaves one file. The trial records its folder, except for the one next
    to the storage, which may be moved together with it.

    Args:
        url: URL of the storage.
        experiment: data that identify the experiment among all that share a folder.
    """

    def __init__(self, url: str, experiment: Plain) -> None:
        self._url = url
        self._experiment = canonical(experiment)

    def name(self, identity: str) -> str:
        """Return the file name of a trial's arrays, which is also the artifact's id."""
        return str(uuid.uuid5(_NAMES, f"{self._experiment} {identity}"))

    def keep(
        self, storage: BaseStorage, trial_id: int, identity: str, arrays: Arrays, folder: Path
    ) -> Plain:
        """Write the arrays of a running trial and register them with Optuna.

        Returns:
            the trial's record of them: ``shapes``, shape and dtype by name, and ``folder``, None
            for the one next to the storage.

        Raises:
            OutputError: the file cannot be written.
        """
        from optuna.artifacts import ArtifactMeta
        from optuna.exceptions import UpdateFinishedTrialError

        path = folder / self.name(identity)
        _refuse_link(folder, self._url)
        if path.is_symlink():
            path.unlink()  # its target is not ours
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot create the folder of arrays {folder} ({error.strerror or error})",
                remedy=f"name another by output.folder or {VARIABLE}",
            ) from error
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        meta = ArtifactMeta(path.name, f"{identity}.npz", "application/zip", None)
        with suppress(UpdateFinishedTrialError):  # by another worker with the same arrays
            storage.set_trial_system_attr(
                trial_id, f"{_ATTRIBUTE}{path.name}", json.dumps(asdict(meta))
            )
        shapes = {
            name: {"shape": list(array.shape), "dtype": array.dtype.name}
            for name, array in arrays.items()
        }
        default = folder == _default_folder(self._url)
        return {"shapes": shapes, "folder": None if default else str(folder)}

    def find(self, trial: StoredTrial) -> Path:
        """Return the path of a trial's arrays.

        Raises:
            OutputError: none of the folders has it.
        """
        folders = self._folders([trial])
        for folder in folders:
            if (path := folder / self.name(trial.identity)).is_file():
                return path
        searched = ", ".join(map(str, folders)) or "no folder"
        raise OutputError(
            f"the arrays of trial {trial.number} are missing (searched {searched})",
            remedy=f"if the folder was moved, name it by {VARIABLE}",
        )

    def read(self, trial: StoredTrial) -> dict[str, NDArray[Any]]:
        """Return the arrays of a trial by name.

        Raises:
            OutputError: the file is missing or damaged.
            CapacityError: the arrays do not fit in memory.
        """
        path = self.find(trial)
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(member.file_size for member in archive.infolist())
            memory.require(size, f"the arrays of trial {trial.number}", "free some memory")
            with np.load(path, allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise OutputError(
                f"the arrays of trial {trial.number} cannot be read: {path} is damaged ({error})"
            ) from error

    def remove(self, trials: Iterable[StoredTrial]) -> int:
        """Delete the files of these trials, partial files, and empty folders.

        Returns:
            the number of trials whose arrays were stored and are missing.
        """
        trials = list(trials)
        names = {self.name(trial.identity) for trial in trials}
        found: set[str] = set()
        default = _default_folder(self._url)
        for folder in self._folders(trials):
            before = len(found)
            for entry in folder.iterdir() if folder.is_dir() else ():
                # A partial file is called .NAME.something.
                name = entry.name.removeprefix(".").partition(".")[0]
                if name in names:
                    with suppress(OSError):
                        entry.unlink()
                        found.add(name)
            if len(found) > before or folder == default:  # not a folder that only the storage names
                with suppress(OSError):
                    folder.rmdir()
        return sum(bool(one.arrays) and self.name(one.identity) not in found for one in trials)

    def _folders(self, trials: Iterable[StoredTrial]) -> list[Path]:
        """Return the folders to search: from the environment, recorded, the default."""
        named = os.environ.get(VARIABLE)
        recorded = dict.fromkeys(one.arrays_in for one in trials if one.arrays_in is not None)
        default = _default_folder(self._url)
        found = [] if not named else [Path(named).expanduser()]
        found += [Path(folder) for folder in recorded]
        return found if default is None else [*found, default]


def artifact_folder(url: str, config: Plain) -> Path:
    """Return the folder for new arrays.

    The environment is used first, then the config, then the folder next to the storage.

    Args:
        url: URL of the storage.
        config: config of the experiment.

    Raises:
        ParameterError: the storage is a server and no folder is named, or the path is relative.
    """
    named = os.environ.get(VARIABLE) or (config.get("output") or {}).get("folder")
    if named is not None:
        folder = Path(named).expanduser()
        if not folder.is_absolute():
            raise ParameterError(
                f"the folder of arrays {named!r} is relative, so it differs between processes",
                remedy="use its full path",
            )
        return folder
    default = _default_folder(url)
    if default is None:
        raise ParameterError(
            "arrays need a folder, and the storage is a server",
            remedy="name a folder that all workers can reach by output.folder in the config or by "
            f"{VARIABLE}",
        )
    return default


def check_artifact_folder(url: str, config: Plain) -> None:
    """Raise if the folder of arrays cannot be written; see `artifact_folder`.

    Raises:
        ParameterError: no folder is named.
        OutputError: the folder, or its nearest existing parent, cannot be written.
    """
    folder = artifact_folder(url, config)
    _refuse_link(folder, url)
    there = next(path for path in (folder, *folder.parents) if path.exists() or path == Path())
    check_writable(there / "arrays")


def _refuse_link(folder: Path, url: str) -> None:
    """Raise if the folder next to the storage is a symbolic link."""
    if folder.is_symlink() and folder == _default_folder(url):
        raise OutputError(
            f"the folder of arrays {folder} is a symbolic link, which is used only by name",
            remedy=f"name it by output.folder or {VARIABLE}",
        )


def _default_folder(url: str) -> Path | None:
    """Return the folder next to the storage's file, None for a server."""
    file = storage_file(url)
    return None if file is None else file.with_name(file.name + ".artifacts")
