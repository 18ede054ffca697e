"""Options of optimizers and simulators that a job must not set."""

from __future__ import annotations

REFUSED_OPTIONS = frozenset({"storage", "study_name", "unpickle", "threads", "kernels", "noise"})
"""They name places, run stored code, take more of the machine, or may name a file."""
