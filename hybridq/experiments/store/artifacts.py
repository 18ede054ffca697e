"""The arrays of trials, as artifacts of Optuna: a file each in a folder beside the storage."""

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
    """The files of one experiment's arrays.

    A file's name follows from experiment and trial, so that a trial that is run twice, its first
    worker having been killed in between, leaves one file. The trial says which folder that is in,
    but for the one beside the storage, which may be moved with it.

    Args:
        url: of the storage.
        experiment: what tells this experiment from all others that share a folder.
    """

    def __init__(self, url: str, experiment: Plain) -> None:
        self._url = url
        self._experiment = canonical(experiment)

    def name(self, identity: str) -> str:
        """The name of the file of a trial's arrays, which Optuna knows the artifact by."""
        return str(uuid.uuid5(_NAMES, f"{self._experiment} {identity}"))

    def keep(
        self, storage: BaseStorage, trial_id: int, identity: str, arrays: Arrays, folder: Path
    ) -> Plain:
        """Write the arrays of a running trial and tell Optuna of them.

        Returns:
            what the trial's record says of them: ``shapes``, shape and dtype by name, and
            ``folder``, None where it is beside the storage.

        Raises:
            OutputError: the file cannot be written.
        """
        from optuna.artifacts import ArtifactMeta
        from optuna.exceptions import UpdateFinishedTrialError

        path = folder / self.name(identity)
        _refuse_link(folder, self._url)
        if path.is_symlink():
            path.unlink()  # what it points to is nothing of ours
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot make the folder of arrays {folder}: {error.strerror or error}; name "
                f"another by output.folder or {VARIABLE}"
            ) from error
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        meta = ArtifactMeta(path.name, f"{identity}.npz", "application/zip", None)
        with suppress(UpdateFinishedTrialError):  # by another worker, which wrote the same
            storage.set_trial_system_attr(
                trial_id, f"{_ATTRIBUTE}{path.name}", json.dumps(asdict(meta))
            )
        shapes = {
            name: {"shape": list(array.shape), "dtype": array.dtype.name}
            for name, array in arrays.items()
        }
        beside = folder == _beside(self._url)
        return {"shapes": shapes, "folder": None if beside else str(folder)}

    def find(self, trial: StoredTrial) -> Path:
        """The file of a trial's arrays.

        Raises:
            OutputError: it is in none of the folders where it may be.
        """
        folders = self._folders([trial])
        for folder in folders:
            if (path := folder / self.name(trial.identity)).is_file():
                return path
        looked = ", ".join(map(str, folders)) or "no folder"
        raise OutputError(
            f"the arrays of trial {trial.number} are not there (looked in {looked}): where the "
            f"folder was moved, name it by {VARIABLE}"
        )

    def read(self, trial: StoredTrial) -> dict[str, NDArray[Any]]:
        """The arrays of a trial by name.

        Raises:
            OutputError: the file is not there or is damaged.
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
        """Delete the files of these trials, with what a kill left of them, and empty folders.

        Returns:
            of how many trials the arrays were kept and are not found.
        """
        trials = list(trials)
        names = {self.name(trial.identity) for trial in trials}
        found: set[str] = set()
        beside = _beside(self._url)
        for folder in self._folders(trials):
            before = len(found)
            for entry in folder.iterdir() if folder.is_dir() else ():
                # A file that was being written is called .NAME.something.
                name = entry.name.removeprefix(".").partition(".")[0]
                if name in names:
                    with suppress(OSError):
                        entry.unlink()
                        found.add(name)
            if len(found) > before or folder == beside:  # none that only the storage names
                with suppress(OSError):
                    folder.rmdir()
        return sum(bool(one.arrays) and self.name(one.identity) not in found for one in trials)

    def _folders(self, trials: Iterable[StoredTrial]) -> list[Path]:
        """Where arrays of these trials may be: as the environment says, as recorded, beside."""
        named = os.environ.get(VARIABLE)
        recorded = dict.fromkeys(one.arrays_in for one in trials if one.arrays_in is not None)
        beside = _beside(self._url)
        found = [] if not named else [Path(named).expanduser()]
        found += [Path(folder) for folder in recorded]
        return found if beside is None else [*found, beside]


def artifact_folder(url: str, config: Plain) -> Path:
    """Where arrays are kept from now on: as environment or config say, or beside the storage.

    Args:
        url: of the storage.
        config: of the experiment.

    Raises:
        ParameterError: the storage is a server, and no folder is named; or it is no full path.
    """
    named = os.environ.get(VARIABLE) or (config.get("output") or {}).get("folder")
    if named is not None:
        folder = Path(named).expanduser()
        if not folder.is_absolute():
            raise ParameterError(
                f"the folder of arrays {named!r} is relative, which is another place for each "
                "process: give its full path"
            )
        return folder
    beside = _beside(url)
    if beside is None:
        raise ParameterError(
            "arrays are kept in a folder, and the storage is a server: name a folder that all "
            f"workers reach by output.folder in the config or by {VARIABLE}"
        )
    return beside


def check_artifact_folder(url: str, config: Plain) -> None:
    """Refuse a folder of arrays that cannot be written, before an hour's work; see above.

    Raises:
        ParameterError: there is none.
        OutputError: it, or the folder that it will be made in, is none of ours to write to.
    """
    folder = artifact_folder(url, config)
    _refuse_link(folder, url)
    there = next(path for path in (folder, *folder.parents) if path.exists() or path == Path())
    check_writable(there / "arrays")


def _refuse_link(folder: Path, url: str) -> None:
    """Refuse a folder beside the storage that is a link to somewhere else."""
    if folder.is_symlink() and folder == _beside(url):
        raise OutputError(
            f"the folder of arrays {folder} is a link, and is not taken unless it is named: "
            f"name it by output.folder or {VARIABLE}"
        )


def _beside(url: str) -> Path | None:
    """The folder beside the storage's file, None for a server."""
    file = storage_file(url)
    return None if file is None else file.with_name(file.name + ".artifacts")
