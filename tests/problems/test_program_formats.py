"""Files of integer programs, held against the readings of dimod, HiGHS and pyqplib."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import FormatError, ProblemError
from hybridq.problems.formats import FORMATS, parse, read
from hybridq.problems.formats.conversion import same_data
from hybridq.problems.formats.solution import parse_solution
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.programs.interop import to_dimod
from tests.problems.random_programs import programs

DATA = Path(__file__).parent / "data"
LPS = sorted(path.name for path in DATA.glob("*.lp"))


def program(text: str, format: str | None = None) -> IntegerProgram:
    return parse(text, "program", format)


def grid(found: IntegerProgram) -> np.ndarray:
    """Every row of values within the bounds."""
    ranges = [range(each.lower, each.upper + 1) for each in found.variables]
    return np.array(list(itertools.product(*ranges)), dtype=float)


def named(found: IntegerProgram, terms) -> dict[tuple[str, ...], float]:
    names = [each.name for each in found.variables]
    return {tuple(names[k] for k in key): value for key, value in terms.items()}


# ----- CPLEX LP -----

ALL = r"""\Problem name: all of it
\ a comment
MAXIMIZE
 profit: 3 x#1 - 2.5e-1 y + 4
   + n - [ 2 x#1 ^ 2 + 4 x#1 * y - y*n ] / 2 \ halved
such that
 cap: x#1 + 2 y
   + n <= 7
 low: - x#1 - -y => -1
 q: n + [ x#1 * y + 3 n^2 ] <= 9.5
 -2 <= x#1 - n <= 1
 r: 3 >= y
 e: x#1 + y = 1
Bounds
 -1 <= n <= 3
 0 <= y
 k <= 5
 fixed = 2.5
General
 n k
Binaries
 x#1
 y
End
"""


def test_lp_has_every_part() -> None:
    found = program(ALL)
    assert found.sense == "maximize"
    assert found.name == "all of it"
    assert [(v.name, v.lower, v.upper) for v in found.variables] == [
        ("x#1", 0, 1),
        ("y", 0, 1),
        ("n", -1, 3),
        ("k", 0, 5),
    ]
    assert named(found, found.objective) == {
        ("x#1",): 3,
        ("y",): -0.25,
        (): 4,
        ("n",): 1,
        ("x#1", "x#1"): -1,
        ("x#1", "y"): -2,
        ("y", "n"): 0.5,
    }
    rows = {each.name: each for each in found.constraints}
    assert list(rows) == ["cap", "low", "q", "c4_lower", "c4_upper", "r", "e"]
    assert named(found, rows["cap"].terms) == {("x#1",): 1, ("y",): 2, ("n",): 1}
    assert named(found, rows["low"].terms) == {("x#1",): -1, ("y",): 1}
    assert (rows["low"].relation, rows["low"].bound) == (">=", -1)
    assert named(found, rows["q"].terms) == {("n",): 1, ("x#1", "y"): 1, ("n", "n"): 3}
    assert [(rows[r].relation, rows[r].bound) for r in ("c4_lower", "c4_upper", "r", "e")] == [
        (">=", -2),
        ("<=", 1),
        ("<=", 3),
        ("==", 1),
    ]


@pytest.mark.parametrize(
    ("sign", "relation"),
    [("<", "<="), ("<=", "<="), ("=<", "<="), (">", ">="), (">=", ">="), ("=>", ">="), ("=", "==")],
)
def test_lp_has_every_relation(sign: str, relation: str) -> None:
    found = program(f"min x\nst\nx{sign}1\nbin\nx\nend")
    assert found.constraints[0].relation == relation


@pytest.mark.parametrize("keyword", ["Minimize", "MIN", "minimum", "minimise", "Min:"])
def test_lp_has_every_spelling_of_the_sections(keyword: str) -> None:
    for subject in ("Subject To", "s.t.", "ST", "such that", "subject   to"):
        for integers in ("General", "Generals", "gen", "Integers"):
            found = program(
                f"{keyword}\n x\n{subject}\n x + y >= 1\nBound\n x <= 2\n{integers}\n x\n"
                "bin\ny\nEND"
            )
            assert [v.upper for v in found.variables] == [2, 1]


def test_names_of_sections_and_of_gurobi_are_variables() -> None:
    found = program(
        "Minimize\n obj: x[1,2] + bin\n + end + y.z/3\nSubject To\n c: bin + x[1,2] >= 1\n"
        " bounds: end + bin <= 2\nBinary\n x[1,2] bin\n y.z/3\n end \n\nEnd\n".replace(
            " end \n", ""
        )
        .replace("+ end ", "")
        .replace("end + ", "")
    )
    assert [v.name for v in found.variables] == ["x[1,2]", "bin", "y.z/3"]
    assert [c.name for c in found.constraints] == ["c", "bounds"]


def test_bounds_that_constraints_imply_are_taken() -> None:
    """2 n + x <= 9 gives n <= 4; m + n == 6 then gives m <= 6; −m − 3 k >= −13 gives k <= 4."""
    found = program(
        "Minimize\n n\nSubject To\n 2 n + x <= 9\n m + n = 6\n - m - 3 k >= -13\nBinary\n x\n"
        "General\n n m k\nEnd\n"
    )
    assert {v.name: (v.lower, v.upper) for v in found.variables} == {
        "n": (0, 4),
        "x": (0, 1),
        "m": (0, 6),
        "k": (0, 4),
    }


def test_implied_bounds_lose_no_feasible_point() -> None:
    """Values of s of a market split are right-hand side minus row, at most its side."""
    found = read(DATA / "ms_03_050_002.lp", "program")
    slack = {v.name: v.upper for v in found.variables if not v.is_binary}
    assert slack == {"s#1": 299, "s#2": 217, "s#3": 257}


@pytest.mark.parametrize(
    ("name", "size", "count"),
    [
        ("mis_farm.lp", 10, 2),
        ("mis_mammalia-kangaroo-interactions.lp", 4, 13),
    ],
)
def test_independent_sets_of_qoblib_have_their_published_sizes(name, size, count) -> None:
    found = read(DATA / name, "program")
    rows = (np.arange(1 << 17)[:, None] >> np.arange(17) & 1).astype(float)
    feasible = (found.excesses(rows) == 0).all(axis=1)
    values = found.values(rows)[feasible]
    assert (values.max(), np.count_nonzero(values == size)) == (size, count)
    graph = read(DATA / f"{name[4:-3]}.gph", "graph")
    assert max(map(len, nx.find_cliques(nx.complement(graph)))) == size


def test_the_published_solution_of_a_market_split_is_feasible_with_value_0() -> None:
    found = read(DATA / "ms_03_050_002.lp", "program")
    names = [f"x#{k}" for k in range(1, 21)]
    bits = parse_solution((DATA / "ms_03_050_002.opt.sol").read_text(), names)
    row = [[bits.get(v.name, 0) for v in found.variables]]
    assert found.values(row)[0] == 0
    assert not found.excesses(row).any()


# ----- readings of other libraries -----


def energy(view, sample) -> float:
    """dimod gives 0 for an objective of a constant alone."""
    return view.energy(sample) if view.num_variables else view.offset


def agrees_with_dimod(found: IntegerProgram, path: Path, rows: np.ndarray, **fixed: float) -> None:
    dimod = pytest.importorskip("dimod")
    with path.open("rb") as file:
        model = dimod.lp.load(file)
    names = [each.name for each in found.variables]
    for row in rows:
        sample = {**dict(zip(names, row, strict=True)), **fixed}
        sample = {label: sample[label] for label in model.variables}
        assert found.sign * energy(model.objective, sample) == pytest.approx(found.values([row])[0])
        assert model.check_feasible(sample) == (not found.excesses([row]).any())


@pytest.mark.parametrize("name", LPS)
def test_lp_files_of_qoblib_read_as_in_dimod(name: str) -> None:
    found = read(DATA / name, "program")
    rng = np.random.default_rng(1)
    rows = np.stack([rng.integers(v.lower, v.upper + 1, 10) for v in found.variables], axis=1)
    agrees_with_dimod(found, DATA / name, rows.astype(float), **{"__ObjOffset@14": 1.0})


@settings(deadline=None, max_examples=40)
@given(programs(degree=2))
def test_written_lp_reads_as_in_dimod(tmp_path_factory, made: IntegerProgram) -> None:
    path = tmp_path_factory.getbasetemp() / "written.lp"
    path.write_text(FORMATS["lp"].write(made))
    agrees_with_dimod(made, path, grid(made)[:50])


@settings(deadline=None, max_examples=40)
@given(programs(degree=2, constraint_degree=1))
def test_written_lp_reads_as_in_highs(tmp_path_factory, made: IntegerProgram) -> None:
    path = tmp_path_factory.getbasetemp() / "written.lp"
    path.write_text(FORMATS["lp"].write(made))
    assert_same_model(made, highs_model(path), grid(made)[:50])


def assert_same_program(found: IntegerProgram, made: IntegerProgram) -> None:
    """`found` has the values and the feasible rows of `made`, perhaps in another order."""
    names = [each.name for each in made.variables]
    order = [names.index(each.name) for each in found.variables]
    rows = grid(made)[:50]
    if set(order) == set(range(len(names))):  # some writers leave out what nothing mentions
        other = rows[:, order]
        assert found.sign * found.values(other) == pytest.approx(made.sign * made.values(rows))
        feasible = ~made.excesses(rows).any(axis=1)
        assert (~found.excesses(other).any(axis=1)).tolist() == feasible.tolist()


@settings(deadline=None, max_examples=40)
@given(programs(degree=2))
def test_lp_that_dimod_writes_is_read(made: IntegerProgram) -> None:
    dimod = pytest.importorskip("dimod")
    text = dimod.lp.dumps(to_dimod(made))
    assert_same_program(program(text), made)


@settings(deadline=None, max_examples=40)
@given(programs(degree=2, constraint_degree=1), st.sampled_from(["lp", "mps"]))
def test_lp_and_mps_that_highs_writes_are_read(tmp_path_factory, made, suffix) -> None:
    highspy = pytest.importorskip("highspy")
    folder = tmp_path_factory.getbasetemp()
    (folder / "ours.lp").write_text(FORMATS["lp"].write(made))
    solver = highspy.Highs()
    solver.setOptionValue("log_to_console", False)
    solver.readModel(str(folder / "ours.lp"))
    solver.writeModel(str(folder / f"theirs.{suffix}"))
    assert_same_program(read(folder / f"theirs.{suffix}", "program"), made)


def highs_model(path: Path):
    highspy = pytest.importorskip("highspy")
    solver = highspy.Highs()
    solver.setOptionValue("log_to_console", False)
    assert solver.readModel(str(path)) != highspy.HighsStatus.kError
    return solver.getModel()


def assert_same_model(found: IntegerProgram, model, rows: np.ndarray) -> None:
    lp, hessian = model.lp_, model.hessian_
    names = [each.name for each in found.variables]
    order = [names.index(name) for name in lp.col_names_]
    assert [found.lower[k] for k in order] == list(lp.col_lower_)
    assert [found.upper[k] for k in order] == list(lp.col_upper_)
    x = rows[:, order]
    values = lp.offset_ + x @ np.array(lp.col_cost_)
    for j in range(hessian.dim_):
        for place in range(hessian.start_[j], hessian.start_[j + 1]):
            i, value = hessian.index_[place], hessian.value_[place]
            values += (0.5 if i == j else 1.0) * value * x[:, i] * x[:, j]
    assert values == pytest.approx(found.values(rows))
    assert str(lp.sense_).lower().endswith(found.sense)


# ----- QPLIB -----

QPLIB = """TEST # name
QIL # type
maximize
3 # variables
2 # constraints
3
1 1 2
2 1 3.5
3 2 -4
0.5
1
2 -1
7
5
1 1 1
1 2 1
1 3 1
2 1 2
2 3 -1
1E+20
-1E+20
1
2 -3
4
1
2 9
0
1
1 -2
3
1
2 5
0
0
0
0
0
0
0
0
"""


def test_qplib_reads_as_in_pyqplib(tmp_path: Path) -> None:
    pyqplib = pytest.importorskip("pyqplib")
    found = program(QPLIB)
    (tmp_path / "a.qplib").write_text(QPLIB)
    other = pyqplib.read_problem(str(tmp_path / "a.qplib"))
    rows = grid(found)
    assert found.name == "TEST"
    assert found.sense == "maximize"
    assert found.values(rows) == pytest.approx([other.obj_val(row) for row in rows])
    left = [other.cons_val(row) for row in rows]
    feasible = [((s >= other.cons_lb) & (s <= other.cons_ub)).all() for s in left]
    assert (~found.excesses(rows).any(axis=1)).tolist() == feasible
    assert 0 < sum(feasible) < len(rows)


def test_qplib_has_quadratic_constraints_and_mixed_kinds(tmp_path: Path) -> None:
    pyqplib = pytest.importorskip("pyqplib")
    text = (
        "t\nLGQ\nminimize\n2\n1\n0\n2\n1 1\n2 2\n0\n2\n1 1 1 4\n1 2 1 3\n1\n1 2 1\n1e20\n-1e20\n0\n"
        "3\n0\n-1\n0\n2\n0\n1\n0\n0\n0\n0\n0\n0\n0\n0\n0\n"
    )
    found = program(text)
    (tmp_path / "a.qplib").write_text(text)
    other = pyqplib.read_problem(str(tmp_path / "a.qplib"))
    rows = grid(found)
    assert found.values(rows) == pytest.approx([other.obj_val(row) for row in rows])
    feasible = [other.cons_val(row)[0] <= 3 for row in rows]
    assert (~found.excesses(rows).any(axis=1)).tolist() == feasible


# ----- MPS -----

MPS = """NAME          TEST
ROWS
 N  COST
 L  LIM1
 G  MYEQN
COLUMNS
    MARKER                 'MARKER'                 'INTORG'
    X1        COST         1.0   LIM1         1.0
    X1        MYEQN        1.0
    X2        COST         2.0   LIM1         1.0
    MARKER                 'MARKER'                 'INTEND'
RHS
    RHS       LIM1         4.0   MYEQN        1.0
    RHS       COST         -7.0
RANGES
    RNG       LIM1         2.5
BOUNDS
 UP BND       X1           4.0
 BV BND       X2
QUADOBJ
    X1   X1   2.0
    X1   X2   3.0
ENDATA
"""
QMATRIX = MPS.replace("QUADOBJ", "QMATRIX").replace("ENDATA", "    X2   X1   3.0\nENDATA")


@pytest.mark.parametrize("text", [MPS, QMATRIX, MPS.replace("    ", " ")])
def test_mps_is_read_with_its_quadratic_objective(text: str) -> None:
    """½ xᵀQx with Q = [[2, 3], [3, 0]] is x_1² + 3 x_1 x_2; a right side of COST is −constant."""
    pytest.importorskip("highspy")
    found = program(text)
    assert found.name == "TEST"
    assert [(v.name, v.lower, v.upper) for v in found.variables] == [("X1", 0, 4), ("X2", 0, 1)]
    assert found.objective == {(): 7, (0,): 1, (1,): 2, (0, 0): 1, (0, 1): 3}
    assert [(c.name, c.relation, c.bound) for c in found.constraints] == [
        ("LIM1_lower", ">=", 1.5),
        ("LIM1_upper", "<=", 4),
        ("MYEQN", ">=", 1),
    ]


def test_mps_is_read_in_silence(tmp_path: Path) -> None:
    """HiGHS greets once in a process, so that this needs one of its own."""
    pytest.importorskip("highspy")
    (tmp_path / "a.mps").write_text(MPS)
    code = (
        f"from hybridq.problems.formats import read; read({str(tmp_path / 'a.mps')!r}, 'program')"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print('end')"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("end\n", "")


def test_mps_without_highspy_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(FormatError, match=r"pip install 'hybridq\[mps\]'"):
        program(MPS)


# ----- JSON -----


def test_json_of_a_program() -> None:
    found = program(
        '{"name": "trip", "variables": ["x", {"name": "n", "lower": -1, "upper": 5}],\n'
        ' "sense": "maximize", "objective": [[2, ["x"]], [1, ["x", "n"]], [3, []]],\n'
        ' "constraints": [{"name": "room", "terms": [[1, ["x"]], [1, ["n"]]],'
        ' "relation": "<=", "bound": 4}]}'
    )
    assert found.name == "trip"
    assert found.variables == (Variable("x"), Variable("n", -1, 5))
    assert found.objective == {(0,): 2, (0, 1): 1, (): 3}
    assert found.constraints == (Constraint("room", {(0,): 1, (1,): 1}, "<=", 4),)


# ----- round trips and writers -----


@settings(deadline=None, max_examples=60)
@given(programs(degree=2, names=st.sampled_from(["lp", "wild#{}", "x[{}]"])))
def test_lp_round_trips_exactly(made: IntegerProgram) -> None:
    again = program(FORMATS["lp"].write(made), "lp")
    assert same_data(again, made)


@settings(deadline=None, max_examples=60)
@given(programs(degree=4, names=st.sampled_from(["x{}", "β {}", '"{}"'])))
def test_json_round_trips_exactly(made: IntegerProgram) -> None:
    again = program(FORMATS["json-program"].write(made))
    assert same_data(again, made)


@pytest.mark.parametrize("name", ["a b", "3x", "e", "E12", "free", "st", "x:y", "x-y", "é", ""])
def test_names_that_lp_readers_misread_are_not_written(name: str) -> None:
    for made in (
        IntegerProgram.binary([name], {(0,): 1.0}),
        IntegerProgram.binary(["x"], {(0,): 1.0}, [Constraint(name, {(0,): 1.0}, "<=", 1.0)]),
    ):
        with pytest.raises(ProblemError, match="LP cannot keep the name"):
            FORMATS["lp"].write(made)


def test_higher_products_are_not_written_as_lp() -> None:
    with pytest.raises(ProblemError, match="the program has one of 3: write JSON"):
        FORMATS["lp"].write(IntegerProgram.binary(["x", "y", "z"], {(0, 1, 2): 1.0}))
