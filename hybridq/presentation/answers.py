"""Sentences on answers in bits and their quality."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hybridq.core.numbers import percent, plural, same
from hybridq.core.text import capital, one_line
from hybridq.presentation import machine, numbers, search
from hybridq.presentation.answer_facts import answer_facts, has_constraints, is_feasible
from hybridq.presentation.objectives import no_gain
from hybridq.presentation.report import Comparison, ComparisonRow, Report

if TYPE_CHECKING:
    from hybridq.presentation.parts import Best, Reference
    from hybridq.presentation.result import Result

_LARGE_RATIO = 10.0  # above, a factor reads better than a percentage
_SHORT_NAME = 12  # characters of a value's name that leave room for a remark
_MOST_VIOLATIONS = 3  # in a sentence


class Standing(StrEnum):
    """Quality of the best sample, judged by the classical reference.

    Attributes:
        OPTIMAL: it equals a proven optimum.
        EQUAL: it equals the best known answer.
        BETTER: it exceeds the best known answer.
        WORSE: it falls short of the reference.
        INFEASIBLE: it violates a constraint.
        CONTRADICTION: it exceeds a proven optimum, so that one of the two is wrong.
        UNKNOWN: a sample or a reference is missing.
    """

    OPTIMAL = "optimal"
    EQUAL = "equal"
    BETTER = "better"
    WORSE = "worse"
    INFEASIBLE = "infeasible"
    CONTRADICTION = "contradiction"
    CLASSICAL = "classical"
    UNKNOWN = "unknown"


_GOOD = (Standing.OPTIMAL, Standing.EQUAL, Standing.BETTER, Standing.CLASSICAL)


def standing(result: Result) -> Standing:
    """Return how the best sample compares with the reference."""
    best, reference = result.best, result.reference
    if best is not None and not best.feasible:
        return Standing.INFEASIBLE
    if best is None or reference is None:
        return Standing.UNKNOWN
    if best.classical and not reference.exact:
        return Standing.CLASSICAL
    if same(best.value, reference.value, numbers.noise(result)):
        return Standing.OPTIMAL if reference.exact else Standing.EQUAL
    if (best.value > reference.value) != result.problem.maximizes:
        return Standing.WORSE
    return Standing.CONTRADICTION if reference.exact else Standing.BETTER


def report(result: Result) -> Report:
    """Return the sentences and rows about an answer in bits."""
    quality = standing(result)
    remarks = (
        search.ended_early(result.optimizer),
        no_gain(result),
        machine.layers_remark(result),
        machine.surprise(result),
        machine.rerun_remark(result),
    )
    return Report(
        good=quality in _GOOD,
        headline=headline(result),
        brief=brief(result),
        remarks=tuple(remark for remark in remarks if remark is not None),
        comparison=_comparison(result),
        answer=() if result.best is None else tuple(result.best.answer.items()),
        facts=tuple(answer_facts(result)),
    )


def headline(result: Result) -> str:
    """Return one or two sentences: the answer, and how good it is."""
    best, reference = result.best, result.reference
    if result.execution is not None and not result.execution.submitted:
        return machine.dry_run_headline(result.execution)
    if best is not None and not best.feasible:
        value = f"{_value_name(result)} {numbers.value(result, best.value)}"
        return (
            f"No sample is feasible. The best one has {value} and violates "
            f"{plural(len(best.violations), 'constraint')}{_violations(best)}."
        )
    found = f"{_found(result)}."
    if best is None or reference is None:
        return f"{found} No classical reference is available."
    value = numbers.value(result, reference.value)
    match standing(result):
        case Standing.OPTIMAL:
            text = f"That is optimal ({_proof(reference)})."
        case Standing.CLASSICAL:
            text = f"The circuit has no part in it ({one_line(best.method)}).{_bounded(result)}"
        case Standing.EQUAL:
            text = f"That equals the best classical answer ({_proof(reference)})."
        case Standing.BETTER:
            verb = "beats" if reference.complete else "is better than"
            text = f"That {verb} the classical answer, {value} ({_proof(reference)})."
        case Standing.CONTRADICTION:
            text = f"That contradicts the optimum, {value} ({_proof(reference)}): one is wrong."
        case _:
            known = f"{_known(reference)}{{}} {value} ({_proof(reference)})."
            share = _best_share(result)
            text = (
                f"The {known.format(' is')}"
                if share is None
                else f"That is {share} the {known.format(',')}"
            )
    return f"{found} {text}"


def brief(result: Result) -> str:
    """Return the essentials in one line."""
    if result.execution is not None and not result.execution.submitted:
        return machine.dry_run_headline(result.execution)
    parts = [_found(result) if is_feasible(result) else f"No feasible sample: {_best(result)}"]
    parts.append(against(result))
    if result.best is not None:
        parts.append(_expected(result))
    return ", ".join(parts) + search.ending(result.optimizer, result.seed)


def against(result: Result) -> str:
    """Return the reference and the share of it that was reached."""
    reference = result.reference
    if reference is None:
        return "no ratio"
    if standing(result) is Standing.CLASSICAL:
        return "found without the circuit"
    known = f"{_known(reference)} {numbers.value(result, reference.value)}"
    share = _best_share(result)
    return known if share is None else f"{share} the {known}"


def caption(result: Result) -> tuple[str, str]:
    """Return a title that states the answer, and a line that states how it was found."""
    title = _best(result) if result.best is not None else _expected(result)
    if result.reference is not None:
        title += f", {against(result)}"
    expected = _expected(result)
    ratio = result.ratio
    if ratio is not None and ratio.expectation is not None and no_ratio(result) is None:
        expected += f" ({_ratio_text(ratio.expectation)})"
    detail = [expected, *search_clauses(result)]
    if result.reference is not None:
        detail.append(f"reference by {result.reference.method}")
    return f"{result.problem.name}: {title}", capital(" · ".join(detail))


def search_clauses(result: Result) -> list[str]:
    """Return circuit, qubits and evaluations, a clause each."""
    counted = plural(result.optimizer.evaluations, "evaluation")
    return [
        search.ansatz_clause(result.ansatz),
        plural(result.problem.n_qubits, "qubit"),
        f"{counted} by {result.optimizer.method}",
    ]


def lines(result: Result) -> list[str]:
    """Return a few lines for a terminal."""
    best = "" if result.best is None else f"{_best(result, short=True)}, "
    found = [f"{result.problem.name}: {best}{_expected(result)}"]
    reference, ratio = result.reference, result.ratio
    if reference is not None:
        proof = "optimal" if reference.exact else "best known"
        value = numbers.value(result, reference.value)
        line = f"classical: {value} ({reference.method}, {proof})"
        if ratio is not None and ratio.best is not None and ratio.expectation is not None:
            line += f"; ratios: best {ratio.best:.4g}, expected {ratio.expectation:.4g}"
        found.append(line)
    return found


def number_facts(result: Result) -> list[tuple[str, str]]:
    """Return names and numbers for a panel of a picture."""
    reference, rows = result.reference, []
    if result.best is not None:
        rows.append((f"Best {_value_name(result)}", numbers.value(result, result.best.value)))
        rows += [] if result.best.feasible else [("Feasible", "no")]
    if result.execution is None:
        rows.append((f"Expected {_value_name(result)}", numbers.expectation(result)))
    else:
        rows += machine.number_facts(result.execution)
    if reference is not None:
        known = "Optimum" if reference.exact else "Best known"
        rows.append((known, numbers.value(result, reference.value)))
    return rows


def no_ratio(result: Result) -> str | None:
    """Return why nothing can be divided by the reference; None where it can."""
    reference = result.reference
    if reference is None:
        return "no ratio: no reference"
    known = "optimum" if reference.exact else "best known"
    if abs(reference.value) <= numbers.noise(result):
        return f"no ratio: the {known} is 0"
    ratio = result.ratio
    if ratio is None or (ratio.best is None and ratio.expectation is None):
        return f"no ratio: the {known} is {'negative' if reference.value < 0 else 'unfit'}"
    return None


def _comparison(result: Result) -> Comparison:
    """Return the best sample, the expectation, the reference and a random guess."""
    reference, missing, best = result.reference, no_ratio(result), result.best
    name = _value_name(result)
    exact = reference is not None and reference.exact
    itself = standing(result) is Standing.CLASSICAL
    of_it = "of the optimum" if exact else "of the answer" if itself else "of the reference"
    share = missing or of_it
    rows = []
    if best is not None:
        cell = _share(result, best.value) if best.feasible else "not feasible"
        cells = (numbers.value(result, best.value), cell)
        label = f"Best of {_shots(result)}" if not best.method else "Answer (no samples drawn)"
        rows.append(ComparisonRow(label, cells, emphasized=True))
    if result.execution is not None:
        means = machine.means(result.execution)
        rows += [ComparisonRow(label, (text, _share(result, of))) for label, text, of in means]
    else:
        meaning = "penalties included" if has_constraints(result) else "one sample, on average"
        label = f"Expected {name} ({meaning})" if len(name) <= _SHORT_NAME else f"Expected {name}"
        cells = (numbers.expectation(result), _share(result, result.expectation))
        rows.append(ComparisonRow(label, cells))
    given = None if result.samples is None else result.samples.feasible_mean
    if given is not None and has_constraints(result):
        cells = (numbers.value(result, given), _share(result, given))
        rows.append(ComparisonRow("Feasible samples, on average", cells))
    if reference is not None and not itself:
        proof = "optimal" if exact else "best known"
        cells = (numbers.value(result, reference.value), proof)
        rows.append(ComparisonRow(f"Classical: {one_line(reference.method)}", cells))
    for control in result.controls:
        cells = (numbers.value(result, control.value), _share(result, control.value))
        rows.append(ComparisonRow(f"Control: {one_line(control.method)}", cells))
    if reference is not None and reference.bound is not None and not exact:
        side = "upper" if result.problem.maximizes else "lower"
        cells = (numbers.value(result, reference.bound), _share(result, reference.bound))
        label = f"Proven {side} bound"
        if reference.bound_failure:
            label += f" (fails with probability < {reference.bound_failure:.0e})"
        rows.append(ComparisonRow(label, cells))
    mean = result.problem.mean
    if mean is not None:
        cells = (numbers.value(result, mean), _share(result, mean))
        rows.append(ComparisonRow("Random guess, on average", cells))
    return Comparison((name, share), tuple(rows))


def _found(result: Result) -> str:
    """Return the best value, and the largest possible one where that is known."""
    what = _value_name(result)
    if result.best is None:
        return f"Lowest {what} found: {numbers.expectation(result)}"
    return f"Best {what} found: {numbers.value(result, result.best.value)}{_of_most(result)}"


def _best(result: Result, *, short: bool = False) -> str:
    """Return the best value as a clause, with what it violates."""
    best = result.best
    assert best is not None
    text = f"best {_value_name(result)} {numbers.value(result, best.value)}"
    if best.feasible:
        return text if short else f"{text}{_of_most(result)}"
    return f"{text} (violates {plural(len(best.violations), 'constraint')})"


def _expected(result: Result) -> str:
    """Return the expected value as a clause, where a machine ran the measured one."""
    if result.execution is not None and result.execution.submitted:
        return machine.mean_clause(result.execution, _value_name(result))
    return f"expected {_value_name(result)} {numbers.expectation(result)}"


def _bounded(result: Result) -> str:
    """Return a sentence, after a blank, about the proven bound; empty without one."""
    best, reference = result.best, result.reference
    if best is None or reference is None or reference.bound is None:
        return ""
    bound = numbers.value(result, reference.bound)
    if not result.problem.maximizes or best.value <= 0.0:
        side = "exceeds" if result.problem.maximizes else "is below"
        return f" No {_value_name(result)} {side} {bound} (proven)."
    share, name = percent(best.value / reference.bound), _value_name(result)
    least = share if share.startswith(">") else f"at least {share}"
    return f" It is {least} of the largest {name} (at most {bound}, proven)."


def _of_most(result: Result) -> str:
    """Return the largest possible value after a blank; empty where unknown."""
    problem = result.problem
    if problem.most is None:
        return ""
    return f" of {problem.most_name} {numbers.value(result, problem.most)}"


def _violations(best: Best) -> str:
    """Return the first violations after a colon."""
    shown = [one_line(text) for text in best.violations[:_MOST_VIOLATIONS]]
    rest = len(best.violations) - len(shown)
    more = [f"{rest} more"] if rest else []
    return f": {'; '.join(shown + more)}" if shown else ""


def _known(reference: Reference) -> str:
    """Return the name of the reference's value."""
    return "optimum" if reference.exact else "best classical answer"


