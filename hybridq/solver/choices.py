"""The ansatz of a solve: by name, as an object, or the problem's default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.ansatz.mixers import MIXERS
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.registry import ANSATZE
from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import ParameterError, ProblemError, Setting, UnknownNameError
from hybridq.core.options import Option, of_dataclass, of_function
from hybridq.core.registry import Registry, canonical_name
from hybridq.core.text import listed
from hybridq.engines.choose import ENGINES
from hybridq.measurement import GROUPINGS
from hybridq.mitigation import MITIGATIONS
from hybridq.objectives import OBJECTIVES
from hybridq.optimizers import OPTIMIZERS
from hybridq.problems.base import BinaryProblem, Problem
from hybridq.problems.electronic_problem import ElectronicProblem
from hybridq.strategies.registry import STRATEGIES
from hybridq.strategies.resolve import checked_ansatz, default_ansatz

if TYPE_CHECKING:
    from hybridq.ansatz.mixers.base import Mixer
    from hybridq.engines.base import Observable

ADAPT = "adapt"
QAOA_NAME = "qaoa"
_MOST_SIMULATED = 30  # qubits whose state takes 8 GiB, or 16 with a gradient


@dataclass(frozen=True)
class GrowingAnsatz:
    """A circuit that grows while it is optimized (ADAPT-VQE).

    Attributes:
        options: those of `hybridq.adapt_vqe` that were given.
    """

    options: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def suits(family: type[Problem]) -> bool:
        """Return whether problems of a family have electrons in orbitals."""
        return issubclass(family, ElectronicProblem)


AnsatzChoice = Ansatz | Circuit | GrowingAnsatz


def deciding_circuit(problem: Problem, ansatz: AnsatzChoice) -> Circuit | None:
    """Return the circuit of an ansatz; UCCSD's in place of one that grows, if it can."""
    if isinstance(ansatz, Circuit):
        return ansatz
    if isinstance(ansatz, GrowingAnsatz):
        if not ansatz.suits(type(problem)):
            return None
        from hybridq.ansatz.ucc import UCCSD

        return UCCSD(problem).circuit
    return ansatz.circuit


def measured_observable(problem: Problem, ansatz: AnsatzChoice) -> Observable:
    """Return the observable of a search; on the feasible space it has no penalties."""
    return ansatz.measured(problem) if isinstance(ansatz, Ansatz) else problem.observable


