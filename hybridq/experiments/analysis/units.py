"""The units of the metrics: hartree for the energies of molecules, seconds for times."""

from __future__ import annotations

from hybridq.experiments.analysis.table import Table

_ENERGIES = ("energy", "expectation", "error", "reference")
_FIXED = {"error_mha": "mHa", "seconds": "s", "seconds_total": "s"}
_IN_WORDS = {"error_mha": "error", "best_ratio": "best sample / reference"}


def unit_of(metric: str, trials: Table) -> str:
    """The unit of a metric of these trials: ``Ha``, ``mHa`` or ``s``.

    Empty where it is a pure number, or an energy in the unit that a Hamiltonian brings along.
    """
    if metric in _ENERGIES:
        kinds = set(trials.conditions.get("problem.kind", ()))
        return "Ha" if kinds == {"molecule"} else ""
    return _FIXED.get(metric, "")


def with_unit(name: str, unit: str) -> str:
    """A column and its unit as an axis or a table calls them: ``error (mHa)``, ``p``."""
    words = _IN_WORDS.get(name, name.rpartition(".")[2].replace("_", " "))
    return f"{words} ({unit})" if unit else words
