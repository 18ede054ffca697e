"""Measurement of the final energy, as on a machine: plan, shots, standard error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hybridq.core.checks import checked_count, checked_positive
from hybridq.core.configured import named_or_configured
from hybridq.core.errors import ParameterError, Setting, UnknownNameError
from hybridq.engines.noisy import NoisyEngine
from hybridq.engines.protocols import SupportsState
from hybridq.measurement.registry import AUTO, GroupingLike
from hybridq.mitigation import MITIGATIONS, Mitigation
from hybridq.noise import NoiseModel
from hybridq.presentation.measured import MeasuredEnergy
from hybridq.problems.base import BinaryProblem

if TYPE_CHECKING:
    from hybridq.objectives import ExactObjective
    from hybridq.problems.base import Problem
    from hybridq.solver.settings import SolveSettings, Vector

DEFAULT_SHOTS = 1024  # of problems over bits
NONE = "none"

MitigationLike: TypeAlias = str | Mitigation
"""``"auto"`` for known readout errors, ``"none"``, a name of `MITIGATIONS` or one configured."""


@dataclass(frozen=True)
class Measurement:
    """The shots of the final energy, by number or by target; see `hybridq.solve`."""

    target_error: float | None
    shots: int | None
    grouping: GroupingLike
    mitigate: MitigationLike


def resolve_measurement(
    problem: Problem,
    shots: int | None,
    target_error: float | None,
    grouping: GroupingLike | None,
    mitigate: MitigationLike | None,
    *,
    noisy: bool,
    on_machine: bool,
) -> Measurement | None:
    """Return how the final energy is measured, None where it is not.

    Raises:
        ParameterError: a number of shots and a target; a grouping or a mitigation without
            either; any but shots for a problem over bits; or a mitigation without noise.
        UnknownNameError: no mitigation of that name.
    """
    given = (("target_error", target_error), ("grouping", grouping), ("mitigate", mitigate))
    if mitigate is not None:
        mitigate = named_or_configured(
            mitigate,
            Mitigation,
            argument="mitigate",
            expected="a name of hybridq.mitigation.MITIGATIONS, 'none' or a configured mitigation",
            made="a mitigation",
        )
    if isinstance(mitigate, str) and mitigate not in (AUTO, NONE):
        mitigate = _named(mitigate)
    if isinstance(mitigate, Mitigation):
        mitigate.prepare()
    if target_error is not None and shots is not None:
        raise ParameterError(
            (Setting("target_error", target_error), " finds the number of shots itself"),
            argument="target_error",
            value=target_error,
            remedy=("leave out ", Setting("shots", shots)),
        )
    over_bits = isinstance(problem, BinaryProblem)
    for name, value in given:
        if value is not None and over_bits and not (on_machine and name == "mitigate"):
            raise ParameterError(
                (Setting(name), " is for energies, and samples answer a problem over bits"),
                argument=name,
                value=value,
                remedy=(
                    ("it mitigates what a machine measures: choose one with ", Setting("backend"))
                    if name == "mitigate"
                    else ("give the number of samples as ", Setting("shots"))
                ),
            )
    if over_bits and not on_machine:
        return None
    if target_error is None and shots is None and not on_machine:
        for name, value in given:
            if value is not None:
                raise ParameterError(
                    (Setting(name), " says how an energy is measured, and none is"),
                    argument=name,
                    value=value,
                    remedy=("give ", Setting("target_error"), " or ", Setting("shots")),
                )
        return None
    if isinstance(mitigate, Mitigation) and not (noisy or on_machine):
        raise ParameterError(
            (Setting("mitigate"), " corrects noise, and the engine has none"),
            argument="mitigate",
            value=mitigate.name,
            remedy=("leave it out, or give ", Setting("noise")),
        )
    if target_error is not None:
        checked_positive("target_error", target_error)
    elif shots is not None:
        checked_count("shots", shots)
    return Measurement(
        target_error,
        shots,
        AUTO if grouping is None else grouping,
        AUTO if mitigate is None else mitigate,
    )


def measured_energy(
    problem: Problem, objective: ExactObjective, x: Vector, settings: SolveSettings
) -> MeasuredEnergy | None:
    """Return the energy at `x` as measured, None where that is not asked for.

    An engine that gives its state is sampled from it. On another one, such as one with noise, each
    circuit runs, shots are divided by the variances that the noise is predicted to leave, and
    values are mitigated.

    Raises:
        ParameterError: the target is out of reach, there are too few shots for the circuits, or
            the mitigation does not fit the noise.
    """
    asked = settings.measurement
    if asked is None or settings.machine is not None:
        return None
    from hybridq.measurement import executor, measure, plan, sampled

    settings.announce("measuring")
    engine = objective.binding.engine
    rng = settings.streams[2]
    exact = engine.state(x) if isinstance(engine, SupportsState) else None
    noise = settings.engine.model if isinstance(settings.engine, NoisyEngine) else None
    found = plan(
        problem.observable,
        objective.circuit.bind(np.asarray(x)) if exact is None else exact,
        grouping=asked.grouping,
        target_error=asked.target_error,
        shots=asked.shots,
        noise=noise,
    )
    facts: dict[str, Any] = {
        "grouping": found.grouping,
        "predicted_error": found.standard_error,
        "unit": problem.unit,
    }
    mitigation = _chosen(asked.mitigate, problem, noise)
    if exact is None and mitigation is not None:
        execute = executor(settings.engine.for_any_circuit(), rng)
        mitigated = mitigation.measure(found, execute, noise, rng)
        return MeasuredEnergy(
            value=mitigated.value,
            standard_error=mitigated.standard_error,
            shots=mitigated.shots,
            circuits=mitigated.circuits,
            mitigation=mitigated.method,
            label=str(mitigated.label),
            statement=mitigated.statement,
            raw=mitigated.raw,
            bounds=mitigated.bounds,
            **facts,
        )
    if exact is not None:
        estimate = found.estimate(sampled(found, exact, rng))
    else:
        estimate = measure(found, executor(settings.engine.for_any_circuit(), rng))
    return MeasuredEnergy(
        value=estimate.value,
        standard_error=estimate.standard_error,
        shots=estimate.shots,
        circuits=len(found.groups),
        **facts,
    )


def _named(name: str) -> Mitigation:
    """Return the mitigation of a name with its default options.

    Raises:
        UnknownNameError: no mitigation of that name.
    """
    if name not in MITIGATIONS:
        raise UnknownNameError("mitigation", name, [NONE, *MITIGATIONS], argument="mitigate")
    return MITIGATIONS[name]()


def _chosen(
    mitigate: MitigationLike, problem: Problem, noise: NoiseModel | None
) -> Mitigation | None:
    """Return the mitigation, by default that of known readout errors."""
    from hybridq.mitigation import PostSelection, ReadoutInversion

    if isinstance(mitigate, PostSelection) and mitigate.particles is None:
        return replace(mitigate, particles=problem.particles)
    if isinstance(mitigate, Mitigation):
        return mitigate
    known = noise is not None and noise.readouts(problem.n_qubits)
    return ReadoutInversion() if mitigate == AUTO and known else None
