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

from hybridq.errors import OutputError, ParameterError
from hybridq.experiments.arrays import Arrays
from hybridq.experiments.records import Plain, canonical
from hybridq.files import atomic_path
from hybridq.optimizers.database import storage_file

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

VARIABLE = "HYBRIDQ_ARTIFACTS"

_ATTRIBUTE = "artifacts:"  # by which Optuna and its dashboard find the artifacts of a trial
_NAMES = uuid.UUID("6f1d3a5e-3c0b-4f38-9d55-0f6a3c1f7a10")


class Artifacts:
    """The files of one experiment's arrays.

    A file's name follows from experiment and trial, so that a trial that is run twice, its first
    worker having been killed in between, leaves one file.

    Args:
        folder: where they are, for all processes the same.
        experiment: what tells this experiment from all others that share the folder.
    """

    def __init__(self, folder: Path, experiment: Plain) -> None:
        self.folder = folder
        self._experiment = canonical(experiment)

    def path(self, identity: str) -> Path:
        """The file of a trial's arrays, written or not."""
        return self.folder / str(uuid.uuid5(_NAMES, f"{self._experiment} {identity}"))

    def keep(self, storage: BaseStorage, trial_id: int, identity: str, arrays: Arrays) -> Plain:
        """Write the arrays of a running trial and tell Optuna of them.

        Returns:
            shape and type of each by name.

        Raises:
            OutputError: the file cannot be written.
        """
        from optuna.artifacts import ArtifactMeta
        from optuna.exceptions import UpdateFinishedTrialError

        path = self.path(identity)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot make the folder of arrays {self.folder}: {error.strerror or error}; name "
                f"another by output.folder or {VARIABLE}"
            ) from error
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        meta = ArtifactMeta(path.name, f"{identity}.npz", "application/zip", None)
        with suppress(UpdateFinishedTrialError):  # by another worker, which wrote the same
            storage.set_trial_system_attr(
                trial_id, f"{_ATTRIBUTE}{path.name}", json.dumps(asdict(meta))
            )
        return {
            name: {"shape": list(array.shape), "dtype": array.dtype.name}
            for name, array in arrays.items()
        }

    def read(self, identity: str) -> dict[str, NDArray[Any]]:
        """The arrays of a trial by name.

        Raises:
            OutputError: the file is not there or is damaged.
        """
        path = self.path(identity)
        try:
            with np.load(path, allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise OutputError(
                f"the arrays of trial {identity} cannot be read from {path} ({error}): if the "
                f"folder was moved, name it by {VARIABLE}"
            ) from error

    def remove(self, identities: Iterable[str]) -> None:
        """Delete the files of these trials as far as there are any, and the folder if empty."""
        for identity in identities:
            with suppress(OSError):
                self.path(identity).unlink()
        with suppress(OSError):
            self.folder.rmdir()


def artifact_folder(url: str, config: Plain) -> Path:
    """Where the arrays of an experiment are: by environment, config, or beside the storage's file.

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
    file = storage_file(url)
    if file is None:
        raise ParameterError(
            "arrays are kept in a folder, and the storage is a server: name a folder that all "
            f"workers reach by output.folder in the config or by {VARIABLE}"
        )
    return file.with_name(file.name + ".artifacts")
