"""CNF with XOR lines, and both dialects of weighted CNF."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError
from hybridq.problems.formats import choose, parse

CLAUSES = st.lists(
    st.lists(st.integers(1, 9).flatmap(lambda v: st.sampled_from([v, -v])), min_size=1, max_size=4),
    min_size=1,
    max_size=6,
)


def literals(clauses: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, clauses))


@settings(deadline=None, max_examples=60)
@given(CLAUSES, st.integers(0, 3), st.sampled_from([" ", "\n", "  \n"]))
def test_cnf_agrees_with_python_sat(clauses: list[list[int]], spare: int, blank: str) -> None:
    most = max(abs(x) for clause in clauses for x in clause) + spare
    body = "\n".join(blank.join(map(str, [*clause, 0])) for clause in clauses)
    text = f"c by hand\np cnf {most} {len(clauses)}\n{body}\n"
    found = parse(text, "clauses")
    assert (found.n_variables, found.hard, found.parity) == (most, (), False)
    assert found.soft == tuple((1.0, clause) for clause in literals(clauses))
    formula = pytest.importorskip("pysat.formula")
    lines = [" ".join(map(str, [*clause, 0])) for clause in clauses]  # it wants one a line
    other = formula.CNF(from_string="\n".join([f"p cnf {most} {len(clauses)}", *lines]))
    assert [list(clause) for _, clause in found.soft] == other.clauses


WEIGHTS = st.integers(1, 30)


@settings(deadline=None, max_examples=60)
@given(CLAUSES, CLAUSES, st.data(), st.booleans())
def test_both_dialects_of_weighted_cnf_agree_with_python_sat(
    hard: list[list[int]], soft: list[list[int]], data: st.DataObject, new: bool
) -> None:
    weights = [data.draw(WEIGHTS) for _ in soft]
    top = sum(weights) + 1
    most = max(abs(x) for clause in hard + soft for x in clause)
    lines = [" ".join(map(str, ["h" if new else top, *clause, 0])) for clause in hard]
    lines += [" ".join(map(str, [w, *clause, 0])) for w, clause in zip(weights, soft, strict=True)]
    lines = data.draw(st.permutations(lines))
    header = [] if new else [f"p wcnf {most} {len(lines)} {top}"]
    text = "\n".join(["c by hand", *header, *lines]) + "\n"
    found = parse(text, "clauses", "wcnf")
    assert found.n_variables == most
    assert sorted(found.hard) == sorted(literals(hard))
    assert sorted(found.soft) == sorted(zip(weights, literals(soft), strict=True))
    formula = pytest.importorskip("pysat.formula")
    other = formula.WCNF(from_string=text)
    assert [list(clause) for clause in found.hard] == other.hard
    assert [list(clause) for _, clause in found.soft] == other.soft
    assert [weight for weight, _ in found.soft] == other.wght


def test_without_a_top_every_weighted_clause_is_soft() -> None:
    found = parse("p wcnf 2 2\n7 1 0\n0.5 -1 2 0\n", "clauses")
    assert (found.soft, found.hard) == (((7.0, (1,)), (0.5, (-1, 2))), ())


def test_a_file_of_satlib_ends_at_a_percent_sign() -> None:
    found = parse("c random\np cnf 3 2\n 1 -2 3 0\n-1 2 -3 0\n%\n0\n\n", "clauses")
    assert [clause for _, clause in found.soft] == [(1, -2, 3), (-1, 2, -3)]


def test_xor_lines_are_parity_clauses() -> None:
    found = parse("p cnf 3 2\nx1 -2 0\nx 2 3 0\n", "clauses")
    assert found.parity
    assert [clause for _, clause in found.soft] == [(1, -2), (2, 3)]


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("c x\np cnf 1 1\n1 0\n", "cnf"),
        ("p wcnf 1 1 2\n2 1 0\n", "wcnf"),
        ("c x\nh 1 0\n", "wcnf"),
        ("5 1 0\n", "wcnf"),
        ('{"clauses": [[1]]}', "json-clauses"),
    ],
)
def test_the_dialect_is_recognized(text: str, format: str) -> None:
    assert choose(text, "clauses").name == format
    assert parse(text, "clauses").n_variables == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("p cnf 2 3\n1 0\n2 0\n", 1, "says 3 clauses, the file holds 2: is it truncated?"),
        ("p cnf 2 1\n1 0\n2 0\n", 1, "says 1 clauses, the file holds 2: correct the number"),
        ("p cnf 2 2\n1 0\n2\n", 3, "the last clause has no 0 at its end"),
        ("p cnf 2 1\n1 3 0\n", 2, "variable 3 is outside the declared range 1 to 2"),
        ("p cnf 2 1\n1 x 0\n", 2, "literal 'x' is not a whole number"),
        ("p cnf 2 1\n1 1.5 0\n", 2, "literal '1.5' is not"),
        ("p cnf 2 1\n0\n", 2, "the clause has no literals"),
        ("p cnf 2\n1 0\n", 1, 'write "p cnf VARIABLES CLAUSES"'),
        ("p cnf 0 0\n", 1, "the header declares no variables"),
        ("p cnf 2 0\n", 1, "the header declares no clauses"),
        ("p cnf two 1\n1 0\n", 1, "number of variables 'two' is not a whole number"),
        ("p cnf 1 1\np cnf 1 1\n1 0\n", 2, "a second p line"),
        ("p cnf 1000000000 1\n1 0\n", 1, "1,000,000,000 variables are declared"),
        ("p cnf 2 2\nx1 2 0\n1 2 0\n", 1, "1 of 2 clauses are parity clauses"),
        ("p cnf 2 1\nx1 2\n", 2, "the parity clause has no 0"),
        ("p wcnf 2 1 5\n5 1\n", 2, "the clause has no 0 at its end"),
        ("p wcnf 2 1 5\n-5 1 0\n", 2, "the weight is '-5': give a positive number"),
        ("p wcnf 2 1 5\n0 1 0\n", 2, "the weight is '0'"),
        ("p wcnf 2 1 5\nnan 1 0\n", 2, "weight 'nan' is not a finite number"),
        ("p wcnf 2 1 5\nh 1 0\n", 2, "h lines belong to files without a p line"),
        ("p wcnf 2 1 5\n5 0\n", 2, "the clause has no literals"),
        ("h 1 0\nq 2 0\n", 2, "weight 'q' is not a finite number"),
        ("h 1 0\n3 900000000 0\n", None, "900,000,000 variables are declared"),
    ],
)
def test_a_faulty_file_is_refused_by_line(text: str, line: int | None, words: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, "clauses", source="a.cnf")
    assert words in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)
