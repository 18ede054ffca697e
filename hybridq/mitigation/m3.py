"""Readout errors inverted on the bitstrings that were seen, by mthree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from hybridq.backends.vendor import vendor_module
from hybridq.core.errors import ParameterError
from hybridq.measurement.base import Group
from hybridq.measurement.execution import Bits, Execute
from hybridq.measurement.plans import Plan
from hybridq.mitigation.base import Cost, Label, Mitigated
from hybridq.mitigation.readout import ReadoutInversion
from hybridq.noise.measurement import CorrelatedReadout

_AT_LEAST = (3, 0)
_PARTS = 20  # of the shots, each left out once for the standard error


@dataclass(frozen=True)
class MatrixFree(ReadoutInversion):
    r"""Probabilities of the bitstrings that were seen, corrected together.

    With the matrix :math:`A = \bigotimes_q A_q` of readout errors on the strings that were seen,
    and its columns scaled to the sum 1, :math:`\tilde A p = p_{\mathrm{measured}}` is solved by
    mthree. It is exact if all strings are seen. Where most shots have a string of their own, errors
    to strings that were not seen are lost, and the values are biased; ``readout`` corrects term by
    term without that. The standard error is that of a jackknife over 20 parts of the shots.

    Args:
        calibration_shots: shots of each of the two calibration circuits, where they are run.

    Raises:
        ParameterError: calibration_shots is not an integer >= 1.
    """

    name: ClassVar[str] = "m3"
    summary: ClassVar[str] = "Readout errors of whole bitstrings, by mthree; for few strings."
    label: ClassVar[Label] = Label.BIASED
    source: ClassVar[str] = "Nation, Kang, Sundaresan, Gambetta 2021, arXiv:2108.12518"

    def prepare(self) -> None:
        """Raise where mthree is missing or too old.

        Raises:
            MissingExtraError: it is not installed.
            BackendError: it has an older version.
        """
        _mthree()

    def _inverted(
        self,
        plan: Plan,
        execute: Execute,
        readouts: Sequence[Sequence[CorrelatedReadout]],
        cost: Cost,
        statement: str,
    ) -> Mitigated:
        """See `ReadoutInversion._inverted`.

        Raises:
            MissingExtraError: mthree is not installed.
            BackendError: it has an older version.
            ParameterError: readout errors are correlated, or a circuit has fewer than 40 shots.
        """
        self.prepare()
        least = int(plan.shots.min(initial=2 * _PARTS))
        if least < 2 * _PARTS:
            raise ParameterError(
                argument="shots",
                value=least,
                expected=f"at least {2 * _PARTS} shots of each circuit for {self.name}",
            )
        found = super()._inverted(plan, execute, readouts, cost, statement)
        return replace(
            found, statement=f"{statement}; at most {found.facts['strings']:,} strings were seen"
        )

    def _corrected(
        self, plan: Plan, bits: Sequence[Bits], readouts: Sequence[Sequence[CorrelatedReadout]]
    ) -> tuple[float, float, dict[str, Any]]:
        """Return the value, its standard error, and the most strings of a group."""
        value, variance, strings = plan.constant, 0.0, 0
        for group, rows, errors in zip(plan.groups, bits, readouts, strict=True):
            own = _Corrected(group, rows.shape[1], errors)
            # Shots of simulators may be sorted.
            part_of = np.random.default_rng(0).permutation(len(rows)) % _PARTS
            without = np.array([own.value(rows[part_of != part]) for part in range(_PARTS)])
            value += own.value(rows)
            variance += (_PARTS - 1) * float(without.var())
            strings = max(strings, len(np.unique(rows, axis=0)))
        return value, float(np.sqrt(variance)), {"strings": strings}


class _Corrected:
    """Mean values of a group from bits whose readout errors mthree inverts.

    Args:
        group: its diagonal form.
        n_bits: of each shot.
        readouts: errors of single bits; others have none.

    Raises:
        ParameterError: errors of several bits are correlated.
    """

    def __init__(self, group: Group, n_bits: int, readouts: Sequence[CorrelatedReadout]) -> None:
        terms = group.diagonal.to_sparse()
        self._terms = [(list(qubits), coefficient.real) for _, qubits, coefficient in terms]
        matrices = [np.eye(2) for _ in range(n_bits)]
        for each in readouts:
            if len(each.qubits) > 1:
                raise ParameterError(
                    f"readout errors of the bits {list(each.qubits)} are correlated, and m3 takes "
                    "those of single qubits",
                    argument="mitigate",
                    value=MatrixFree.name,
                    remedy="use readout or twirled-readout",
                )
            matrices[each.qubits[0]] = np.asarray(each.matrix)
        self._solver = _mthree().M3Mitigation()
        self._solver.cals_from_matrices(matrices)

    def value(self, bits: Bits) -> float:
        """Return the corrected mean of bits, shape (shots, n_bits)."""
        strings, counts = np.unique(bits, axis=0, return_counts=True)
        # mthree writes bit 0 last.
        named = {
            "".join(map(str, row[::-1])): int(count)
            for row, count in zip(strings.tolist(), counts, strict=True)
        }
        found = self._solver.apply_correction(named, list(range(bits.shape[1])))
        shares = np.array([float(found[name]) for name in named])
        signs = 1.0 - 2.0 * strings.astype(np.float64)
        values = np.zeros(len(strings))
        for qubits, coefficient in self._terms:
            values += coefficient * signs[:, qubits].prod(axis=1)
        return float(shares @ values)


def _mthree() -> Any:
    """Return the module mthree."""
    return vendor_module("mthree", "mthree", "m3", "the mitigation m3", _AT_LEAST)
