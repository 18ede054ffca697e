"""The arrays that an experiment keeps, copied to files that people can tell apart."""

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
        experiment: which has them.
        trials: of the experiment; those without arrays are left out.
        folder: made if it is not there; files in it that have these names are replaced.

    Returns:
        how many files there are, and of each trial whose arrays cannot be read, why.

    Raises:
        ParameterError: none of the trials has arrays.
        OutputError: the files cannot be written.
    """
    kept = [trial for trial in trials if trial.arrays]
    if not kept:
        raise ParameterError(
            f"no trial of {experiment.name!r} has kept arrays: ask for them by output.arrays in "
            "the config before it is run"
        )
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {target}: {error.strerror or error}; name another"
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