def default_depth(n_qubits: int) -> int:
    """Return the default number of QAOA layers: 8 up to 16 qubits, then fewer.

    A solve with the default settings then takes seconds. Beyond the simulators of states it is one
    layer, which has a closed form.
    """
    if n_qubits > _MOST_SIMULATED:
        return 1
    return int(np.clip(8 - (n_qubits - 15) // 2, 2, min(8, max(n_qubits, 2))))


def resolve_ansatz(
    problem: Problem,
    ansatz: str | Ansatz | Circuit | None,
    *,
    p: int | None,
    mixer: str | Mixer | None,
    initial: str | ArrayLike | LearnedAngles,
    options: Mapping[str, Any],
) -> AnsatzChoice:
    """Return the ansatz that was named or given, or the problem's default one.

    Args:
        problem: the question.
        ansatz: a name of `ANSATZE`, ``"adapt"``, an `Ansatz`, a `Circuit`, or None.
        p: layers of QAOA; None for those of given angles, else `default_depth`.
        mixer: of QAOA.
        initial: the start, whose angles may decide p.
        options: of the named ansatz.

    Raises:
        UnknownNameError: no ansatz, or no option of it, has that name.
        DimensionError: a given ansatz has another width than the problem.
        ParameterError: options of a finished ansatz, or values that are not accepted.
    """
    shortcuts = {name: value for name, value in (("p", p), ("mixer", mixer)) if value is not None}
    if ansatz is not None and not isinstance(ansatz, str):
        return checked_ansatz(problem, ansatz, {**shortcuts, **options})
    name = _default_name(problem) if ansatz is None else canonical_name(ansatz)
    if name == ADAPT:
        _reject_options(ADAPT, {**shortcuts, **options}, ansatz_options_of(ADAPT))
        return GrowingAnsatz(dict(options))
    if name not in ANSATZE:
        raise UnknownNameError("ansatz", str(ansatz), [ADAPT, *ANSATZE], argument="ansatz")
    name = ANSATZE.canonical(name)
    given = {key.replace("-", "_"): value for key, value in {**shortcuts, **options}.items()}
    _reject_options(name, given, ansatz_options_of(name), named=ansatz is not None)
    if name == QAOA_NAME:
        if not isinstance(problem, BinaryProblem):
            raise ParameterError(
                (
                    Setting("ansatz", QAOA_NAME),
                    f" answers problems over bits, and this is a {problem.kind}",
                ),
                argument="ansatz",
                value=QAOA_NAME,
                remedy=(
                    "for its ground state choose another ansatz, such as ",
                    Setting("ansatz", "hva"),
                ),
            )
        if given.get("mixer") != "x":  # which leaves the proof to the penalties
            _check_feasible(problem)
        depth = layers_of(initial)
        if not depth and "p" not in given:
            depth = default_depth(QAOA(problem, **given).effort_bits)
        given.setdefault("p", depth)
    return ANSATZE[name](problem, **given)


def _check_feasible(problem: BinaryProblem) -> None:
    """Raise unless some assignment meets all constraints.

    Raises:
        ProblemError: none does; the message names constraints that contradict one another.
    """
    space = problem.space
    if space is None or space.count(0):
        return
    names = problem.contradiction()
    alone = "cannot hold" if len(names) == 1 else "contradict one another"
    reason = f": {listed(names, 6)} {alone}" if names else ""
    raise ProblemError(f"no assignment is feasible (proven){reason}", remedy="correct the data")


def _default_name(problem: Problem) -> str:
    """Return the ansatz of a problem when none is asked for."""
    return QAOA_NAME if isinstance(problem, BinaryProblem) else default_ansatz(problem)


def _reject_options(
    ansatz: str, given: Mapping[str, Any], own: Mapping[str, Option], *, named: bool = True
) -> None:
    """Raise for the first option that the ansatz does not have.

    Raises:
        UnknownNameError: the message offers the nearest option and lists all.
    """
    for option, value in given.items():
        if option in own:
            continue
        listed: list[str | Setting] = []
        for name in own:
            listed += [", " if listed else "", Setting(name)]
        why = "" if named else " (chosen for this problem)"
        error = UnknownNameError("option", option, own)
        hint = () if error.nearest is None else ("did you mean ", Setting(error.nearest), "? ")
        error.value = value
        error.message = (Setting(option), " is not an option of ", Setting("ansatz", ansatz), why)
        error.remedy = (*hint, "it takes ", *listed) if listed else "it has no options"
        raise error.with_argument(option)


def ansatz_options_of(name: str, family: type[Problem] | None = None) -> dict[str, Option]:
    """Return the options of a named ansatz, by name.

    Args:
        name: a name of `ANSATZE`, or ``"adapt"``.
        family: leaves out options without a meaning for its problems.
    """
    if name == ADAPT:
        from hybridq.solver.adapt import OPTIONS
        from hybridq.strategies.adapt import adapt_vqe

        return {option.name: option for option in of_function(adapt_vqe, OPTIONS)}
    entry = ANSATZE[name]
    names = entry.options if family is None else entry.made.options_for(family)
    return {option.name: option for option in of_dataclass(entry.made, names)}


def ansatz_names() -> Registry[str]:
    """Return the names that the argument `ansatz` of `hybridq.solve` takes."""
    names = {name: name for name in (*ANSATZE, ADAPT)}
    return Registry("ansatz", names, {"kupccgsd": "k-upccgsd", "hea": "hardware-efficient"})


def registries() -> dict[str, Registry[Any]]:
    """Return the registry of each argument of `hybridq.solve` that takes a name."""
    return {
        "mixer": MIXERS,
        "objective": OBJECTIVES,
        "optimizer": OPTIMIZERS,
        "strategy": STRATEGIES,
        "engine": ENGINES,
        "grouping": GROUPINGS,
        "mitigate": MITIGATIONS,
    }


def ansatze_of(family: type[Problem]) -> list[str]:
    """Return the names of the ansätze that suit a family."""
    found = [name for name, entry in ANSATZE.items() if entry.suits(family)]
    return found if family.default_ansatz is None else [*found, ADAPT]


def mixers_of(family: type[Problem]) -> list[str]:
    """Return the names of the mixers that suit a family, the default first."""
    if not issubclass(family, BinaryProblem):
        return []
    if (family.blocks, family.space) == (Problem.blocks, Problem.space):
        return [name for name in MIXERS if MIXERS[name]().lacks(None) is None]
    return list(family.mixers)


def layers_of(initial: str | ArrayLike | LearnedAngles) -> int:
    """Return the depth of given angles, 0 for a start by name."""
    if isinstance(initial, LearnedAngles):
        return initial.p
    try:
        return 0 if isinstance(initial, str) else np.size(initial) // 2
    except ValueError:  # raised where the angles are read
        return 0
