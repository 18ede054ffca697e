"""Measurement plans: circuits, their shots, and estimates with standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import checked_count, checked_positive
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.core.numbers import plural
from hybridq.measurement.allocation import LEAST_SHOTS, Shots, best_division, needed
from hybridq.measurement.base import Group, Vector

MOST_SHOTS = 10**9
"""Shots of a plan at most by default."""

_PRIOR_SHOTS = 1.0
_MANY_SHOTS = 10**15  # beyond, a message rounds their number


@dataclass(frozen=True)
class Estimate:
    """A value from measurements.

    Attributes:
        value: the estimate.
        standard_error: its standard deviation over repetitions; NaN where a circuit was measured
            only once.
        shots: the number of measurements.
    """

    value: float
    standard_error: float
    shots: int


class VarianceSource(StrEnum):
    """Origin of predicted variances.

    Attributes:
        STATE: the exact state of the embedded simulator.
        PILOT: measurements.
        MIXED: the maximally mixed state, as nothing is known of the state.
    """

    STATE = "state"
    PILOT = "pilot"
    MIXED = "mixed"


@dataclass(frozen=True, eq=False)
class Plan:
    r"""Circuits that measure a Hamiltonian, and the shots of each.

    The estimate is :math:`c + \sum_g \bar A_g` with the mean :math:`\bar A_g` over the shots of
    group g; it is unbiased, with the variance :math:`\sum_g V_g / N_g`. V_g is the variance of
    the whole group in one shot, so that covariances between its terms are included.

    Attributes:
        grouping: name in `GROUPINGS`.
        constant: c.
        groups: the parts of the Hamiltonian, one circuit each.
        variances: V_g as predicted, shape (groups,).
        source: origin of `variances`.
        shots: N_g, int64, shape (groups,).
        preparation: the circuit of the state, None where it is not known.
    """

    grouping: str
    constant: float
    groups: tuple[Group, ...]
    variances: Vector
    source: VarianceSource
    shots: Shots
    preparation: Circuit | None = field(default=None, repr=False)

    @property
    def total_shots(self) -> int:
        """Number of shots of all circuits."""
        return int(self.shots.sum())

    @property
    def standard_error(self) -> float:
        """Predicted standard error of the estimate, exact if the variances are."""
        return float(np.sqrt((self.variances / self.shots).sum()))

    @cached_property
    def circuits(self) -> tuple[Circuit, ...]:
        """The circuit of each group; without a preparation the changes of basis alone."""
        if self.preparation is None:
            return tuple(group.rotation for group in self.groups)
        return tuple(self.preparation.compose(group.rotation) for group in self.groups)

    def for_target(self, error: float, max_shots: int | None = None) -> Plan:
        """Return the plan with the fewest shots for a standard error.

        Raises:
            ParameterError: it takes more than `max_shots`; the message says how many.
        """
        target = checked_positive("target_error", error)
        most = MOST_SHOTS if max_shots is None else checked_count("max_shots", max_shots)
        shots = needed(self.variances, target)
        total = sum(shots.tolist())
        if total > most:
            deviation = float(np.sqrt(self.variances).sum())
            reach, exactly = deviation / np.sqrt(most), total < _MANY_SHOTS
            raise ParameterError(
                argument="target_error",
                value=target,
                expected=f"at least {reach:.2g} for at most {most:,} shots",
                remedy=f"it takes {total:,} shots"
                if exactly
                else f"it takes about {(deviation / target) ** 2:.1e} shots",
            )
        return replace(self, shots=shots)

    def with_shots(self, shots: int) -> Plan:
        """Return the plan with so many shots in all.

        Raises:
            ParameterError: there are fewer than two for each circuit.
        """
        least = LEAST_SHOTS * len(self.groups)
        if checked_count("shots", shots) < least:
            raise ParameterError(
                argument="shots",
                value=shots,
                expected=f"an integer >= {least}",
                remedy=f"two shots for each of {plural(len(self.groups), 'circuit')}",
            )
        return replace(self, shots=best_division(shots, self.variances))

    def estimate(self, bits: Sequence[ArrayLike]) -> Estimate:
        r"""Return the value that was measured, with its standard error.

        The standard error is :math:`\sqrt{\sum_g s_g^2 / N_g}`, where s_g is the standard
        deviation of the group's values over its N_g shots.

        Args:
            bits: the rows measured for each group, shapes (shots, n_qubits), column i = qubit i.

        Raises:
            DimensionError: another number of groups or qubits, or a group without rows.
        """
        return self.estimate_of(self.values(bits))

    def estimate_of(self, values: Sequence[Vector]) -> Estimate:
        """Return the estimate from the value of each shot of each group; see `estimate`.

        Args:
            values: shapes (shots,), one array for each group, such as `values` returns.
        """
        value, variance, shots = self.constant, 0.0, 0
        for each in values:
            value += float(each.mean())
            spread = float(each.var(ddof=1)) if len(each) > 1 else float("nan")
            variance += spread / len(each)
            shots += len(each)
        return Estimate(value, float(np.sqrt(variance)), shots)

    def values(self, bits: Sequence[ArrayLike]) -> list[Vector]:
        """Return the value of each shot of each group, without the constant.

        Args:
            bits: as in `estimate`.

        Raises:
            DimensionError: another number of groups or qubits, or a group without rows.
        """
        if len(bits) != len(self.groups):
            raise DimensionError(
                argument="bits",
                value=f"{len(bits)} arrays",
                expected=f"{plural(len(self.groups), 'array')}, one for each circuit",
            )
        return [
            group.values(_rows(each, group.diagonal.n_qubits, number))
            for number, (group, each) in enumerate(zip(self.groups, bits, strict=True))
        ]

    def refined(self, bits: Sequence[ArrayLike]) -> Plan:
        r"""Return the plan with variances from measurements of a pilot run.

        :math:`\hat V = ((N-1) s^2 + \Sigma c^2)/N`: the variance Σ c² of the maximally mixed
        state counts as one shot, so that no group is left without variance.

        Args:
            bits: as in `estimate`.
        """
        found = []
        for group, values in zip(self.groups, self.values(bits), strict=True):
            freedom = len(values) - 1.0
            spread = float(values.var(ddof=1)) if freedom else 0.0
            prior = _PRIOR_SHOTS * group.mixed_variance
            found.append((freedom * spread + prior) / (freedom + _PRIOR_SHOTS))
        return replace(self, variances=np.array(found), source=VarianceSource.PILOT)

    def describe(self) -> dict[str, Any]:
        """Return grouping, circuits, shots and predicted error as plain values."""
        return {
            "grouping": self.grouping,
            "circuits": len(self.groups),
            "shots": self.total_shots,
            "predicted_error": self.standard_error,
            "variances_from": str(self.source),
        }

    def __repr__(self) -> str:
        return (
            f"Plan({self.grouping}: {plural(len(self.groups), 'circuit')}, "
            f"{self.total_shots:,} shots, standard error {self.standard_error:.3g} predicted "
            f"from the {self.source})"
        )


def _rows(bits: ArrayLike, n_qubits: int, group: int) -> NDArray[Any]:
    """Return measured rows of a group as an array."""
    rows = np.asarray(bits)
    if rows.ndim != 2 or rows.shape[1] != n_qubits or not len(rows):
        raise DimensionError(
            argument="bits",
            value=f"shape {rows.shape} for circuit {group}",
            expected=f"rows of {n_qubits} bits, one for each shot",
        )
    return rows
