"""Sentences on circuit, engine and search, shared by all outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import Setting, Text
from hybridq.core.numbers import plural
from hybridq.core.text import capital
from hybridq.engines.info import EngineInfo
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.presentation.parts import OptimizerInfo, ProblemInfo

_SMALL_POWER = 40  # exponents of two that are written out
_NAMES = {
    "qaoa": "QAOA",
    "uccsd": "UCCSD",
    "hva": "HVA",
    "adapt": "ADAPT-VQE",
}
_CONVERGED: dict[str, str] = {
    Reason.CONVERGED: "converged",
    Reason.ROUNDING: "converged, no step lowers the value beyond rounding",
    Reason.SHORT_STEPS: "converged, the steps are shorter than the tolerance",
    Reason.OFF_SADDLE: "converged, after a step off a saddle point",
    Reason.SADDLE: "the gradient is 0 at a saddle point, no lower point was found",
    Reason.SHOT_NOISE: "stopped, the shots resolve no further change",
    Reason.ALL_HOPS: "all hops are done",
}
_ENDINGS = {
    "interrupted": " (interrupted)",
    "max_evaluations": " (evaluation limit)",
    "time_limit": " (time limit)",
}


def ansatz_name(ansatz: Mapping[str, Any]) -> str:
    """Return an ansatz as the literature writes it, from the facts in a result."""
    kind = str(ansatz.get("kind", "circuit"))
    if kind == "k-upccgsd":
        return f"{ansatz.get('k', 'k')}-UpCCGSD"
    return _NAMES.get(kind.lower(), capital(kind))


def ansatz_clause(ansatz: Mapping[str, Any]) -> str:
    """Return name and depth, or the number of parameters, of a circuit."""
    if "p" in ansatz:
        return f"{ansatz_name(ansatz)}, p = {ansatz['p']}"
    return f"{ansatz_name(ansatz)}, {plural(int(ansatz.get('n_params', 0)), 'parameter')}"


def ansatz_line(ansatz: Mapping[str, Any]) -> str:
    """Return the circuit and its size on one line."""
    parts = [ansatz_name(ansatz)]
    if "p" in ansatz:
        parts.append(f"p = {ansatz['p']}")
    if ansatz.get("mixer", "x") != "x":
        parts.append(f"mixer {ansatz['mixer']}")
    if "layers" in ansatz:
        parts.append(plural(int(ansatz["layers"]), "layer"))
    if ansatz.get("repetitions", 1) > 1:
        parts.append(f"{ansatz['repetitions']} repetitions")
    if "n_params" in ansatz:
        noun = "angle" if "p" in ansatz else "parameter"
        parts.append(plural(int(ansatz["n_params"]), noun))
    if ansatz.get("singlet"):
        parts.append("shared by α and β")
    if ansatz.get("forbidden_by_symmetry"):
        parts.append(f"{ansatz['forbidden_by_symmetry']} more are 0 by symmetry")
    if "pool" in ansatz:
        parts.append(f"pool {ansatz['pool']}")
    return ", ".join(parts)


def problem_line(problem: ProblemInfo) -> str:
    """Return name and size of the instance on one line."""
    size = problem.size or plural(problem.n_qubits, "qubit")
    # The default name is the beginning of the size.
    return size if size.startswith(f"{problem.name},") else f"{problem.name}, {size}"


def engine_line(engine: EngineInfo, n_qubits: int, room: int | None = None) -> str:
    """Return the engine, and its reason unless that exceeds `room` characters."""
    whole = str(engine)
    if room is None or len(whole) <= room:
        return whole
    threads = "" if engine.threads is None else f" on {plural(engine.threads, 'thread')}"
    return f"{engine.title}, {engine.precision} precision, {plural(n_qubits, 'qubit')}{threads}"


def optimizer_line(optimizer: OptimizerInfo) -> str:
    """Return method, evaluations and the end of the search on one line."""
    ending = optimizer.message
    if optimizer.reason:
        ending = _CONVERGED.get(Reason(optimizer.reason), ending)
    counted = plural(optimizer.evaluations, "evaluation")
    return f"{optimizer.method}, {counted}: {ending or optimizer.status}"


def start_facts(ansatz: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the rows of the start, and of a strategy other than direct."""
    rows = []
    if ansatz.get("initial") is not None:
        why = ansatz.get("initial_reason")
        rows.append(("Start", f"{ansatz['initial']}: {why}" if why else str(ansatz["initial"])))
    if warnings := (ansatz.get("model") or {}).get("warnings"):
        rows.append(("Out of range", f"{'; '.join(warnings)}: the model's angles are extrapolated"))
    options = ansatz.get("strategy_options", {})
    if ansatz.get("strategy") is not None or options:
        steps = steps_line(ansatz.get("steps", ()))
        given = ", ".join(f"{key}={value}" for key, value in options.items())
        name = str(ansatz.get("strategy", "direct")) + (f" ({given})" if given else "")
        rows.append(("Strategy", f"{name}: {steps}" if steps else name))
        if why := ansatz.get("strategy_reason"):
            rows.append(("Chosen since", str(why)))
    return rows


