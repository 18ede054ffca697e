"""Angles learned on some instances, kept under a name, for others like them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.angle_file import read_angles, text_of_angles
from hybridq.ansatz.angle_tables import fitted, mean_degree, phase_unit, resampled
from hybridq.core.errors import DimensionError, FormatError, ParameterError
from hybridq.core.files import write_text

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

Vector = NDArray[np.float64]

FORMAT = "hybridq learned angles"
VERSION = 1


@dataclass(frozen=True, eq=False)
class LearnedAngles:
    """QAOA angles that belong to a class of instances.

    Args:
        name: what to call them.
        schedule: γ_1 … γ_p in `phase_unit` of an instance, β_1 … β_p; shape (2p,).
        degree: mean degree of the instances they come from.
        instances: how many these were.
        source: where these come from.

    Raises:
        ParameterError: an empty name, or angles that are not finite.
        DimensionError: not two angles a layer.

    Source: the median over instances as in Lotshaw, Humble, Herrman, Ostrowski, Siopsis 2021,
    arXiv:2102.06813; the unit as in Sureshbabu et al. 2024, arXiv:2305.15201.
    """

    name: str
    schedule: Vector
    degree: float
    instances: int
    source: str = ""

    def __post_init__(self) -> None:
        schedule = np.array(self.schedule, dtype=np.float64)
        if schedule.ndim != 1 or not len(schedule) or len(schedule) % 2:
            raise DimensionError(
                f"learned angles have shape {schedule.shape}: "
                "give gamma_1 ... gamma_p, beta_1 ... beta_p, shape (2p,)"
            )
        if not np.isfinite(schedule).all():
            raise ParameterError("the learned angles are not all finite numbers")
        if not str(self.name).strip():
            raise ParameterError("learned angles need a name: give one")
        schedule.setflags(write=False)
        object.__setattr__(self, "schedule", schedule)

    @classmethod
    def median_of(
        cls,
        name: str,
        found: Iterable[tuple[Ising, ArrayLike]],
        source: str = "",
    ) -> Self:
        """The median, angle by angle, of what was found on each instance.

        Args:
            name: what to call it.
            found: the cost and the best angles, shape (2p,), of each instance; p is the same.
            source: where the instances come from.

        Raises:
            ParameterError: there are none.
            DimensionError: the depths differ.
        """
        rows, degrees = [], []
        for ising, angles in found:
            row = np.array(angles, dtype=np.float64)
            row[: len(row) // 2] /= phase_unit(ising)
            rows.append(row)
            degrees.append(mean_degree(ising))
        if not rows:
            raise ParameterError("there are no instances to learn from: give at least one")
        if len({len(row) for row in rows}) > 1:
            raise DimensionError("the instances have angles of several depths: give one depth")
        return cls(
            name, np.median(rows, axis=0), round(float(np.mean(degrees)), 6), len(rows), source
        )

    @property
    def p(self) -> int:
        """Layers."""
        return len(self.schedule) // 2

    def angles(self, ising: Ising, p: int | None = None) -> Vector:
        """The angles for an instance, resampled where `p` is another depth; shape (2p,)."""
        return fitted(resampled(self.schedule, p or self.p), ising, p or self.p)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the angles as JSON, whole or not at all; `load` and `--initial FILE` read it.

        Raises:
            OutputError: the file cannot be written.
        """
        document = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "p": self.p,
            "degree": self.degree,
            "instances": self.instances,
            "source": self.source,
            "gamma": self.schedule[: self.p].tolist(),
            "beta": self.schedule[self.p :].tolist(),
        }
        write_text(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The angles in a file written by `save`.

        Raises:
            FormatError: the file cannot be read, or is something else.
        """
        document = _document(path)
        if document is None:
            raise FormatError(
                "these are no learned angles: give a file that LearnedAngles.save wrote",
                source=str(path),
            )
        if document.get("version") != VERSION:
            raise FormatError(
                f"version {document.get('version')!r} of learned angles is unknown: "
                f"this hybridq reads version {VERSION}",
                source=str(path),
            )
        try:
            gamma, beta = ([float(x) for x in document[key]] for key in ("gamma", "beta"))
            if len(gamma) != len(beta):
                raise DimensionError(f"there are {len(gamma)} gamma and {len(beta)} beta")
            return cls(
                str(document["name"]),
                np.array(gamma + beta),
                float(document["degree"]),
                int(document["instances"]),
                str(document.get("source", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise FormatError(f"the learned angles are broken: {what}", source=str(path)) from error


def angles_in(path: str | os.PathLike[str]) -> Vector | LearnedAngles:
    """The content of a file of angles: learned ones for any instance, or the numbers themselves.

    Raises:
        FormatError: the file cannot be read, or holds neither.
    """
    return read_angles(path) if _document(path) is None else LearnedAngles.load(path)


def _document(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """The JSON object of learned angles in a file, None where it is something else."""
    try:
        document = json.loads(text_of_angles(path))
    except (ValueError, RecursionError):
        return None
    known = isinstance(document, dict) and document.get("format") == FORMAT
    return document if known else None
