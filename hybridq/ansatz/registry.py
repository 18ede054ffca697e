"""Every ansatz by its plain name, built for a problem from plain options."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.hardware_efficient import HardwareEfficient
from hybridq.ansatz.hva import HVA
from hybridq.ansatz.k_upccgsd import KUpCCGSD
from hybridq.ansatz.ucc import UCCSD
from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.registry import Registry
from hybridq.problems.base import Problem


@dataclass(frozen=True)
class AnsatzFamily:
    """A family of ansätze; calling it with a problem and options gives the ansatz.

    Args:
        name: the plain name.
        build: makes the ansatz from the problem and checked options.
        options: the names of the options, as on the command line, in Python and in YAML.
        made: the dataclass that is built, whose fields the options are.
    """

    name: str
    build: Callable[..., Ansatz]
    options: tuple[str, ...]
    made: type[Ansatz]

    def __call__(self, problem: Problem, **options: Any) -> Ansatz:
        """The ansatz for `problem`.

        Raises:
            UnknownNameError: an option that this family does not have.
            ParameterError: a value that makes no sense, or a problem that does not fit.
        """
        chosen = {name.replace("-", "_"): value for name, value in options.items()}
        for name in chosen:
            if name not in self.options:
                raise UnknownNameError(f"option of {self.name}", name, self.options)
        return self.build(problem, **chosen)


def _is_molecule(problem: Problem) -> bool:
    return problem.electronic is not None


def _of_molecule(family: Callable[..., Ansatz]) -> Callable[..., Ansatz]:
    """Builds the family for a molecule and refuses other problems."""

    def build(problem: Problem, **options: Any) -> Ansatz:
        if not _is_molecule(problem):
            raise ParameterError(
                f"coupled cluster needs the orbitals of a molecule, {problem.name} is a "
                f"{problem.kind}: use hva or hardware-efficient"
            )
        return family(problem, **options)

    return build


def _hardware_efficient(problem: Problem, **options: Any) -> Ansatz:
    if _is_molecule(problem):  # start near the Hartree-Fock state
        options.setdefault("reference", Electrons.of(problem).bits)  # type: ignore[arg-type]
    return HardwareEfficient(problem.n_qubits, **options)


def _hva(problem: Problem, **options: Any) -> Ansatz:
    model = problem.model
    if model is not None:
        options.setdefault("particles", problem.particles)
    elif _is_molecule(problem) and "particles" not in options:
        # Any other state has other electron numbers, and the evolutions keep most of them.
        options.setdefault("reference", Electrons.of(problem).bits)  # type: ignore[arg-type]
    return HVA(problem.hamiltonian if model is None else model, **options)


def _options(family: Any) -> tuple[str, ...]:
    """The fields of the family's dataclass after the first, which the problem gives."""
    return tuple(field.name for field in dataclasses.fields(family)[1:])


ANSATZE: Registry[AnsatzFamily] = Registry(
    "ansatz",
    {
        "uccsd": AnsatzFamily("uccsd", _of_molecule(UCCSD), _options(UCCSD), UCCSD),
        "k-upccgsd": AnsatzFamily(
            "k-upccgsd", _of_molecule(KUpCCGSD), _options(KUpCCGSD), KUpCCGSD
        ),
        "hardware-efficient": AnsatzFamily(
            "hardware-efficient",
            _hardware_efficient,
            _options(HardwareEfficient),
            HardwareEfficient,
        ),
        "hva": AnsatzFamily("hva", _hva, _options(HVA), HVA),
    },
    aliases={"kupccgsd": "k-upccgsd", "hea": "hardware-efficient"},
)