def steps_line(steps: Any) -> str:
    """Return the steps of a strategy on one line, equal kinds of steps merged.

    ``p = 1 to 8, 8 searches``; ``16, 8, 4 starts``; ``ramp, then p = 3``.

    Args:
        steps: dicts with the label ``step``, and ``depth`` for a search at one depth of a ladder
            or ``starts`` for a round of several starts.
    """
    depths = [step.get("depth") for step in steps]
    if len(depths) > 1 and None not in depths:
        return f"p = {depths[0]} to {depths[-1]}, {len(depths)} searches"
    starts = [step.get("starts") for step in steps]
    if starts and None not in starts:
        listed = ", ".join(map(str, starts))
        return f"{listed} start{'' if starts == [1] else 's'}"
    return ", then ".join(str(step["step"]) for step in steps)


def ended_early(optimizer: OptimizerInfo, operators: int = 0) -> Text | None:
    """Return the limit that ended a search and its remedy; None if it converged.

    Args:
        optimizer: the outcome of the search.
        operators: of an ansatz that grew.
    """
    if optimizer.reason == Reason.MAX_OPERATORS:
        limit = plural(operators, "operator")
        return (f"Stopped at {limit}: ", Setting("max_operators"), " allows more.")
    match optimizer.status:
        case "interrupted":
            return "You interrupted the search: this is the best so far."
        case "max_evaluations":
            count = plural(optimizer.evaluations, "evaluation")
            return (
                f"Stopped at the limit of {count}: ",
                Setting("max_evaluations"),
                " allows more.",
            )
        case "time_limit":
            return ("Stopped at the time limit: ", Setting("time_limit"), " allows more.")
    return None


def ending(optimizer: OptimizerInfo, seed: int | None) -> str:
    """Return seed and early end for the end of a brief line, with a leading comma."""
    seeded = "" if seed is None else f", seed {seed}"
    return seeded + _ENDINGS.get(optimizer.status, "")


def space_line(problem: ProblemInfo) -> str:
    """Return the number of feasible assignments, and that of all."""
    count, n = problem.feasible_states or 0, problem.n_qubits
    total = f"{1 << n:,}" if n <= _SMALL_POWER else f"2^{n}"
    return f"{count:,} of {total} assignments; the circuit keeps to them"


def penalty_line(penalty: Mapping[str, Any]) -> str:
    """Return the weight of the penalties, its rule and its proof."""
    weight = penalty.get("weight")
    if isinstance(weight, Mapping):
        low, high = min(weight.values()), max(weight.values())
        shown = f"{low:.6g} to {high:.6g}"
    else:
        shown = f"{weight:.6g}"
    rule = penalty.get("rule")
    named = "" if rule in ("number", "table") else f" by the rule {rule}"
    return f"{shown}{named}, {penalty.get('proof') or 'not proven sufficient'}"
