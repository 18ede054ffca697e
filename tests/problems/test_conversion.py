"""Files that are converted say the same, whatever the way between formats."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError, ParameterError, ProblemError
from hybridq.problems.formats import FORMATS, choose, parse, read, recognize
from hybridq.problems.formats.conversion import (
    convert_file,
    polynomial_of,
    program_of,
    same_data,
)
from hybridq.problems.formats.solution import (
    parse_solution,
    read_solution,
    solution_text,
    write_solution,
)
from hybridq.problems.instance_data import KnapsackData, PolynomialData
from hybridq.problems.programs import IntegerProgram, Variable
from tests.problems.random_programs import polynomials, programs

DATA = Path(__file__).parent / "data"
NAMES = st.sampled_from(["x{}", "y#{}", "β{}"])


@settings(deadline=None, max_examples=60)
@given(polynomials(degree=2, names=NAMES), st.sampled_from(["qubo", "qoblib-qs"]))
def test_quadratic_files_round_trip_exactly(made: PolynomialData, name: str) -> None:
    assert same_data(FORMATS[name].read(FORMATS[name].write(made)), made)


@settings(deadline=None, max_examples=60)
@given(polynomials(degree=4, spins=st.booleans(), names=NAMES))
def test_json_polynomials_round_trip_exactly(made: PolynomialData) -> None:
    text = FORMATS["json-polynomial"].write(made)
    assert same_data(parse(text, "polynomial"), made)


@settings(deadline=None, max_examples=40)
@given(polynomials(degree=2, names=st.sampled_from(["x{}", "y#{}"])))
def test_a_polynomial_goes_round_all_formats(tmp_path_factory, made: PolynomialData) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "a.json").write_text(FORMATS["json-polynomial"].write(made))
    steps = ["a.json", "b.qs", "c.lp", "d.qubo", "e.json"]
    for before, after in pairwise(steps):
        convert_file(folder / before, folder / after)
    assert same_data(read(folder / "e.json", "polynomial"), made)


@settings(deadline=None, max_examples=40)
@given(programs(degree=2))
def test_a_program_goes_to_lp_and_back(tmp_path_factory, made: IntegerProgram) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "p.json").write_text(FORMATS["json-program"].write(made))
    convert_file(folder / "p.json", folder / "q.lp")
    convert_file(folder / "q.lp", folder / "r.json", to_format="json-program")
    assert same_data(read(folder / "r.json", "program"), made)


@settings(deadline=None, max_examples=60)
@given(polynomials(degree=3))
def test_program_and_polynomial_have_the_same_values(made: PolynomialData) -> None:
    program = program_of(made)
    n = len(made.names)
    rows = (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(float)
    direct = [sum(v * np.prod([row[k] for k in key]) for v, key in made.terms) for row in rows]
    assert program.values(rows) == pytest.approx(np.array(direct, dtype=float))
    assert program.sense == made.sense
    assert same_data(polynomial_of(program), made)


WRITTEN = [
    name
    for name, entry in FORMATS.items()
    if entry.write is not None and entry.shape in ("program", "polynomial")
]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_format_recognizes_what_it_writes(name: str) -> None:
    entry = FORMATS[name]
    data = PolynomialData(("x", "y"), ((2.0, (0, 1)), (-1.0, (1,)), (0.5, ())))
    text = entry.write(program_of(data) if entry.shape == "program" else data)
    assert choose(text, ("graph", "program", "polynomial")) is entry
    assert recognize(text) is entry


def test_what_would_be_lost_is_not_converted() -> None:
    with pytest.raises(ProblemError, match="the polynomial has spins"):
        program_of(PolynomialData(("s",), ((1.0, (0,)),), spins=True))
    with pytest.raises(ProblemError, match="'n' is between 0 and 3, and a polynomial has bits"):
        polynomial_of(IntegerProgram((Variable("n", 0, 3),), {(0,): 1.0}))
    with pytest.raises(ProblemError, match="the program has 39 constraints"):
        polynomial_of(read(DATA / "mis_farm.lp", "program"))


def test_graphs_are_converted_too(tmp_path: Path) -> None:
    done = convert_file(DATA / "farm.gph", tmp_path / "farm.json")
    assert (done.source.name, done.target.name, done.content) == ("dimacs", "json", "a graph")
    one, other = (read(path, "graph") for path in (DATA / "farm.gph", tmp_path / "farm.json"))
    assert set(map(frozenset, one.edges)) == set(map(frozenset, other.edges))


def test_the_formats_are_chosen_by_content_and_suffix(tmp_path: Path) -> None:
    done = convert_file(DATA / "gka1b.sparse", tmp_path / "a.json")
    assert (done.source.name, done.target.name) == ("biq-mac", "json-polynomial")
    done = convert_file(DATA / "mis_farm.lp", tmp_path / "b.json")
    assert (done.source.name, done.target.name) == ("lp", "json-program")
    done = convert_file(DATA / "ms_03_050_002_unconstrained.lp", tmp_path / "c.qs")
    assert (done.source.name, done.target.name) == ("lp", "qoblib-qs")
    ours, theirs = (
        read(path, "polynomial") for path in (tmp_path / "c.qs", DATA / "ms_03_050_002.qs")
    )
    assert ours.names == tuple(f"x#{k}" for k in range(1, 21))
    assert sorted(ours.terms) == sorted(theirs.terms)


def test_a_conversion_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"is written has the suffix '\.xx'"):
        convert_file(DATA / "mis_farm.lp", tmp_path / "a.xx")
    with pytest.raises(ParameterError, match="the format mps is only read"):
        convert_file(DATA / "mis_farm.lp", tmp_path / "a.mps", to_format="mps")
    with pytest.raises(ParameterError, match="dimacs holds a graph, and lp an integer program"):
        convert_file(DATA / "farm.gph", tmp_path / "a.lp", from_format="dimacs")
    with pytest.raises(FormatError):
        convert_file(DATA / "farm.gph", tmp_path / "a.lp")
    assert not list(tmp_path.iterdir())


def test_data_of_arrays_are_compared_by_value() -> None:
    one = KnapsackData(np.array([1.0, 2]), np.array([[3.0, 4]]), np.array([5.0]))
    same = KnapsackData(np.array([1.0, 2]), np.array([[3.0, 4]]), np.array([5.0]))
    other = KnapsackData(np.array([1.0, 2]), np.array([[3.0, 4]]), np.array([6.0]))
    assert same_data(one, same)
    assert not same_data(one, other)


# ----- solutions -----


def test_solutions_of_qoblib_gurobi_and_scip_are_read() -> None:
    names = ["a", "b", "c"]
    assert parse_solution("1 0\n 1\n", names) == {"a": 1, "b": 0, "c": 1}
    gurobi = "# Objective value = 2\na 1\nb -0\nc 0.9999999999\n"
    assert parse_solution(gurobi, names) == {"a": 1, "b": 0, "c": 1}
    scip = "solution status: optimal\nobjective value:   2\nc     7   (obj:1)\n"
    assert parse_solution(scip, names) == {"a": 0, "b": 0, "c": 7}


@pytest.mark.parametrize("plain", [False, True])
def test_solutions_round_trip(tmp_path: Path, plain: bool) -> None:
    values = {"x#1": 1, "n": -3, "y": 0}
    write_solution(values, tmp_path / "a.sol", objective=2.5, plain=plain)
    assert read_solution(tmp_path / "a.sol", list(values)) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 0\n", "2 values, and the problem 3 variables"),
        ("a 1\nz 0\n", "line 2: 'z 0' does not begin with a variable"),
        ("a 1\na 0\n", "line 2: variable 'a' is given twice"),
        ("a 0.5\n", "line 1: the value '0.5' is not an integer"),
        ("a one\n", "line 1: the value 'one' is not an integer"),
        ("a\n", "line 1: 'a' does not begin"),
    ],
)
def test_other_solutions_are_refused(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words.replace("(", r"\(")):
        parse_solution(text, ["a", "b", "c"])


def test_names_that_a_solution_cannot_keep_are_refused() -> None:
    for name in ("a b", "#x", "3"):
        with pytest.raises(ProblemError, match="cannot keep the name"):
            solution_text({name: 1})
