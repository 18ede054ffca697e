"""The section `output`: which large arrays of each trial are kept, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from hybridq.experiments.arrays import ARRAYS
from hybridq.experiments.config.choice import Group
from hybridq.experiments.section import Section

_Name = Literal[tuple(ARRAYS)]  # type: ignore[valid-type]


class OutputSection(Section):
    """What is kept of each trial beside its figures, parameters and thinned convergence."""

    arrays: Annotated[list[_Name], Field(min_length=1)]  # type: ignore[valid-type]
    """values (the objective at every evaluation), points (the parameters there), samples."""

    folder: Annotated[str, Field(min_length=1)] | None = None
    """The full path of where they go; by default beside the storage: runs.db.artifacts."""

    @field_validator("folder")
    @classmethod
    def _is_one_place(cls, folder: str | None) -> str | None:
        if folder is not None and not Path(folder).expanduser().is_absolute():
            raise ValueError(
                "a relative folder is another one for each process: give the full path"
            )
        return folder


OUTPUT = Group("output", OutputSection)
