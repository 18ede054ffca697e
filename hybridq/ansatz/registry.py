"""Ansätze by name, built for a problem from plain options."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.hardware_efficient import HardwareEfficient
from hybridq.ansatz.hva import HVA
from hybridq.ansatz.k_upccgsd import KUpCCGSD
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.ucc import UCCSD
from hybridq.core.errors import UnknownNameError
from hybridq.core.registry import Registry, check_class
from hybridq.problems.base import Problem


@dataclass(frozen=True)
class AnsatzFamily:
    """A family of ansätze; calling it with a problem and options builds one.

    Args:
        made: the class that is built; its fields after the first are the options.
    """

    made: type[Ansatz]

    @property
    def name(self) -> str:
        """The plain name."""
        return self.made.kind

    @property
    def summary(self) -> str:
        """One line that says what it is for."""
        return self.made.summary

    @property
    def source(self) -> str:
        """Publication of the ansatz."""
        return self.made.source

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the options, as in Python and YAML."""
        return tuple(field.name for field in dataclasses.fields(self.made)[1:])  # type: ignore[arg-type]

    def suits(self, family: type[Problem]) -> bool:
        """Return whether the ansatz can be built for problems of a family."""
        return self.made.suits(family)

    def __call__(self, problem: Problem, **options: Any) -> Ansatz:
        """Return the ansatz for `problem`.

        Raises:
            UnknownNameError: an option that this family does not have.
            ParameterError: a value that is not accepted, or a problem that does not fit.
        """
        chosen = {name.replace("-", "_"): value for name, value in options.items()}
        for name in chosen:
            if name not in self.options:
                raise UnknownNameError(f"option of {self.name}", name, self.options)
        return self.made.for_problem(problem, **chosen)


def _check_ansatz(name: str, entry: object) -> None:
    """Raise unless `entry` is an ansatz class called `name`."""
    check_class(name, entry, Ansatz, name_field="kind")


ANSATZE: Registry[AnsatzFamily] = Registry(
    "ansatz",
    {made.kind: AnsatzFamily(made) for made in (QAOA, UCCSD, KUpCCGSD, HardwareEfficient, HVA)},
    aliases={"kupccgsd": "k-upccgsd", "hea": "hardware-efficient"},
    group="hybridq.ansatze",
    check=_check_ansatz,
    wrap=AnsatzFamily,
)
"""Every ansatz by name; another package declares a subclass of `Ansatz`."""