def _proof(reference: Reference) -> str:
    """Return the method of the reference, with a remark where it proves nothing."""
    method = one_line(reference.method)
    return method if reference.exact else f"{method}, not proven optimal"


def _best_share(result: Result) -> str | None:
    """Return the ratio of a feasible best sample before "the optimum"; None without."""
    ratio = result.ratio
    if ratio is None or no_ratio(result) is not None or not is_feasible(result):
        return None
    if ratio.best is None:
        return None
    preposition = " of" if ratio.best < _LARGE_RATIO else ""
    return f"{_ratio_text(ratio.best)}{preposition}"


def _ratio_text(ratio: float) -> str:
    """Format a ratio in per cent, or as a factor where that is large."""
    return percent(ratio) if ratio < _LARGE_RATIO else f"{ratio:.3g} times"


def _share(result: Result, value: float) -> str:
    """Return a value over the reference; empty without a ratio."""
    if result.reference is None or no_ratio(result) is not None:
        return ""
    ratio = value / result.reference.value
    return percent(ratio) if ratio < _LARGE_RATIO else f"{ratio:.3g} x"


def _shots(result: Result) -> str:
    """Return the number of samples with its noun."""
    if result.samples is not None:
        return plural(result.samples.shots, "sample")
    counts = result.trace.sample_counts
    return "the samples" if counts is None else plural(int(counts.sum()), "sample")


def _value_name(result: Result) -> str:
    """Return the name of the value, safe to print."""
    return one_line(result.problem.value_name)
