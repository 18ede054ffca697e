"""Export of stored arrays to files with readable names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hybridq.core.errors import OutputError, ParameterError
from hybridq.core.files import atomic_path
from hybridq.experiments.records import StoredTrial
from hybridq.experiments.store.experiment import Experiment


def export_arrays(
    experiment: Experiment, trials: Sequence[StoredTrial], folder: str | os.PathLike[str]
) -> tuple[int, list[str]]:
    """Write the arrays of each trial to ``FOLDER/trial-NUMBER.npz``, for `numpy.load`.

    Args:
        experiment: the experiment with the arrays.
        trials: trials of the experiment; those without arrays are skipped.
        folder: created if missing; existing files of these names are replaced.

    Returns:
        the number of files, and an error for each trial whose arrays cannot be read.

    Raises:
        ParameterError: none of the trials has arrays.
        OutputError: the files cannot be written.
    """
    kept = [trial for trial in trials if trial.arrays]
    if not kept:
        raise ParameterError(
            f"no trial of {experiment.name!r} has stored arrays",
            remedy="request them by output.arrays in the config before the run",
        )
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot create the folder {target} ({error.strerror or error})",
            argument="arrays",
            value=str(target),
            remedy="name another folder",
        ) from error
    unreadable = []
    for trial in kept:
        try:
            arrays = experiment.arrays(trial)
        except OutputError as error:
            unreadable.append(str(error))
            continue
        with atomic_path(target / f"trial-{trial.number}.npz") as temporary:
            np.savez(temporary, **arrays)  # type: ignore[arg-type]
    return len(kept) - len(unreadable), unreadable
