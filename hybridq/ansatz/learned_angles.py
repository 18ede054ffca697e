"""Angles learned on a set of instances, for similar ones."""

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
        name: name of the angles.
        schedule: γ_1 … γ_p in `phase_unit` of an instance, β_1 … β_p; shape (2p,).
        degree: mean degree of the training instances.
        instances: number of training instances.
        source: origin of the instances.

    Raises:
        ParameterError: an empty name, or angles that are not finite.
        DimensionError: not two angles for each layer.

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
                "schedule must be gamma_1 ... gamma_p, beta_1 ... beta_p, shape (2p,), "
                f"got shape {schedule.shape}",
                argument="schedule",
            )
        if not np.isfinite(schedule).all():
            raise ParameterError("the learned angles must be finite numbers", argument="schedule")
        if not str(self.name).strip():
            raise ParameterError(
                argument="name", value=self.name, expected="text that is not blank"
            )
        schedule.setflags(write=False)
        object.__setattr__(self, "schedule", schedule)

    @classmethod
    def median_of(
        cls,
        name: str,
        found: Iterable[tuple[Ising, ArrayLike]],
        source: str = "",
    ) -> Self:
        """Return the median, angle by angle, of the best angles of instances.

        Args:
            name: name of the angles.
            found: the cost and the best angles, shape (2p,), of each instance; p is the same.
            source: origin of the instances.

        Raises:
            ParameterError: no instances.
            DimensionError: the depths differ.
        """
        rows, degrees = [], []
        for ising, angles in found:
            row = np.array(angles, dtype=np.float64)
            row[: len(row) // 2] /= phase_unit(ising)
            rows.append(row)
            degrees.append(mean_degree(ising))
        if not rows:
            raise ParameterError(
                "found is empty: no instances to learn from",
                argument="found",
                remedy="give at least one",
            )
        if len({len(row) for row in rows}) > 1:
            raise DimensionError("the instances have angles of several depths: give one depth")
        return cls(
            name, np.median(rows, axis=0), round(float(np.mean(degrees)), 6), len(rows), source
        )

    @property
    def p(self) -> int:
        """Number of layers."""
        return len(self.schedule) // 2

    def angles(self, ising: Ising, p: int | None = None) -> Vector:
        """Return the angles for an instance, resampled to depth `p`; shape (2p,)."""
        return fitted(resampled(self.schedule, p or self.p), ising, p or self.p)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the angles as JSON, atomically; `load` reads them.

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
        """Return the angles in a file written by `save`.

        Raises:
            FormatError: the file cannot be read, or is something else.
        """
        document = _document(path)
        if document is None:
            raise FormatError(
                "the file has no learned angles: give a file that LearnedAngles.save wrote",
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
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise FormatError(f"the learned angles are broken: {what}", source=str(path)) from error


def angles_in(path: str | os.PathLike[str]) -> Vector | LearnedAngles:
    """Return the learned angles or the plain numbers in a file.

    Raises:
        FormatError: the file cannot be read, or has neither.
    """
    return read_angles(path) if _document(path) is None else LearnedAngles.load(path)


def _document(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return the JSON object of learned angles in a file, None for other content."""
    try:
        document = json.loads(text_of_angles(path))
    except (ValueError, RecursionError):
        return None
    known = isinstance(document, dict) and document.get("format") == FORMAT
    return document if known else None
