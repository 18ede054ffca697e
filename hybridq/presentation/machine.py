"""The execution behind an answer: what a machine ran, predicted and measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybridq.core.errors import Setting, Text
from hybridq.core.numbers import number, percent, plural
from hybridq.core.text import one_line
from hybridq.presentation.measured import with_error

if TYPE_CHECKING:
    from hybridq.presentation.result import Result

MANY_ERRORS = 3.0
"""Standard errors beyond which measured and predicted mean differ."""


@dataclass(frozen=True)
class Layers:
    """Mean value that known errors predict for a number of layers.

    Attributes:
        p: number of layers.
        value: in the problem's natural sign.
        error: its standard error.
    """

    p: int
    value: float
    error: float = 0.0


@dataclass(frozen=True)
class MachineInfo:
    """One batch of executions on a backend, predicted and measured.

    Values have the problem's natural sign; with penalties these are part of them.

    Attributes:
        backend: its name and target.
        submitted: False for a dry run, of which nothing was submitted.
        executions: circuits that were submitted, the canary included; for a dry run those that
            would be.
        shots: of the answer.
        reused: shots of the answer that the ledger had already.
        price: of what was submitted, or would be; None where it is not known.
        currency: of the price.
        jobs: ids of the jobs that hold the answer.
        ledger: file of the ledger.
        depth: longest chain of dependent gates, as the machine runs them.
        two_qubit_gates: number of gates on two qubits.
        compiled: how the circuit was compiled.
        layout: qubit of the machine for each qubit of the circuit.
        success: estimated probability of a run without any error; None where errors are not known.
        ideal: mean value of a perfect machine.
        noisy: mean value that the known errors predict; None where they are not known.
        noisy_error: standard error of that prediction.
        prediction: how it was made.
        mean: measured mean value; None for a dry run.
        standard_error: of the measured mean.
        remarks: on interrupted submissions that were found.
        circuits: number of circuits of the answer; gates, depth and layout are those of the one
            with the most gates on two qubits, and `success` is the least.
        new_shots: that were submitted, those of the canary included.
        mitigation: name in `MITIGATIONS`; empty where nothing is mitigated.
        mitigation_label: what it is worth: unbiased, biased or bounded.
        mitigation_statement: the condition of the label; empty before it has run.
        mitigation_circuits: circuits besides those of the answer, at most.
        mitigated: the mean value that it gives; None without one.
        mitigated_error: its standard error.
        bounds: on the mean value without noise; None without such.
        layers: of QAOA, those that were predicted to choose their number; empty if they were not.
        searched: values of the search that are readings of the machine; 0 where it was simulated.
        best_layers: of these the number with the best prediction; 0 if there are none.
        refinement: whether a second batch ran at improved angles, and why; empty if not asked for.
        mixer: of QAOA where it is not the default of simulations, and why; else empty.
    """

    backend: str
    submitted: bool
    executions: int
    shots: int
    reused: int
    price: float | None
    currency: str
    jobs: tuple[str, ...]
    ledger: str
    depth: int
    two_qubit_gates: int
    compiled: str
    layout: tuple[int, ...]
    success: float | None
    ideal: float
    noisy: float | None = None
    noisy_error: float = 0.0
    prediction: str = ""
    mean: float | None = None
    standard_error: float | None = None
    remarks: tuple[str, ...] = ()
    circuits: int = 1
    refinement: str = ""
    new_shots: int = 0
    mitigation: str = ""
    mitigation_label: str = ""
    mitigation_statement: str = ""
    mitigation_circuits: int = 0
    mitigated: float | None = None
    mitigated_error: float | None = None
    bounds: tuple[float, float] | None = None
    layers: tuple[Layers, ...] = ()
    best_layers: int = 0
    searched: int = 0
    mixer: str = ""

    @property
    def value(self) -> float:
        """The mean: mitigated, else measured, else predicted with noise, else without."""
        known = (self.mitigated, self.mean, self.noisy, self.ideal)
        return next(each for each in known if each is not None)

    @property
    def error(self) -> float | None:
        """Standard error of a mitigated or measured `value`; None for others."""
        return self.standard_error if self.mitigated is None else self.mitigated_error


def price_text(info: MachineInfo) -> str:
    """Return the price with its currency."""
    if info.price is None:
        return "price not known"
    return "free of charge" if info.price == 0 else f"{info.price:.6g} {info.currency}"


def measured_text(info: MachineInfo) -> str:
    """Return the measured mean with its standard error, as in ``12.350 ± 0.042``."""
    assert info.mean is not None
    return value_text(info.mean, info.standard_error)


def value_text(value: float, error: float | None) -> str:
    """Return a value with its standard error, if it has one."""
    return with_error(value, error) if error else number(value)


def mean_clause(info: MachineInfo, name: str, unit: str = "") -> str:
    """Return the measured mean of a run, or the predicted one, in a few words.

    Args:
        info: of a run or a dry run.
        name: of the value, such as ``"cut"``.
        unit: with a space before it; empty for none.
    """
    how = "measured" if info.submitted else "predicted"
    text = value_text(info.value, info.error)
    return f"{how} {name} {text}{unit} on {one_line(info.backend)}"


def predicted_text(info: MachineInfo) -> str:
    """Return the predicted mean, with the standard error of an estimate."""
    assert info.noisy is not None
    return with_error(info.noisy, info.noisy_error) if info.noisy_error else f"{info.noisy:.6g}"


def means(info: MachineInfo) -> list[tuple[str, str, float]]:
    """Return names, texts and numbers of the mean values, measured ones first."""
    rows = []
    if info.mitigated is not None:
        text = value_text(info.mitigated, info.mitigated_error)
        rows.append(("Measured, mitigated", text, info.mitigated))
    if info.mean is not None:
        rows.append(("Measured, on average", measured_text(info), info.mean))
    if info.noisy is not None:
        rows.append(("Predicted with noise", predicted_text(info), info.noisy))
    return [*rows, ("Predicted without noise", f"{info.ideal:.6g}", info.ideal)]


def number_facts(info: MachineInfo, unit: str = "") -> list[tuple[str, str]]:
    """Return short names and texts of the mean values, for a panel of a picture."""
    short = {
        "Measured, mitigated": "Mitigated",
        "Measured, on average": "Measured",
        "Predicted with noise": "Predicted",
        "Predicted without noise": "Without noise",
    }
    return [(short[name], text + unit) for name, text, _ in means(info)]


def machine_facts(result: Result) -> list[tuple[str, Text]]:
    """Return the rows about the machine; none for a simulation."""
    info = result.execution
    if info is None:
        return []
    where = f"{one_line(info.backend)}, {plural(info.shots, 'shot')}"
    counted = plural(info.executions, "execution")
    if not info.submitted:
        spent = f"{_at_most(info)}{counted} would be submitted"
    elif info.executions == 0:
        spent = "nothing new was submitted"
    else:
        spent = f"{counted} submitted"
    if info.reused:
        spent += f", {info.reused:,} shots from the ledger"
    rows: list[tuple[str, Text]] = [("Machine", f"{where}; {spent}, {price_text(info)}")]
    compiled = f"{plural(info.two_qubit_gates, 'two-qubit gate')}, depth {info.depth}"
    if info.circuits > 1:
        compiled = f"{plural(info.circuits, 'circuit')} of at most {compiled}"
    compiled += f"; {one_line(info.compiled)}"
    if info.success is not None:
        compiled += f"; {percent(info.success)} of runs without any error"
    rows.append(("Compiled", compiled))
    if info.prediction:
        rows.append(("Prediction", one_line(info.prediction)))
    if info.mixer:
        rows.append(("Mixer", one_line(info.mixer)))
    if info.layers:
        rows.append(("Layers", _layers_line(info)))
    if info.layout and info.layout != tuple(range(len(info.layout))):
        rows.append(("Qubits", ", ".join(map(str, info.layout))))
    if info.searched:
        values = plural(info.searched, "value")
        rows.append(("Search", f"{values} from the machine, each a batch of its own"))
    if info.jobs:
        rows.append(("Jobs", f"{', '.join(map(one_line, info.jobs))} in {one_line(info.ledger)}"))
    if info.mitigation:
        rows.append(("Mitigation", _mitigation_line(info)))
    rows += [("Refinement", one_line(info.refinement))] if info.refinement else []
    rows += [("Resumed", one_line(remark)) for remark in info.remarks]
    return rows


def _at_most(info: MachineInfo) -> str:
    """Return words before a number that counts circuits of a mitigation."""
    return "at most " if info.mitigation_circuits else ""


def _mitigation_line(info: MachineInfo) -> str:
    """Return the mitigation, what it is worth, and what it adds."""
    parts = [f"{info.mitigation}, {info.mitigation_label}"]
    if info.mitigation_statement:
        parts[0] += f": {info.mitigation_statement}"
    if info.bounds is not None:
        low, high = info.bounds
        parts.append(f"without noise between {low:.5g} and {high:.5g}")
    if info.mitigation_circuits:
        parts.append(f"{plural(info.mitigation_circuits, 'further circuit')} at most")
    return "; ".join(parts)


def _layers_line(info: MachineInfo) -> str:
    """Return the predicted mean of each number of layers that was tried."""
    found = [f"{each.value:.4g} for p = {each.p}" for each in info.layers]
    return f"predicted with noise {', '.join(found)}"


def layers_remark(result: Result) -> Text | None:
    """Return why p was chosen, or which p is predicted to be better."""
    info, p = result.execution, result.ansatz.get("p")
    if info is None or not info.layers or p is None or info.noisy is None:
        return None
    best = max(info.layers, key=lambda each: each.p == info.best_layers)
    if p == best.p:
        if info.layers[-1].p == p:
            return None
        return (
            f"p = {p} was chosen: the machine's known errors predict a worse mean for more layers."
        )
    gain = best.value - info.noisy if result.problem.maximizes else info.noisy - best.value
    if gain <= 0.0:
        return None
    return (
        "The machine's known errors predict a better mean with ",
        Setting("p", best.p),
        f": {best.value:.4g} instead of {info.noisy:.4g}.",
    )


def deviation(info: MachineInfo) -> float | None:
    """Return by how many standard errors measured and predicted mean differ."""
    if info.mean is None or info.noisy is None or not info.standard_error:
        return None
    error = (info.standard_error**2 + info.noisy_error**2) ** 0.5
    return abs(info.mean - info.noisy) / error


def surprise(result: Result) -> Text | None:
    """Return a remark where the measured mean is not the predicted one, else None."""
    info = result.execution
    far = None if info is None else deviation(info)
    if info is None or far is None or far <= MANY_ERRORS:
        return None
    return (
        f"The measured mean {measured_text(info)} is {far:.1f} standard errors away from the "
        f"predicted {predicted_text(info)}: the machine has other errors than its model."
    )


def energy_headline(info: MachineInfo, unit: str) -> str:
    """Return the measured energy in a sentence, or that nothing was submitted."""
    if not info.submitted:
        return dry_run_headline(info)
    foreseen = "" if info.noisy is None else f"; its known errors predict {info.noisy:.6g}{unit}"
    if info.mitigated is not None:
        foreseen = (
            ", mitigated"
            if info.mean is None
            else f"; {measured_text(info)} before mitigation{foreseen}"
        )
    text = value_text(info.value, info.error)
    return f"Measured on {one_line(info.backend)}: {text}{unit}{foreseen}."


def dry_run_headline(info: MachineInfo) -> str:
    """Return the sentences on a run of which nothing was submitted."""
    counted = _at_most(info) + plural(info.executions, "execution")
    kept = f", of which the ledger has {info.reused:,}" if info.reused else ""
    return (
        f"Dry run, nothing was submitted. A run would submit {counted} to "
        f"{one_line(info.backend)}, a canary that is due included, for "
        f"{plural(info.shots, 'shot')} of the answer{kept}: {price_text(info)}."
    )


def rerun_remark(result: Result) -> Text | None:
    """Return how a dry run becomes a run with the same angles, else None."""
    info = result.execution
    if info is None or info.submitted or result.seed is None:
        return None
    return ("The same command without ", Setting("dry_run"), " runs the circuit at these angles.")
